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
CASES = ("lupus-anifrolumab", "migraine-step-therapy", "ra-baricitinib")
TODAY = "2026-11-22"


@dataclass(frozen=True)
class Packet:
    """A packet's folder, its case document, and what is true of the case."""

    folder: Path
    case: dict[str, Any]
    truth: dict[str, Any]


@pytest.fixture(scope="module", params=CASES)
def packet(request, tmp_path_factory) -> Packet:
    place = tmp_path_factory.mktemp(request.param)
    files = [SAMPLES / request.param / name for name in ("denial.pdf", "chart.pdf", "policy.pdf")]
    command = [sys.executable, "-m", "rebut", "run", *map(str, files), "--out", str(place / "packet"), "--today", TODAY]
    told = {**os.environ, "REBUT_HOME": str(place / "home")}
    subprocess.run(command, check=True, capture_output=True, env=told, timeout=300)
    folder = place / "packet"
    truth = json.loads((SAMPLES / request.param / "expected.json").read_text())
    return Packet(folder=folder, case=json.loads((folder / "case.json").read_text()), truth=truth)
