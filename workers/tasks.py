"""The pipeline as Celery sees it: one task per stage, no decisions here.

A message carries a job id and nothing else: it says that its queue has work for its stage. Which
job goes first, whether it is to be done, by whom and how often is the database's to say, so running
a task twice does its work once.
"""

import os
import time
from functools import cache
from pathlib import Path
from typing import Any

from celery.signals import celeryd_init, worker_process_init, worker_ready

from pipeline import jobs
from pipeline.database import Database, DatabaseUnavailableError, open_database, patiently
from pipeline.log import log
from pipeline.scratch import sweep
from pipeline.settings import read_settings
from pipeline.stages import SERVED, WORKFLOW
from pipeline.storage import Storage, StorageUnavailableError, open_workers_storage
from pipeline.work import work_on
from workers.app import app
from workers.publish import publish

_PAUSE_SECONDS = 2.0


def run_job(job_id: str) -> None:
    """Work on what goes first among the jobs like this one; nothing, where all of them are taken."""
    try:
        database, storage = _stores()
        if taken := patiently(database, lambda: jobs.claim_like(database, job_id)):
            publish(work_on(database, storage, SERVED, taken))
    except (DatabaseUnavailableError, StorageUnavailableError) as error:  # the reconciler sends another hint
        log("stores do not answer", level="warning", error=error.code)
        time.sleep(_PAUSE_SECONDS)  # or the queue would be emptied in a moment


for _name, _stage in WORKFLOW.stages.items():
    app.task(
        name=f"rebut.{_name}",
        time_limit=_stage.seconds,
        soft_time_limit=None,  # code in C does not see it; the lease and the hard limit do
    )(run_job)


@worker_process_init.connect
def _begin_child(**_: Any) -> None:
    """A child opens its own connections: those of its parent must not be shared over the fork."""
    _stores.cache_clear()


@celeryd_init.connect
def _load_stages(**_: Any) -> None:
    """Load what every stage imports once, before the children are forked, and not in each child's first task.

    Not the reader: files are opened in processes of their own, which a child starts with its first one.
    """
    import pipeline.reading  # noqa: F401
    from pipeline.remade import program_mark

    program_mark()  # of the program as it is loaded, not as an upgrade leaves it under a worker that goes on
    sweep()  # what a worker that was killed left


@worker_ready.connect
def _say_ready(**_: Any) -> None:
    """Leave a mark that this worker takes jobs, for who started it to see."""
    if mark := os.environ.get("REBUT_READY_FILE"):
        Path(mark).touch(mode=0o600)


@cache
def _stores() -> tuple[Database, Storage]:
    settings = read_settings()
    cache = settings.home / "cache"
    return open_database(settings.database), open_workers_storage(settings.storage, cache, settings.cache_mb << 20)
