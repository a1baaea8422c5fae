"""Put finished files into the output folder: all of them or none."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path


def publish(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files beside the folder, then move them in; the last of the mapping goes last.

    A folder that does not exist appears complete. In one that does, files of an earlier
    packet are replaced one by one, each whole, and strange files are left alone.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, data in files.items():
            (temporary / name).parent.mkdir(exist_ok=True)
            (temporary / name).write_bytes(data)
        temporary.chmod(0o755)
        if not folder.exists():
            temporary.rename(folder)
            return
        for name in files:
            (folder / name).parent.mkdir(exist_ok=True)
            os.replace(temporary / name, folder / name)
        for part in (*folder.glob("packet-part-*.pdf"), *folder.glob("final/*")):
            if part.relative_to(folder).as_posix() not in files:  # of an earlier packet, and so of other pages
                part.unlink()
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
