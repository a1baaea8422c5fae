"""Any accepted file as one PDF with the same pages, told apart by its bytes and never by its name."""

from extractors.errors import EmptyFileError, TooManyPagesError, UnknownFileTypeError
from extractors.pages.normalized import MAX_PAGES, Normalized, Part, sniff
from extractors.pages.paper import pdf_of_paper

__all__ = ["Normalized", "Part", "normalize"]


def normalize(data: bytes, name: str) -> Normalized:
    """Return the file as a PDF of the same pages; `name` is only for messages.

    Raises a RebutError that says what is wrong with the file.
    """
    if not data:
        raise EmptyFileError(name)
    kind = sniff(data)
    if kind is None:
        raise UnknownFileTypeError(name)
    if kind == "eml":
        from extractors.pages.mail import pdf_of_mail

        normalized = pdf_of_mail(data, name)
    else:
        normalized = pdf_of_paper(data, name, kind)
    if normalized.page_count > MAX_PAGES:
        raise TooManyPagesError(name, normalized.page_count, MAX_PAGES)
    return normalized
