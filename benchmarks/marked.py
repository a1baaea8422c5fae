"""Putting a table between its marks in docs/benchmarks.md; the rest of the report is others'."""

import re
from pathlib import Path

REPORT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


def write_between(marks: tuple[str, str], table: str) -> None:
    """Replace what stands between the marks, or add the section at the end."""
    section = f"{marks[0]}\n{table}{marks[1]}\n"
    old = REPORT.read_text("utf-8") if REPORT.exists() else "# Benchmarks\n\n"
    pattern = re.compile(re.escape(marks[0]) + ".*?" + re.escape(marks[1]) + "\n", re.DOTALL)
    new = pattern.sub(lambda _: section, old) if pattern.search(old) else old.rstrip("\n") + "\n\n" + section
    REPORT.write_text(new, "utf-8")
