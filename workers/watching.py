"""What Flower shows of a task: its stage and ids, whatever a message may one day carry."""

import re
from typing import Any

_ID = re.compile(r"[0-9a-f]{8,32}")


def show_ids_only() -> None:
    """Have Flower pass every task it shows through `ids_only`; before it reads its options."""
    from flower.options import options

    options.format_task = ids_only


def ids_only(task: Any) -> Any:
    """Return the task with nothing but ids as its arguments, no result, and of an error its class alone."""
    task.args = ", ".join(_ID.findall(str(task.args or "")))
    task.kwargs = task.result = task.traceback = ""
    task.exception = str(task.exception or "").partition("(")[0]
    return task
