"""Tell the broker of ready jobs: best effort, since the reconciler tells it again."""

from collections import Counter
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


# Hints that wait in one queue of the broker. More say nothing new: a hint is for any job of its stage.
ROOM = 500


def publish_some(ready: Iterable[Ready]) -> list[str]:
    """Send hints while there is room for them; returns the ids of those the broker took.

    For whoever tells of many jobs at once (a batch, the reconciler after the broker lost everything):
    a broker that holds ten thousand hints has no use for them and no memory to spare.
    """
    wanted = list(ready)
    if not wanted:
        return []
    try:
        waiting = Counter(_lengths({job.queue for job in wanted}))
    except Exception as error:  # redis' own and kombu's: whatever it is, the reconciler comes again
        log("broker does not answer", level="warning", error=type(error).__name__)
        return []
    fitting = []
    for job in wanted:
        if waiting[job.queue] < ROOM:
            waiting[job.queue] += 1
            fitting.append(job)
    return publish(fitting)


def _lengths(queues: Iterable[str]) -> dict[str, int]:
    """Return how many hints wait in each queue of the broker."""
    from workers.app import app

    with app.connection_for_write() as connection:
        channel = connection.default_channel
        return {queue: channel._size(queue) for queue in queues}
