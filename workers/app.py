"""Celery on Redis: the broker carries hints, the database says what is to be done.

Each setting was measured on Celery 5.7 and kombu 5.7; the reason stands beside it.
"""

import os

from celery import Celery

from pipeline.settings import read_settings
from pipeline.stages import WORKFLOW

os.environ["OMP_THREAD_LIMIT"] = "1"  # one page per core beats four threads per page

# The longest hard limit of a stage, and room for one more.
VISIBILITY_SECONDS = int(2.2 * max(stage.seconds for stage in WORKFLOW.stages.values()))

app = Celery(
    "rebut", broker=read_settings().broker or "redis://127.0.0.1:6379/0", include=["workers.tasks", "workers.pulse"]
)
app.conf.update(
    task_serializer="json",
    accept_content=["json"],  # closes the pickle path
    task_ignore_result=True,  # no chords, no growth in Redis, and no 19 s stall when it is down
    task_acks_late=True,  # the death of a whole worker gives the message back
    task_reject_on_worker_lost=False,  # else a page that kills its reader comes back for ever: leases decide
    task_acks_on_failure=True,  # what is tried again, and when, the database says
    task_acks_on_timeout=True,
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,  # long tasks: none waits behind another while a worker is idle
    broker_transport_options={
        "visibility_timeout": VISIBILITY_SECONDS,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,  # a lost worker's message is back after 10 s, not 100
        "socket_timeout": 5,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 25,
    },
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # a broker outage must not end a worker
    task_publish_retry=False,  # the reconciler publishes again
    task_routes={f"rebut.{name}": {"queue": stage.queue} for name, stage in WORKFLOW.stages.items()},
    task_default_queue="understand",
    task_create_missing_queues=True,
    worker_max_tasks_per_child=1000,  # a new child costs 0.8 s: 4 ms a job at 200; memory is bounded by the next line
    worker_max_memory_per_child=600_000,  # KB; recycles after the task
    # SIGTERM is a warm shutdown: the job at hand ends. A soft one always sleeps its whole time, and what it
    # saves, the message of a job cut short, we do not need: the lease gives the job back.
    worker_soft_shutdown_timeout=0.0,
    # Off: after a reconnect the message comes again and finds its job taken, so cancelling would only cost an attempt.
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_send_task_events=True,
    task_send_sent_event=True,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
)
