"""`python -m rebut`."""

import sys

from rebut.cli import main

if __name__ == "__main__":
    sys.exit(main())
