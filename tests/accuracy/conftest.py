from pathlib import Path

import pytest

from tests.accuracy.sample_letters import Reading, read_letter


@pytest.fixture(scope="session")
def reading_of(tmp_path_factory, worker_id: str):
    """Return a reader of sample letters: each is read once, also where several processes share the tests."""
    base = tmp_path_factory.getbasetemp()
    kept = Path(base if worker_id == "master" else base.parent) / "sample-letters"
    kept.mkdir(exist_ok=True)
    readings: dict[str, Reading] = {}

    def reading(name: str) -> Reading:
        if name not in readings:
            readings[name] = read_letter(name, kept)
        return readings[name]

    return reading
