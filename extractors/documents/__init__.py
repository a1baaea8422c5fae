"""Pages of a file parted into typed documents."""

from extractors.documents.read import DocumentType, Segment, judge, split_documents, type_of

__all__ = ["DocumentType", "Segment", "judge", "split_documents", "type_of"]
