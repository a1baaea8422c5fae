"""What an attempt at a job failed of, and so what to expect of another one."""

import errno
from typing import Literal

from sqlalchemy.exc import DBAPIError

from extractors.errors import RebutError
from pipeline.database import DatabaseUnavailableError
from pipeline.sandbox.faults import ReaderKilledError
from pipeline.storage import StorageUnavailableError

# Of an attempt: what to expect of another one. An outage is one of our own servers or disks: no attempt of the job.
Fault = Literal["input", "bug", "passing", "outage", "killed"]

# What the system says of a full disk, a broken one, and of a machine that ran out of what it has.
_OUT_OF = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE})


def fault_of(error: BaseException) -> Fault:
    """Return what failed: the file, the program, something that passes, our own servers and disks, or the process."""
    if isinstance(error, StorageUnavailableError | DatabaseUnavailableError):
        return "outage"
    if isinstance(error, OSError) and error.errno in _OUT_OF:
        return "outage"
    if isinstance(error, ReaderKilledError):
        return "killed"
    if isinstance(error, RebutError):
        return "passing" if error.exit_status == 1 else "input"
    return "passing" if isinstance(error, OSError | MemoryError | DBAPIError) else "bug"
