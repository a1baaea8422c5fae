"""A PDF that opens: as it is where it can be read, mended or decrypted where that is needed."""

import io

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from extractors.errors import DamagedFileError, EncryptedPdfError, NoPagesError, TooManyPagesError
from extractors.pages.normalized import MAX_PAGES, Normalized

_PASSWORD = raw.FPDF_ERR_PASSWORD


def open_pdf(data: bytes, name: str) -> Normalized:
    """Return the PDF itself, or a mended copy where PDFium finds no page in it."""
    count, locked, error = _look(data)
    if count and not locked:
        return Normalized(pdf=data, page_count=count, kind="pdf")
    mended = _rewrite(data, name, count, error)
    count_after, _, _ = _look(mended)
    if not count_after:
        raise NoPagesError(name)
    return Normalized(
        pdf=mended,
        page_count=count_after,
        kind="pdf",
        warnings=("pdf-decrypted",) if locked else ("pdf-mended",),
    )


def count_pages(path: str) -> int | None:
    """Return how many pages a PDF has that can be read as it lies there, None where it must be mended or decrypted."""
    count, locked, _ = _look(path)
    return None if locked else count or None


def _look(source: bytes | str) -> tuple[int, bool, int]:
    """Return (pages, whether it is encrypted, PDFium's error)."""
    try:
        with pdfium.PdfDocument(source) as opened:
            return len(opened), raw.FPDF_GetSecurityHandlerRevision(opened) != -1, 0
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None) or 0
        return 0, code == _PASSWORD, code


def _rewrite(data: bytes, name: str, count: int, error: int) -> bytes:
    """Return the PDF as qpdf writes it anew, without encryption."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(data)) as opened:
            pages = len(opened.pages)
            if pages > MAX_PAGES:
                raise TooManyPagesError(name, pages, MAX_PAGES)
            if pages == 0:
                raise NoPagesError(name)
            out = io.BytesIO()
            opened.save(out, encryption=False)
            return out.getvalue()
    except pikepdf.PasswordError as problem:
        raise EncryptedPdfError(name) from problem
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError) as problem:
        if error == _PASSWORD:
            raise EncryptedPdfError(name) from problem
        raise DamagedFileError(name) from problem
