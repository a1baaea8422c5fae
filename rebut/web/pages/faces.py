"""Whose case it is, for the list: names stand in the stored case alone, and are kept here only while we run."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from extractors.errors import RebutError
from pipeline.names import spoken_name
from pipeline.results import load_case
from pipeline.storage import Storage

_KEPT = 5000  # names; a result never changes, so none goes stale
_AT_ONCE = 8  # reads, which for S3 are round trips

_names: dict[str, str] = {}  # key of the result -> name, "" where the letter has none


def patients(storage: Storage, results: Mapping[str, str | None]) -> dict[str, str]:
    """Return the patient's name of each case, by id; `results`: id -> key of its result."""
    missing = {key for key in results.values() if key and key not in _names}
    if missing:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            _names.update(zip(missing, pool.map(partial(_name, storage), missing), strict=True))
        for key in list(_names)[: max(0, len(_names) - _KEPT)]:
            _names.pop(key, None)
    return {case_id: name for case_id, key in results.items() if key and (name := _names.get(key))}


def _name(storage: Storage, key: str) -> str:
    try:
        found = load_case(storage, key)["denial"]["patient_name"]
    except (RebutError, LookupError):
        return ""
    return spoken_name(found["value"]) or "" if found else ""
