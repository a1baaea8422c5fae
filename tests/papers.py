"""Small real PDFs with a text layer: what a payer, a clinic and a patient would hand in, all fictional."""

import io

import pypdfium2 as pdfium
import typst

DENIAL = """\
Cigna Healthcare
PO Box 188011, Chattanooga, TN 37422
March 4, 2026
{name}
Member ID: {member}
Date of birth: {born}
Claim number: 26C7730418852
NOTICE OF ADVERSE BENEFIT DETERMINATION
Dear {name}:
We have denied the request for Saphnelo (anifrolumab-fnia), HCPCS J0491, for the diagnosis M32.19.
Reason for our decision: The request is denied because there was no prior authorization on file for this medicine.
You have 180 days from the date you receive this notice to file an internal appeal.
Send your appeal to: Cigna Healthcare National Appeals Organization, PO Box 188011, Chattanooga, TN 37422
"""

CHART = """\
Lakeside Rheumatology
Progress note
Patient: {name}
DOB: {born}
MRN: 4410923
Date of service: 02/11/2026
Author: Ines Farquharson, MD, Rheumatology
Assessment and plan
1. Systemic lupus erythematosus, M32.19. SLEDAI-2K score is 10 today.
2. Hydroxychloroquine 200 mg twice daily from 01/10/2024 to 06/02/2025, stopped for inadequate response.
"""

POLICY = """\
Cigna Healthcare Coverage Policy
Saphnelo (anifrolumab-fnia)
Policy Number: IP0311
Effective Date: 01/01/2026
Coverage Criteria
Systemic Lupus Erythematosus
Saphnelo is considered medically necessary when ALL of the following are met:
1. Patient is 18 years of age or older
2. Patient has a diagnosis of systemic lupus erythematosus
3. Saphnelo is prescribed by or in consultation with a rheumatologist
"""

MARISOL = {"name": "Marisol Ketterman", "born": "05/22/1984", "member": "U7320551801"}
DARNELL = {"name": "Darnell Ostrowski", "born": "11/03/1961", "member": "K9914420377"}


def pdf_of(*pages: str) -> bytes:
    """Typeset each text as a page of 11-point lines."""
    source = "#set page(width: 612pt, height: 792pt)\n#set text(size: 11pt)\n" + "\n#pagebreak()\n".join(
        "\n\\ ".join(f"#{_quoted(line)}" for line in page.splitlines() if line.strip()) for page in pages
    )
    return typst.compile(source.encode(), format="pdf")


def encrypted(pdf: bytes) -> bytes:
    """The same file behind a password."""
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="owner", user="user"))
    return out.getvalue()


def page_count(pdf: bytes) -> int:
    with pdfium.PdfDocument(pdf) as opened:
        return len(opened)


def _quoted(line: str) -> str:
    return '"' + line.replace("\\", "\\\\").replace('"', '\\"') + '"'
