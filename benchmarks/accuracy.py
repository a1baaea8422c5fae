"""Score the reading of the project's own samples: `make accuracy`.

Runs the installed command on each case and letter of samples/ and prints, per field, how
many values are right, how many were asserted (confidence 0.6 or more) and wrong, and the
share that is right among those given 0.9 or more; per case, the criteria. Exit status 1
when anything untrue was claimed: a false `met`, a decoy or another patient's page cited.
"""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmarks.compare import compare_case, compare_denial

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
COMMAND = str(Path(sys.executable).parent / "rebut")
MUST_BE_ZERO = ("false_met", "decoys_cited", "strangers_cited")


def ask(*arguments: str) -> dict:
    """Return the JSON document that rebut prints."""
    done = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, timeout=900, check=True)
    return json.loads(done.stdout)


def main() -> int:
    """Print the tables and return the exit status."""
    marks: dict[str, list[tuple[bool, float | None]]] = defaultdict(list)
    total: dict[str, int] = defaultdict(int)
    wrong: list[str] = []
    for folder in sorted(path.parent for path in SAMPLES.glob("*/expected.json")):
        truth = json.loads((folder / "expected.json").read_text())
        files = sorted(str(path) for path in folder.iterdir() if path.suffix in (".pdf", ".tif", ".jpg", ".eml"))
        with tempfile.TemporaryDirectory() as out:
            answer = ask("run", "--json", "--out", out, "--today", "2026-11-22", *files)
        tally = compare_case(truth, answer)
        for key, count in tally.items():
            total[key] += count
        print(f"{folder.name:32} " + "  ".join(f"{key} {count}" for key, count in tally.items()))
        for field, right, sure in compare_denial(truth["denial"], answer["denial"]):
            marks[field].append((right, sure))
            wrong += [] if right else [f"{folder.name}: {field}"]
    for expected in sorted(SAMPLES.glob("letters/*.json")):
        truth = json.loads(expected.read_text())
        truth = truth.get("denial", truth)
        letter = next(path for path in sorted(expected.parent.glob(f"{expected.stem}.*")) if path.suffix != ".json")
        documents = ask("read", "--json", str(letter))["documents"]
        denials = [d for d in documents if d["document_type"] == "denial_letter"]
        document = (denials or documents)[0]
        if not truth.get("reasons"):
            invented = bool(denials) or bool(((document.get("fields") or {}).get("reasons") or {}).get("value"))
            marks["no denial invented"].append((not invented, None))
            wrong += [f"{expected.stem}: denial invented"] if invented else []
            continue
        for field, right, sure in compare_denial(truth, document.get("fields") or {}):
            marks[field].append((right, sure))
            wrong += [] if right else [f"{expected.stem}: {field}"]
    print(f"\n{'field':28} {'right':>9}  asserted and wrong  right of those >= 0.9")
    for field, results in sorted(marks.items()):
        right = sum(ok for ok, _ in results)
        untrue = sum(not ok and sure is not None and sure >= 0.6 for ok, sure in results)
        high = [ok for ok, sure in results if sure is not None and sure >= 0.9]
        print(f"{field:28} {right:4}/{len(results):<4}  {untrue:18}  {sum(high)}/{len(high)}")
    for line in wrong:
        print("wrong:", line)
    return int(any(total[key] for key in MUST_BE_ZERO))


if __name__ == "__main__":
    sys.exit(main())
