"""Which way a picture stands, told by the engine's model of turns: a program of its own, which takes 70 MB.

    python turner.py FOLDER WIDTH HEIGHT DPI < grey pixels

In the process that reads the page the model came on top of the engine and of the page's pictures: of 1,000 pages two
took 20 MB more than any other for it. Few pages ask, 6 of 400 scanned ones. Prints degrees and confidence, or nothing
where it cannot tell; imports nothing of ours, which would take as much again.
"""

import sys


def main() -> None:
    import tesserocr

    folder, width, height, dpi = sys.argv[1], *map(int, sys.argv[2:])
    with tesserocr.PyTessBaseAPI(path=folder, lang="osd", psm=0) as api:
        api.SetImageBytes(sys.stdin.buffer.read(), width, height, 1, width)
        api.SetSourceResolution(dpi)
        found = api.DetectOrientationScript()
    if found:
        print((360 - int(found["orient_deg"])) % 360, float(found["orient_conf"]))


if __name__ == "__main__":
    main()
