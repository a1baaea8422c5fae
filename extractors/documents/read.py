"""The door of this folder."""

from extractors.documents.classify import judge, type_of
from extractors.documents.language import read_language
from extractors.documents.segment import DocumentType, Segment
from extractors.documents.split import split_documents

__all__ = ["DocumentType", "Segment", "judge", "read_language", "split_documents", "type_of"]
