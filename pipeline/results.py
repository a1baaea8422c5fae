"""What a finished case left in the storage: an index of the packet's files by name."""

import json
from typing import Any

from pipeline.storage import Storage

CASE_JSON = "case.json"
FINAL = "final/"  # where letter and packet stand that an approver approved
PACKET_NAMES = (
    "letter.docx",
    "letter.pdf",
    "packet.pdf",
    CASE_JSON,
    "manifest.json",
    "next-steps.pdf",
    "deadlines.ics",
    "fax-cover.pdf",
)


def load_index(storage: Storage, result_key: str) -> dict[str, str]:
    """Return the storage key of each file of the packet, by its name there."""
    return json.loads(storage.get(result_key))["files"]


def load_packet(storage: Storage, result_key: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the case document and every file of the packet."""
    files = {name: storage.get(key) for name, key in load_index(storage, result_key).items()}
    return json.loads(files[CASE_JSON]), files


def load_case(storage: Storage, result_key: str) -> dict[str, Any]:
    """Return the case document alone."""
    return json.loads(storage.get(load_index(storage, result_key)[CASE_JSON]))
