"""What the question "does this page need OCR" costs, and whether the answer is right: `... CHART TRUTH ROUNDS`.

Prints JSON: ms of CPU a page for each round, opening the page and its text included, and the pages answered wrongly.
"""

import json
import sys
import time
from pathlib import Path

import pypdfium2 as pdfium

from extractors.pages.insert import find_inserts
from extractors.pages.quality import is_trusted, judge_text
from extractors.pages.render import look_at_images
from extractors.pages.textlayer import read_text_layer, text_by_index


def main() -> None:
    chart, truth, rounds = sys.argv[1:]
    kinds = [page["kind"] for page in json.loads(Path(truth).read_text("utf-8"))]
    told: list[float] = []
    with pdfium.PdfDocument(chart) as opened:
        needs_ocr(opened[0])
        for _ in range(int(rounds)):
            started = time.process_time()
            answers = [needs_ocr(page) for page in opened]
            told.append(1000 * (time.process_time() - started) / len(kinds))
    wrong = sum(answer != (kind != "digital") for answer, kind in zip(answers, kinds, strict=True))
    print(json.dumps({"ms": told, "pages": len(kinds), "wrong": wrong}))


def needs_ocr(page: pdfium.PdfPage) -> bool:
    """Say what `extractors.pages.read` decides: a layer that cannot be believed, or a picture among typed lines."""
    textpage = page.get_textpage()
    text = text_by_index(textpage)
    textpage.close()
    images = look_at_images(page)
    trusted = is_trusted(judge_text(text), images.cover, images.hidden_text, images.others)
    inserts = find_inserts(page, images, read_text_layer(page)) if trusted and images.boxes else []
    page.close()
    return not trusted or bool(inserts)


if __name__ == "__main__":
    main()
