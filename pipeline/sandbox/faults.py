"""What may become of the process that has a file open, in words for a person."""

from typing import Any, Literal

from extractors.errors import RebutError
from pipeline.sandbox.limits import Limits

Death = Literal["crashed", "slow", "memory", "killed"]

# Problem codes of a page whose process did not survive it.
PAGE_PROBLEMS = {"crashed": "page-crashed-reader", "slow": "page-too-slow", "memory": "page-too-large"}


class FileCrashesReaderError(RebutError):
    """The program that opens the file ends each time (file)."""

    code = "file-crashes-reader"
    message = (
        "{0} makes the program that opens it fail, each time it is tried: it is damaged, or made to do harm. "
        "If it opens on your screen, print it to a new PDF and send that copy."
    )


class FileTooSlowError(RebutError):
    """The file does not open within its time (file, seconds)."""

    code = "file-too-slow"
    message = (
        "{0} did not open within {1} seconds, so it was given up. "
        "If it opens on your screen, print it to a new PDF, or split it, and send that copy."
    )


class FileTooHeavyError(RebutError):
    """Opening the file takes more memory than a file may have (file, megabytes)."""

    code = "file-too-heavy"
    message = (
        "{0} needs more than {1} MB of memory to open, so it was given up. "
        "Save its pictures smaller or split it, and send that copy."
    )


class PageNotShownError(RebutError):
    """A page cannot be drawn, or the file has no such page (page number)."""

    code = "page-not-shown"
    message = "Page {0} cannot be shown: it is damaged, or the file has no such page. Look at the paper."


class ReaderKilledError(RebutError):
    """The process that reads was ended from outside, as when the machine runs out of memory."""

    code = "reader-killed"
    message = "The process that reads files was ended from outside. The machine may be out of memory; try again."
    exit_status = 1


class ReaderSaysError(RebutError):
    """An error of the reader that this version does not know (its code)."""

    code = "reader-error"
    message = "The file cannot be read ({0}). Print it to a new PDF and send that copy."


def file_error(death: Death, name: str, limits: Limits) -> RebutError:
    """Return what to tell of a file that ended its process, on the last try."""
    if death == "slow":
        return FileTooSlowError(name, round(limits.file_seconds))
    if death == "memory":
        return FileTooHeavyError(name, limits.memory_mb)
    return FileCrashesReaderError(name)


def error_of(code: str, arguments: Any) -> RebutError:
    """Return the error that the process named by its code: one of ours, with words and numbers as arguments."""
    from extractors import errors

    told = [word for word in arguments or () if isinstance(word, str | int | float)]
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, RebutError) and kind.code == code and kind is not RebutError:
            return kind(*told)
    return ReaderSaysError(code)
