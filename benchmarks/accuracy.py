"""Score the reading of the project's own samples: `make accuracy`.

    python -m benchmarks.accuracy [--letters] [--corpus DIR]

Runs the installed command on each case and letter of samples/ and prints, per field, how many values are
right, how many were asserted (confidence 0.6 or more) and wrong, the mean confidence of those given, the
right ones among those given 0.9 or more and among those from 0.6 to 0.9, and how many were only offered;
then the same by rendering and by layout; per case, the criteria. `--letters` leaves the cases out.
`--corpus DIR` scores the letters of DIR (NAME.pdf, .tif, .jpg, .png or .eml beside a NAME.json of truth,
as `python -m samples.make --as-corpus` lays them out) in place of the samples.

Exit status 1 when anything untrue was claimed: a false `met`, a decoy or another patient's page cited, a
denial made of a letter that denies nothing. A file that cannot be read counts as all wrong and is named.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.compare import ASSERTED, Mark, compare_case, compare_denial, compare_letter

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
COMMAND = str(Path(sys.executable).parent / "rebut")
TODAY = "2026-11-22"
MUST_BE_ZERO = ("false_met", "decoys_cited", "strangers_cited")
FILES = (".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png", ".eml")
INVENTED = "no denial invented"
HIGH = 0.9


@dataclass(frozen=True, slots=True)
class Scored:
    """A mark and the letter it belongs to."""

    mark: Mark
    letter: str
    rendering: str
    layout: str


def main(arguments: list[str] | None = None) -> int:
    """Print the tables and return the exit status."""
    parser = argparse.ArgumentParser(prog="make accuracy", description=__doc__.splitlines()[0])
    parser.add_argument("--letters", action="store_true", help="leave the whole cases out")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="letters with their truth, in place of the samples")
    options = parser.parse_args(arguments)
    scored = list(score_letters(options.corpus or SAMPLES))
    total: Counter[str] = Counter()
    if not options.letters and not options.corpus:
        scored += score_cases(total)
    print_tables(scored)
    invented = any(one.mark.field == INVENTED and not one.mark.right for one in scored)
    return int(invented or any(total[key] for key in MUST_BE_ZERO))


def score_letters(corpus: Path) -> Iterator[Scored]:
    """Yield the marks of every letter of a folder, or of its folder `letters`."""
    folder = corpus / "letters" if (corpus / "letters").is_dir() else corpus
    pairs = [(path, _letter_of(path)) for path in sorted(folder.glob("*.json"))]
    pairs = [(truth, letter) for truth, letter in pairs if letter]
    if not pairs:
        raise SystemExit(f"{folder} holds no letter with a truth of the same name beside it.")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = pool.map(lambda pair: _documents_in(pair[1]), pairs)
        for (path, _), documents in zip(pairs, answers, strict=True):
            truth = json.loads(path.read_text("utf-8"))
            for mark in compare_letter(truth, documents):
                yield Scored(mark, path.stem, truth.get("rendering", "not said"), truth.get("layout", "not said"))


def score_cases(total: Counter[str]) -> Iterator[Scored]:
    """Yield the marks of the denials of the sample cases; print and add up their criteria."""
    for folder in sorted(path.parent for path in SAMPLES.glob("*/expected.json")):
        truth = json.loads((folder / "expected.json").read_text("utf-8"))
        files = sorted(str(path) for path in folder.iterdir() if path.suffix in FILES)
        with tempfile.TemporaryDirectory() as out:
            answer = ask("run", "--json", "--out", out, "--today", TODAY, *files)
        tally = compare_case(truth, answer)
        total.update(tally)
        print(f"{folder.name:32} " + "  ".join(f"{key} {count}" for key, count in tally.items()))
        denial = truth["denial"]
        for mark in compare_denial(denial, answer["denial"]):
            yield Scored(mark, folder.name, denial.get("rendering", "not said"), denial.get("layout", "whole case"))


def ask(*arguments: str) -> dict[str, Any]:
    """Return the JSON document that rebut prints."""
    done = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, timeout=900, check=True)
    return json.loads(done.stdout)


def print_tables(scored: list[Scored]) -> None:
    """Print the three tables and what is wrong."""
    print(f"\n{'':44} {'right':>9} {'asserted':>9} {'mean':>6} {'right of':>9} {'right of':>9} {'offered':>8}")
    print(f"{'field':44} {'':>9} {'& wrong':>9} {'conf.':>6} {'>= 0.9':>9} {'0.6-0.9':>9} {'< 0.6':>8}")
    _print_rows(scored, lambda one: one.mark.field)
    print("\nrendering")
    _print_rows(scored, lambda one: _kind_of(one.rendering))
    print("\nlayout")
    _print_rows(scored, lambda one: one.layout)
    print("\nin all")
    _print_rows(scored, lambda one: "all fields of all letters")
    for one in scored:
        if not one.mark.right:
            sure = "" if one.mark.sure is None else f" {one.mark.sure:.2f}"
            print(f"wrong: {one.letter}: {one.mark.field} ({one.mark.band}{sure})")


def _print_rows(scored: Iterable[Scored], key: Callable[[Scored], str]) -> None:
    groups: dict[str, list[Mark]] = defaultdict(list)
    for one in scored:
        groups[key(one)].append(one.mark)
    for name, marks in sorted(groups.items()):
        given = [mark for mark in marks if mark.sure is not None]
        high = [mark for mark in given if mark.sure >= HIGH]
        middle = [mark for mark in given if ASSERTED <= mark.sure < HIGH]
        untrue = sum(not mark.right for mark in (*high, *middle))
        mean = f"{sum(mark.sure for mark in given) / len(given):.2f}" if given else "-"
        print(
            f"{_cut(name):44} {_share(marks):>9} {untrue:>9} {mean:>6} {_share(high):>9} {_share(middle):>9} "
            f"{len(given) - len(high) - len(middle):>8}"
        )


def _share(marks: list[Mark]) -> str:
    return f"{sum(mark.right for mark in marks)}/{len(marks)}"


def _cut(name: str) -> str:
    return name if len(name) <= 44 else name[:41] + "..."


def _kind_of(rendering: str) -> str:
    """scan300 and scan200 are scans; fax_fine and fax_standard are faxes."""
    for start, kind in (("born", "born digital"), ("scan", "scan"), ("fax", "fax"), ("phone", "photo")):
        if rendering.startswith(start):
            return kind
    return rendering


def _letter_of(truth: Path) -> Path | None:
    return next((path for path in sorted(truth.parent.glob(f"{truth.stem}.*")) if path.suffix in FILES), None)


def _documents_in(letter: Path) -> list[dict[str, Any]]:
    try:
        return ask("read", "--json", "--jobs", "1", "--today", TODAY, str(letter))["documents"]
    except (subprocess.SubprocessError, json.JSONDecodeError) as error:
        told = (getattr(error, "stderr", None) or type(error).__name__).strip().splitlines()
        print(f"not read: {letter.name}: {told[-1] if told else ''}")
        return []


if __name__ == "__main__":
    sys.exit(main())
