"""Log lines of allow-listed fields: ids, codes, counts. Names and text of a document never get in."""

import os
import sys
import traceback
from typing import Any

# What a line may carry beside its event. Anything else is dropped: a slip loses a field, not a secret.
ALLOWED = frozenset(
    {"case", "job", "stage", "part", "queue", "attempt", "attempts", "error", "code", "count", "at"}
    | {"pages", "seconds", "state", "pid", "port", "signal", "role"}
)
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_logger: Any = None


def log(event: str, level: str = "info", **fields: Any) -> None:
    """Write one line of JSON to standard error, where the level is asked for (REBUT_LOG)."""
    if _LEVELS[level] >= _LEVELS.get(os.environ.get("REBUT_LOG", "warning"), 30):
        getattr(_structlog(), level)(event, **fields)


def where(error: BaseException) -> str:
    """Return where an error was raised, as "module.py:12 function": its message may quote a patient.

    One that came from another process was raised again here, and says itself where it was raised first.
    """
    if told := error.__dict__.get("raised_at"):
        return str(told)
    frames = traceback.extract_tb(error.__traceback__)
    return f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno} {frames[-1].name}" if frames else "?"


def only_allowed(_logger: object, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Drop every field that is not on the list, and every value that is neither a word nor a number."""
    kept = {name: value for name, value in event.items() if name in ALLOWED and isinstance(value, str | int | float)}
    return {"event": event["event"], **kept}


def _structlog() -> Any:
    global _logger
    if _logger is None:
        import structlog  # 0.1 s, and most runs log nothing

        structlog.configure(
            processors=[
                only_allowed,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(),
            ],
            logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        )
        _logger = structlog.get_logger()
    return _logger
