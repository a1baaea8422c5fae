"""Whether a packet may go out."""

from pipeline.decisions.errors import NotFinalError
from pipeline.results import FINAL, load_case
from pipeline.storage import Storage

_AS_DRAFT = ("manifest.json",)  # one for both: it tells of the approval


def final_name(storage: Storage, case_id: str, result_key: str, name: str) -> str:
    """Return where the approved form of a packet's file stands; raises NotFinalError."""
    review = load_case(storage, result_key).get("review", {"open": [], "final": False})
    if not review["final"]:
        points = review["open"]
        count = f"{len(points)} point{' is' if len(points) == 1 else 's are'} open"
        raise NotFinalError(case_id, count if points else "no approver has approved this result", points)
    return name if name in _AS_DRAFT else f"{FINAL}{name}"
