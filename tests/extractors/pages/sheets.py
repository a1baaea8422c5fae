"""Small real documents for tests: typed by typst, scanned by rendering them."""

import io
import json

import pikepdf
import pypdfium2 as pdfium
import typst
from PIL import Image

LETTER = (
    "Hollyhock Health Plan\n"
    "Date of notice: March 4, 2026\n"
    "Dear Marisol Ketterman:\n"
    "We reviewed the request of your doctor for anifrolumab 300 mg.\n"
    "We cannot approve it because no prior authorization is on file.\n"
    "Your member number is U61840273 02 and your case is CR2609-441827.\n"
    "You may appeal within 180 days of the day you receive this letter.\n"
    "Send the appeal to PO Box 188011, Chattanooga, TN 37422.\n"
    "You may also send it by fax to 1-877-815-4827.\n"
    "Sincerely, the pharmacy review team\n"
)


def typed(*pages: str, size: int = 12, width: float = 612, height: float = 792) -> bytes:
    """Return a PDF with a text layer, one line of text per line, a page per argument."""
    source = f"""
    #set page(width: {width}pt, height: {height}pt, margin: 72pt)
    #set text(font: "Libertinus Serif", size: {size}pt, hyphenate: false, ligatures: false)
    #for (index, body) in json(bytes(sys.inputs.pages)).enumerate() [
      #if index > 0 [ #pagebreak() ]
      #for row in body.split("\\n") [ #row #parbreak() ]
    ]
    """
    return typst.compile(source.encode(), sys_inputs={"pages": json.dumps(pages)}, ignore_system_fonts=True)


def picture(pdf: bytes, dpi: int = 200, page: int = 1) -> Image.Image:
    """Return a page as a grey picture."""
    with pdfium.PdfDocument(pdf) as opened:
        return opened[page - 1].render(scale=dpi / 72).to_pil().convert("L")


def saved(image: Image.Image, kind: str, **options) -> bytes:
    """Return the picture as a file of this kind: "PNG", "JPEG", "TIFF"."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def scanned(image: Image.Image, dpi: int = 200) -> bytes:
    """Return a PDF that is this picture and nothing else."""
    out = io.BytesIO()
    image.save(out, "PDF", resolution=dpi)
    return out.getvalue()


def rewritten(pdf: bytes, change, **options) -> bytes:
    """Return the PDF after `change(pikepdf.Pdf)`."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        change(opened)
        out = io.BytesIO()
        opened.save(out, **options)
        return out.getvalue()


def ink_share(pdf: bytes, box, page: int = 1) -> float:
    """Return the share of dark pixels inside a box of the page as shown."""
    shown = picture(pdf, 144, page)
    cut = shown.crop((int(box.x0 * 2), int(box.top * 2), round(box.x1 * 2), round(box.bottom * 2)))
    pixels = cut.tobytes()
    return sum(value < 128 for value in pixels) / max(len(pixels), 1)


def words_of(page) -> list:
    return [word for line in page.lines for word in line.words]
