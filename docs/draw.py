"""Draw the pictures of the README from real output: `make pictures`.

Runs the lupus sample through the installed command and renders pages of its packet.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import pypdfium2

ROOT = Path(__file__).resolve().parent.parent
CASE = ROOT / "samples" / "lupus-anifrolumab"
PICTURES = ROOT / "docs" / "pictures"
SCALE = 1.25  # 90 dpi: readable on a screen, small in the repository
SHOWN = {"letter": "Appeal of adverse benefit", "checklist": "Exhibit A: Checklist", "exhibit": "Exhibit 1 - page 1"}


def main() -> int:
    """Write one PNG per page shown."""
    with tempfile.TemporaryDirectory() as out:
        files = [str(CASE / name) for name in ("denial.pdf", "chart.pdf", "policy.pdf")]
        command = [str(Path(sys.executable).parent / "rebut"), "run", "--out", out, "--today", "2026-11-22", *files]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        packet = pypdfium2.PdfDocument(Path(out) / "packet.pdf")
        for name, words in SHOWN.items():
            page = next(at for at in packet if words in " ".join(at.get_textpage().get_text_bounded().split()))
            picture = page.render(scale=SCALE).to_pil().convert("P", palette=1, colors=64)
            picture.save(PICTURES / f"{name}.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
