"""Small cases that differ: whole, scanned in part, damaged, unusable. All people in them are invented."""

import io
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import img2pdf
import pikepdf
import pypdfium2 as pdfium

from tests.hostile import laughing_forms
from tests.papers import CHART, DARNELL, DENIAL, POLICY, encrypted, pdf_of

_FIRST = ("Marisol", "Odalys", "Tobias", "Renske", "Ibrahim", "Yuna", "Casimir", "Philippa", "Anselm", "Noor")
_LAST = ("Ketterman", "Vandersloot", "Okonjo", "Brightwater", "Szymborska", "Halloran", "Quispe", "Thistledown")
_SECOND_PAGE = """\
Lakeside Rheumatology
Progress note, page 2
Patient: {name}
DOB: {born}
Date of service: {visit}
3. Proteinuria 0.6 g per day, C3 {c3} mg/dL.
4. Prednisone 10 mg daily continued. Return in {weeks} weeks.
"""


@dataclass(frozen=True, slots=True)
class Papers:
    """The files of one case."""

    kind: str
    files: Mapping[str, bytes]


def make_papers(count: int, seed: int, person: Mapping[str, str] | None = None) -> list[Papers]:
    """Return so many cases of different content, every kind in turn; `person` is the patient of all of them."""
    chance = random.Random(seed)
    makers = list(_KINDS.items())
    return [
        Papers(kind, make(dict(person or _person(chance)), chance))
        for kind, make in (makers[number % len(makers)] for number in range(count))
    ]


def _person(chance: random.Random) -> dict[str, str]:
    return {
        "name": f"{chance.choice(_FIRST)} {chance.choice(_LAST)}",
        "born": f"0{chance.randint(1, 9)}/{chance.randint(10, 28)}/{chance.randint(1940, 2001)}",
        "member": f"U{chance.randint(10**9, 10**10 - 1)}",
    }


def _whole(person: dict[str, str], chance: random.Random) -> dict[str, bytes]:
    return {"denial.pdf": _denial(person), "chart.pdf": _chart(person, chance), "policy.pdf": _policy()}


def _scanned(person: dict[str, str], chance: random.Random) -> dict[str, bytes]:
    """The second page of the chart is a picture."""
    return {**_whole(person, chance), "chart.pdf": _with_picture(_chart(person, chance), 1)}


def _damaged(person: dict[str, str], chance: random.Random) -> dict[str, bytes]:
    """The second page of the chart has no size: it is left out, and the packet says so."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(_chart(person, chance))) as chart:
        chart.pages[1].obj["/MediaBox"] = pikepdf.Array([0, 0, 0, 0])
        chart.save(out, deterministic_id=True)
    return {**_whole(person, chance), "chart.pdf": out.getvalue()}


def _mixed(person: dict[str, str], chance: random.Random) -> dict[str, bytes]:
    """A page of another patient lies in the chart."""
    pages = [*_notes(person, chance), CHART.format(**DARNELL)]
    return {**_whole(person, chance), "chart.pdf": pdf_of(*pages)}


def _unusable(person: dict[str, str], chance: random.Random) -> dict[str, bytes]:
    """A PDF by its first bytes, which is all that the door looks at."""
    return {**_whole(person, chance), "chart.pdf": f"%PDF-1.4\nProgress note of {person['name']}".encode()}


def _locked(person: dict[str, str], chance: random.Random) -> dict[str, bytes]:
    return {**_whole(person, chance), "chart.pdf": encrypted(_chart(person, chance))}


def _alone(person: dict[str, str], chance: random.Random) -> dict[str, bytes]:
    """The payer's criteria are missing."""
    return {"denial.pdf": _denial(person), "chart.pdf": _chart(person, chance)}


_KINDS: dict[str, Callable[[dict[str, str], random.Random], dict[str, bytes]]] = {
    "whole": _whole,
    "damaged page": _damaged,
    "unusable file": _unusable,
    "scanned page": _scanned,
    "without policy": _alone,
    "another patient's page": _mixed,
    "whole again": _whole,
    "locked file": _locked,
}


def _denial(person: Mapping[str, str]) -> bytes:
    street = f"{person['street']}\nSpringfield, IL 62704\n" if "street" in person else ""
    return pdf_of(DENIAL.format(**person).replace(person["name"] + "\n", person["name"] + "\n" + street, 1))


def _chart(person: Mapping[str, str], chance: random.Random) -> bytes:
    return pdf_of(*_notes(person, chance))


def _notes(person: Mapping[str, str], chance: random.Random) -> list[str]:
    told = {"visit": f"01/{chance.randint(10, 28)}/2026", "c3": chance.randint(40, 90), "weeks": chance.randint(2, 12)}
    return [CHART.format(**person), _SECOND_PAGE.format(**person, **told)]


@cache
def _policy() -> bytes:
    return pdf_of(POLICY)


def _with_picture(pdf: bytes, at: int) -> bytes:
    """The same file, one page of it as a scanner gives it."""
    with pdfium.PdfDocument(pdf) as opened:
        picture = opened[at].render(scale=200 / 72, grayscale=True).to_pil()
    shot = io.BytesIO()
    picture.convert("1").save(shot, "PNG", dpi=(200, 200))
    scan = img2pdf.convert(shot.getvalue(), layout_fun=img2pdf.get_fixed_dpi_layout_fun((200, 200)), nodate=True)
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as chart, pikepdf.open(io.BytesIO(scan)) as page:
        chart.pages[at] = page.pages[0]
        chart.save(out, deterministic_id=True)
    return out.getvalue()


def filling_its_reader(person: Mapping[str, str]) -> Papers:
    """A chart with a page whose drawing has no end: it fills the process that reads it."""
    out = io.BytesIO()
    chart = pdf_of(CHART.format(**person))
    with pikepdf.open(io.BytesIO(chart)) as pdf, pikepdf.open(io.BytesIO(laughing_forms())) as endless:
        pdf.pages.append(endless.pages[0])
        pdf.save(out, deterministic_id=True)
    return Papers("endless page", {"marrowbone denial.pdf": _denial(person), "marrowbone chart.pdf": out.getvalue()})
