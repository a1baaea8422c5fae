"""Draw the pictures that the pages of the fixed packet are held to; look at each before it is committed."""

import tempfile
from pathlib import Path

from tests.packets.test_looks import REVIEWED, pictures


def main() -> None:
    """Write every page anew; pages that are gone go with them."""
    REVIEWED.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        drawn = pictures(Path(place) / "packet")
    for path in REVIEWED.glob("*.png"):
        if path.name not in drawn:
            path.unlink()
    for name, picture in drawn.items():
        picture.quantize(16).save(REVIEWED / name, optimize=True)
        print(REVIEWED / name)


if __name__ == "__main__":
    main()
