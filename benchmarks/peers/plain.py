"""A chart as it is mostly read today: pdfplumber where a page has text, pytesseract with its defaults where not.

    python plain.py CHART TEXTS

Two processes, one page at a time; pages are drawn at 300 dpi by PDFium. Runs in the environment of the peers alone.
"""

import json
import multiprocessing
import sys
from functools import cache
from typing import Any

DPI = 300
LEAST = 20  # characters that make a page one with text


def main() -> None:
    chart, texts = sys.argv[1:]
    import pypdfium2

    with pypdfium2.PdfDocument(chart) as opened:
        numbers = range(len(opened))
    with multiprocessing.Pool(2) as pool:
        read = pool.starmap(_read, [(chart, number) for number in numbers], chunksize=4)
    with open(texts, "w", encoding="utf-8") as file:
        json.dump(read, file)


@cache
def _opened(chart: str) -> Any:
    import pdfplumber

    return pdfplumber.open(chart)


def _read(chart: str, number: int) -> str:
    import pytesseract

    page = _opened(chart).pages[number]
    words = [word["text"] for word in page.extract_words()] if len(page.chars) >= LEAST else []
    if not words:
        import pypdfium2

        with pypdfium2.PdfDocument(chart) as opened:
            picture = opened[number].render(scale=DPI / 72).to_pil()
        told = pytesseract.image_to_data(picture, output_type=pytesseract.Output.DICT)
        words = [word for word in told["text"] if word.strip()]
    page.close()
    return " ".join(words)


if __name__ == "__main__":
    main()
