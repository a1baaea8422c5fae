"""The charts that the benchmarks read: made from a seed, every word known.

    python -m benchmarks.corpus DIR [NAME...]

Clinical notes, laboratory tables, medication lists and letters of about 3,000 characters a page in Helvetica, Times
and Courier; typed, scanned (300 dpi grey, skewed, dusty) or faxed (204 x 196 dpi, one bit, group 4). Runs of one kind
are 1 to 12 pages long, as charts are put together. The same name gives the same pages on every machine.
"""

import io
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pikepdf
import yaml

SEED = 20261122
WORDS = Path(__file__).with_name("corpus.yaml")
FACES = ("Helvetica", "Times-Roman", "Courier")
ACROSS = {"Helvetica": 96, "Times-Roman": 106, "Courier": 86}  # characters of a line
MOST_RUN = 12  # pages of one kind in a row


@dataclass(frozen=True, slots=True)
class Recipe:
    """How many pages of each kind a chart has."""

    digital: int = 0
    scan: int = 0
    fax: int = 0

    @property
    def pages(self) -> int:
        return self.digital + self.scan + self.fax


RECIPES = {
    "mixed300": Recipe(180, 80, 40),
    "mixed30": Recipe(18, 8, 4),
    "mixed10": Recipe(6, 3, 1),
    "mixed100": Recipe(60, 27, 13),
    "chart1000": Recipe(600, 267, 133),
    "digital300": Recipe(digital=300),
    "digital30": Recipe(digital=30),
    "digital1000": Recipe(digital=1000),
    "fax40": Recipe(fax=40),
    "letter3": Recipe(scan=3),
}

Line = tuple[float, float, str]  # points from the left, points from the top, words
Rng = np.random.Generator


def main() -> None:
    """Write the charts named, or all of them, into a folder."""
    folder, *names = sys.argv[1:]
    for name in names or RECIPES:
        print(make(name, Path(folder)))


def make(name: str, folder: Path) -> Path:
    """Return the chart's PDF, made where it is not there yet; its words are beside it in NAME.json."""
    pdf = folder / f"{name}.pdf"
    if pdf.exists():
        return pdf
    folder.mkdir(parents=True, exist_ok=True)
    kinds = _kinds_of(RECIPES[name], np.random.default_rng([SEED, *name.encode()]))
    jobs = [(name, number, kind) for number, kind in enumerate(kinds, start=1)]
    with ProcessPoolExecutor(2) as pool, pikepdf.new() as whole:
        pages = []
        for words, data, (_, _, kind) in zip(*zip(*pool.map(_page, jobs, chunksize=4), strict=True), jobs, strict=True):
            pages.append({"kind": kind, "text": words})
            with pikepdf.open(io.BytesIO(data)) as one:
                whole.pages.extend(one.pages)
        whole.save(folder / f"{name}.part", deterministic_id=True)
    pdf.with_suffix(".json").write_text(json.dumps(pages), "utf-8")
    (folder / f"{name}.part").rename(pdf)
    return pdf


def _kinds_of(recipe: Recipe, rng: Rng) -> list[str]:
    """Return the kind of each page, in runs."""
    left = {"digital": recipe.digital, "scan": recipe.scan, "fax": recipe.fax}
    kinds: list[str] = []
    while any(left.values()):
        kind = str(rng.choice(list(left), p=np.array(list(left.values())) / sum(left.values())))
        run = min(left[kind], int(rng.integers(1, MOST_RUN + 1)))
        kinds += [kind] * run
        left[kind] -= run
    return kinds


def _page(job: tuple[str, int, str]) -> tuple[str, bytes]:
    """Return the words of one page and the page as a PDF."""
    from samples.degrade import Look, image_page, picture

    name, number, kind = job
    rng = np.random.default_rng([SEED, *name.encode(), number])
    lines, face, size = _written(rng, "letter" if name.startswith("letter") else "")
    words, typed = "\n".join(text for _, _, text in lines), _typed(lines, face, size)
    if kind == "digital":
        return words, typed
    skew = round(float(rng.uniform(-0.8, 0.8)), 2)
    look = Look(kind="scan300" if kind == "scan" else "fax", skew=skew, punched=kind == "scan" and number % 5 == 0)
    return words, image_page(picture(typed, look, int(rng.integers(1 << 30))), look)


def _written(rng: Rng, form: str) -> tuple[list[Line], str, float]:
    face = str(rng.choice(FACES))
    size = float(rng.choice([9.5, 10.0, 10.5])) if face != "Courier" else 9.5
    form = form or str(rng.choice(["note", "note", "labs", "drugs", "letter"]))
    lines: list[Line] = []
    y = 54.0
    for line in _WRITERS[form](rng, ACROSS[face]):
        y += 0.45 * size if line is None else 1.24 * size
        if y > 752:
            break
        lines += [(x, y, text) for x, text in line or ()]
    return lines, face, size


