"""Sheets of paper as one PDF: what is a PDF already, or a picture of pages."""

from extractors.pages.normalized import Kind, Normalized


def pdf_of_paper(data: bytes, name: str, kind: Kind) -> Normalized:
    """Return a PDF, TIFF, JPEG or PNG as a PDF of the same pages; raises a RebutError that says what is wrong."""
    if kind == "pdf":
        from extractors.pages.pdf import open_pdf

        return open_pdf(data, name)
    from extractors.pages.images import pdf_of_image

    return pdf_of_image(data, name, kind)
