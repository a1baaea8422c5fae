"""Where a reader works: an environment that opens nothing."""

import os
import sys
from pathlib import Path

from pipeline.sandbox.child import SCRATCH

# What the reader may know of our environment: where programs are, nothing that opens anything.
_HANDED_ON = ("PATH", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "LANG", "LC_ALL")


def environment_in(folder: Path) -> dict[str, str]:
    """Return what the reader's environment is: nothing of ours but where programs are."""
    told = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    path = os.pathsep.join(at or os.getcwd() for at in sys.path)
    one = dict.fromkeys(("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    scratch = str(folder / SCRATCH)
    return {**told, **one, "PYTHONPATH": path, "TMPDIR": scratch, "HOME": scratch}