Row = list[tuple[float, str]] | None  # cells with their left edge in points; None: a gap


def _head(rng: Rng) -> Iterator[Row]:
    last, first = str(_pick(rng, "people")).split()
    yield [(54, str(_pick(rng, "clinics")))]
    yield [
        (54, f"Patient: {last}, {first}"),
        (250, f"DOB: {_date(rng)}"),
        (400, f"MRN: H-{rng.integers(10000, 99999)}"),
    ]
    yield [(54, f"{_pick(rng, 'visits')} of {_date(rng)}"), (300, f"Provider: {_pick(rng, 'clinicians')}")]
    yield None


def _note(rng: Rng, across: int) -> Iterator[Row]:
    yield from _head(rng)
    while True:
        yield [(54, f"{_pick(rng, 'sections')}:")]
        yield from _wrapped(" ".join(_sentence(rng, "sentences") for _ in range(int(rng.integers(3, 7)))), across)
        yield None


def _letter(rng: Rng, across: int) -> Iterator[Row]:
    yield from _head(rng)
    yield [(54, f"Reference number: {rng.integers(10**8, 10**9)}")]
    yield [(54, f"Dear {_pick(rng, 'clinicians')}:")]
    while True:
        yield None
        kinds = ("letter", "letter", "sentences")
        sentences = [_sentence(rng, str(rng.choice(kinds))) for _ in range(int(rng.integers(3, 6)))]
        yield from _wrapped(" ".join(sentences), across)


def _labs(rng: Rng, across: int) -> Iterator[Row]:
    yield from _head(rng)
    while True:
        yield [(54, f"Collected {_date(rng)}"), (300, f"Accession {rng.integers(10**6, 10**7)}")]
        yield [(54, "Test"), (200, "Result"), (270, "Units"), (350, "Reference"), (450, "Date")]
        for name, low, high, unit, reference in rng.permutation(np.array(_words()["tests"], dtype=object))[:12]:
            value = rng.uniform(low, high)
            shown = f"{value:.1f}" if isinstance(low, float) else f"{value:.0f}"
            yield [(54, name), (200, shown), (270, unit), (350, reference), (450, _date(rng))]
        yield None


def _drugs(rng: Rng, across: int) -> Iterator[Row]:
    yield from _head(rng)
    yield [(54, "Medication"), (170, "Dose"), (230, "Directions"), (420, "Started"), (500, "Status")]
    for _ in range(int(rng.integers(14, 22))):
        yield [
            (54, str(_pick(rng, "drugs"))),
            (170, f"{_dose(rng)} mg"),
            (230, str(_pick(rng, "directions"))),
            (420, _date(rng)),
            (500, str(_pick(rng, "states"))),
        ]
    yield None
    while True:
        yield from _wrapped(" ".join(_sentence(rng, "sentences") for _ in range(5)), across)
        yield None


_WRITERS = {"note": _note, "letter": _letter, "labs": _labs, "drugs": _drugs}


def _wrapped(text: str, across: int) -> Iterator[Row]:
    import textwrap

    for line in textwrap.wrap(text, across, break_on_hyphens=False):
        yield [(54, line)]


@cache
def _words() -> dict:
    return yaml.safe_load(WORDS.read_text("utf-8"))


def _pick(rng: Rng, name: str) -> object:
    choices = _words()[name]
    return choices[int(rng.integers(len(choices)))]


def _date(rng: Rng) -> str:
    return f"{rng.integers(1, 13):02}/{rng.integers(1, 29):02}/{rng.integers(2019, 2027)}"


def _dose(rng: Rng) -> str:
    return str(rng.choice(["2", "4", "10", "15", "20", "25", "40", "50", "100", "200", "300"]))


def _sentence(rng: Rng, name: str) -> str:
    return str(_pick(rng, name)).format(
        number=rng.integers(2, 28),
        small=rng.integers(2, 12),
        minutes=rng.integers(2, 24) * 5,
        date=_date(rng),
        drug=_pick(rng, "drugs"),
        dose=_dose(rng),
        weeks=rng.integers(4, 26),
        systolic=rng.integers(102, 168),
        diastolic=rng.integers(58, 98),
        pulse=rng.integers(52, 104),
        weight=f"{rng.uniform(48, 118):.1f}",
        percent=rng.integers(3, 90),
        score=f"{rng.uniform(1.2, 7.8):.2f}",
    )


def _typed(lines: list[Line], face: str, size: float) -> bytes:
    """Return the lines as a letter page in a face that every PDF program has."""
    drawn = [f"BT /F1 {size} Tf {x:.1f} {792 - y:.2f} Td ({_escaped(text)}) Tj ET" for x, y, text in lines]
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(612, 792))
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name("/" + face),
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.obj.Contents = pdf.make_stream("\n".join(drawn).encode("cp1252"))
        sink = io.BytesIO()
        pdf.save(sink, deterministic_id=True)
    return sink.getvalue()


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


if __name__ == "__main__":
    main()
