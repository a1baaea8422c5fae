"""The packets of the three whole samples, made once by the command itself."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[2] / "samples"
CASES = [SAMPLES / name for name in ("lupus-anifrolumab", "migraine-step-therapy", "ra-baricitinib")]
# cases of your own beside them: REBUT_CASES=/path/to/cases pytest tests/packets/test_samples.py
CASES += sorted(path.parent for path in Path(os.environ.get("REBUT_CASES", os.devnull)).glob("*/truth.json"))
TODAY = "2026-11-22"


@dataclass(frozen=True)
class Packet:
    """A packet's folder, its case document, and what is true of the case."""

    folder: Path
    case: dict[str, Any]
    truth: dict[str, Any]


@pytest.fixture(scope="module", params=CASES, ids=lambda path: path.name)
def packet(request, tmp_path_factory) -> Packet:
    place = tmp_path_factory.mktemp(request.param.name)
    files = sorted(path for path in request.param.iterdir() if path.suffix != ".json" and path.is_file())
    command = [sys.executable, "-m", "rebut", "run", *map(str, files), "--out", str(place / "packet"), "--today", TODAY]
    told = {**os.environ, "REBUT_HOME": str(place / "home")}
    subprocess.run(command, check=True, capture_output=True, env=told, timeout=300)
    folder = place / "packet"
    truth = json.loads(next(request.param.glob("*.json")).read_text())
    return Packet(folder=folder, case=json.loads((folder / "case.json").read_text()), truth=truth)
