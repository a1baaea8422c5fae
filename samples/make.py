"""Make the samples from their sources: `python -m samples.make [--check] [--as-corpus DIR] [NAME...]`.

--check writes nothing and says what would differ; --as-corpus lays cases and letters out as a corpus for a scorer.
"""

import argparse
import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from samples.books import Book, read_book
from samples.truth import resolve_case, resolve_letter

HERE = Path(__file__).parent
SOURCE = HERE / "source"
CASES = ("lupus-anifrolumab", "ra-baricitinib", "migraine-step-therapy")
MANIFEST = HERE / "manifest.json"


def main(arguments: list[str] | None = None) -> int:
    """Make, check or lay out the samples; exit status 1 if a check finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m samples.make", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="cases or letters; all if none is given")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file would change")
    parser.add_argument(
        "--as-corpus", type=Path, metavar="DIR", help="copy what is made into DIR/cases and DIR/letters"
    )
    options = parser.parse_args(arguments)
    if options.as_corpus:
        lay_out(options.as_corpus)
        return 0
    names = options.names or [*CASES, *letter_names()]
    differing = []
    for name in names:
        differing += [
            str(path.relative_to(HERE)) for path, content in made(name) if _settle(path, content, options.check)
        ]
    if not options.check:
        MANIFEST.write_text(_manifest())
    elif not options.names and MANIFEST.read_text() != _manifest():
        differing.append(MANIFEST.name)
    for path in differing:
        print(f"{'differs' if options.check else 'made'}: {path}")
    return 1 if options.check and differing else 0


def letter_names() -> list[str]:
    """Return the names of the single letters."""
    return sorted(path.stem for path in (SOURCE / "letters").glob("*.yaml"))


def books_of(name: str) -> dict[str, Book]:
    """Return the three books of a case, or the one of a letter under `denial`."""
    if name in CASES:
        return {book: read_book(SOURCE / name / f"{book}.yaml") for book in ("denial", "chart", "policy")}
    return {"denial": read_book(SOURCE / "letters" / f"{name}.yaml")}


def made(name: str) -> Iterator[tuple[Path, bytes]]:
    """Yield each file of a case or letter with its bytes."""
    books = books_of(name)
    if name in CASES:
        expected = resolve_case(yaml.safe_load((SOURCE / name / "truth.yaml").read_text()), books)
        yield HERE / name / "expected.json", _json(expected)
        for book in books.values():
            yield HERE / name / f"{book.name}.pdf", book.pdf()
    else:
        source = yaml.safe_load((SOURCE / "letters" / f"{name}.yaml").read_text())
        yield HERE / "letters" / f"{name}.json", _json(resolve_letter(source["truth"], books["denial"]))
        yield HERE / "letters" / f"{name}.{books['denial'].suffix}", books["denial"].file()


def lay_out(corpus: Path) -> None:
    """Copy the committed samples into cases/NAME with truth.json, and letters/NAME.* with NAME.json."""
    for name in CASES:
        folder = corpus / "cases" / name
        folder.mkdir(parents=True, exist_ok=True)
        for book in ("denial", "chart", "policy"):
            shutil.copy(HERE / name / f"{book}.pdf", folder)
        shutil.copy(HERE / name / "expected.json", folder / "truth.json")
    shutil.copytree(HERE / "letters", corpus / "letters", dirs_exist_ok=True)


def sources() -> dict[str, str]:
    """Return the sha256 of every source file, by its path under samples/."""
    files = [*SOURCE.rglob("*.yaml"), *SOURCE.rglob("*.typ"), *HERE.glob("fonts/*.ttf")]
    return {str(path.relative_to(HERE)): _sha256(path.read_bytes()) for path in sorted(files)}


def outputs() -> dict[str, str]:
    """Return the sha256 of every committed output, by its path under samples/."""
    files = [path for name in (*CASES, "letters") for path in (HERE / name).glob("*") if path.is_file()]
    return {str(path.relative_to(HERE)): _sha256(path.read_bytes()) for path in sorted(files)}


def _manifest() -> str:
    return json.dumps({"sources": sources(), "outputs": outputs()}, indent=1) + "\n"


def _settle(path: Path, content: bytes, check: bool) -> bool:
    """Write the file unless it is only to be checked; True if it was or would be changed."""
    if path.exists() and path.read_bytes() == content:
        return False
    if not check:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return True


def _json(content: dict) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False, default=str) + "\n").encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
