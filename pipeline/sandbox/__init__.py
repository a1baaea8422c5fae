"""Files from outside are opened in processes of their own, which may fail, hang or be made to: nothing else does.

The reader of such processes is loaded by the first name that needs it: the settings want its limits alone.
"""

from typing import TYPE_CHECKING, Any

from pipeline.sandbox.limits import Limits

if TYPE_CHECKING:
    from pipeline.sandbox.faults import PageNotShownError
    from pipeline.sandbox.reader import Reader, ReadPages, TakenIn

__all__ = ["Limits", "PageNotShownError", "ReadPages", "Reader", "TakenIn"]


def __getattr__(name: str) -> Any:
    if name == "PageNotShownError":
        from pipeline.sandbox import faults

        return faults.PageNotShownError
    if name in __all__:
        from pipeline.sandbox import reader

        return getattr(reader, name)
    raise AttributeError(name)
