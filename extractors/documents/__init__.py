"""Pages of a file parted into typed documents."""

from extractors.documents.read import DocumentType, Segment, judge, read_language, split_documents, type_of

__all__ = ["DocumentType", "Segment", "judge", "read_language", "split_documents", "type_of"]
