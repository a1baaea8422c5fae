"""Any accepted file as one PDF with the same pages, told apart by its bytes and never by its name."""

from extractors.errors import EmptyFileError, TooManyPagesError, UnknownFileTypeError
from extractors.pages.normalized import MAX_PAGES, Normalized, Part, sniff
from extractors.pages.paper import pdf_of_paper

__all__ = ["Normalized", "Part", "count_pages_of_pdf", "normalize"]

_START = 4096  # bytes that tell what a file is


def count_pages_of_pdf(path: str, name: str) -> int | None:
    """Return how many pages a file has that is a PDF already, None where `normalize` is to make one of it.

    The file is not held in memory: a chart of 1,000 pages has 180 MB. `name` is only for messages.
    """
    with open(path, "rb") as file:
        kind = sniff(file.read(_START))
    if kind != "pdf":
        return None
    from extractors.pages.pdf import count_pages

    count = count_pages(path)
    if count and count > MAX_PAGES:
        raise TooManyPagesError(name, count, MAX_PAGES)
    return count


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
