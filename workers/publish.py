"""Tell the broker of ready jobs: best effort, since the reconciler tells it again."""

from collections.abc import Iterable

from pipeline.jobs import Ready
from pipeline.log import log


def publish(ready: Iterable[Ready]) -> list[str]:
    """Send a hint for each job; returns the ids of those the broker took."""
    from kombu.exceptions import OperationalError

    from workers.app import app

    sent: list[str] = []
    for job in ready:
        try:
            app.send_task(f"rebut.{job.stage}", args=[job.job_id], queue=job.queue, ignore_result=True)
        except (OperationalError, OSError) as error:
            log("broker did not take a hint", level="warning", error=type(error).__name__)
            break
        sent.append(job.job_id)
    return sent
