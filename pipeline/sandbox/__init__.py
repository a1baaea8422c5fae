"""Files from outside are opened in processes of their own, which may fail, hang or be made to: nothing else does."""

from pipeline.sandbox.faults import PageNotShownError
from pipeline.sandbox.limits import Limits
from pipeline.sandbox.reader import Reader, ReadPages, TakenIn

__all__ = ["Limits", "PageNotShownError", "ReadPages", "Reader", "TakenIn"]
