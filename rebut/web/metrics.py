"""Metrics for Prometheus, read from the database: what it says is so, whatever the broker thinks.

Labels are queues, stages, states and outcomes: never an id, let alone a name.
"""

import datetime as dt
import math
import time
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from pipeline.database import Database
from pipeline.pulse import ALIVE_SECONDS, DOORS, RECONCILER, WORKER, read_pulses
from pipeline.stages import WORKFLOW
from pipeline.tables import case, job
from rebut.today import today
from rebut.web.tally import Histogram, Tally

NEAR_DAYS = 7
QUEUES = tuple(dict.fromkeys(("urgent", *(stage.queue for stage in WORKFLOW.stages.values()))))
Sample = tuple[dict[str, str], float]


def render_metrics(database: Database, tally: Tally) -> str:
    """Return the metrics in Prometheus' text format."""
    tally.catch_up(database)
    with database.read() as connection:
        families = [*_jobs(connection), *_cases(connection, today())]
    return "".join(_family(*family) for family in (*families, *_alive(read_pulses(database)), *_counted(tally)))


Family = tuple[str, str, str, Iterable[Sample]]


def _jobs(connection: Connection) -> Iterator[Family]:
    now = time.time()
    live = job.c.case_id.in_(select(case.c.id).where(case.c.state != "failed"))  # nothing else is picked up
    states = connection.execute(select(job.c.queue, job.c.state, func.count()).group_by(job.c.queue, job.c.state))
    yield "rebut_jobs", "gauge", "Jobs by queue and state.", [_of(n, queue=q, state=s) for q, s, n in states]
    ready = select(job.c.queue, func.count(), func.min(job.c.next_attempt_at)).where(job.c.state == "ready", live)
    depth = {queue: (count, due) for queue, count, due in connection.execute(ready.group_by(job.c.queue))}
    waiting = [(queue, *depth.get(queue, (0, now))) for queue in dict.fromkeys((*QUEUES, *depth))]
    yield "rebut_queue_depth", "gauge", "Ready jobs that can be claimed.", [_of(n, queue=q) for q, n, _ in waiting]
    ages = [_of(max(0.0, now - due), queue=queue) for queue, _, due in waiting]
    yield "rebut_oldest_ready_seconds", "gauge", "How long the oldest ready job waits.", ages
    dead = select(job.c.stage, func.count()).join(case, case.c.id == job.c.case_id)
    dead = dead.where(job.c.state == "dead", case.c.state == "failed").group_by(job.c.stage)
    by_stage: dict[str, int] = dict(connection.execute(dead).all())
    lost = [_of(by_stage.get(stage, 0), stage=stage) for stage in dict.fromkeys((*WORKFLOW.stages, *by_stage))]
    yield "rebut_dead_jobs", "gauge", "Dead jobs of cases that failed: `rebut replay --dead` is for these.", lost
    expired = select(func.count()).select_from(job).where(job.c.state == "running", job.c.lease_until < now)
    overdue = [_of(connection.execute(expired).scalar() or 0)]
    yield "rebut_expired_leases", "gauge", "Jobs whose worker fell silent and that were not yet given back.", overdue


def _cases(connection: Connection, day: dt.date) -> Iterator[Family]:
    states = connection.execute(select(case.c.state, func.count()).group_by(case.c.state))
    yield "rebut_cases", "gauge", "Cases by state.", [_of(count, state=state) for state, count in states]
    # Named first and grouped after: PostgreSQL takes two mentions of one expression with parameters for two.
    day_of = case.c.summary["last_day"].as_string().label("day")
    days = select(day_of, (case.c.state == "ready").label("made")).subquery()
    dated = select(days.c.day, days.c.made, func.count()).where(days.c.day.is_not(None))
    left: dict[bool, list[tuple[int, int]]] = {False: [], True: []}  # has a packet -> (days, cases)
    for last_day, made, count in connection.execute(dated.group_by(days.c.day, days.c.made)):
        left[bool(made)].append(((dt.date.fromisoformat(last_day) - day).days, count))
    words = {False: "no", True: "yes"}
    nearest = [
        _of(min((d for d, _ in days if d >= 0), default=math.inf), packet=words[at]) for at, days in left.items()
    ]
    yield "rebut_deadline_days", "gauge", "Days to the nearest deadline of a case.", nearest
    near = sum(count for days, count in left[False] if 0 <= days < NEAR_DAYS)
    yield "rebut_deadlines_near", "gauge", f"Cases without packet, deadline within {NEAR_DAYS} days.", [_of(near)]
    missed = sum(count for days, count in left[False] if days < 0)
    yield "rebut_deadlines_missed", "gauge", "Cases without packet whose deadline is past.", [_of(missed)]


def _alive(pulses: dict[str, float]) -> Iterator[Family]:
    now = time.time()
    workers = sum(role.startswith(WORKER) and now - at < ALIVE_SECONDS for role, at in pulses.items())
    yield "rebut_workers_online", "gauge", f"Workers seen in the last {ALIVE_SECONDS:g} s.", [_of(workers)]
    age = now - pulses[RECONCILER] if RECONCILER in pulses else math.inf
    yield "rebut_reconciler_age_seconds", "gauge", "Since the reconciler ended a round.", [_of(age)]
    doors = [_of(now - at, door=role) for role, at in sorted(pulses.items()) if role.startswith(DOORS)]
    yield "rebut_door_age_seconds", "gauge", "Since a mailbox or watched folder was last looked through.", doors


def _counted(tally: Tally) -> Iterator[Family]:
    events = [_of(count, event=event) for event, count in sorted(tally.events.items())]
    yield "rebut_events_total", "counter", "Lines of the audit trail by event.", events
    ended = [_of(count, stage=stage, outcome=outcome) for (stage, outcome), count in sorted(tally.ended.items())]
    yield "rebut_jobs_ended_total", "counter", "Attempts by stage and outcome.", ended
    yield "rebut_lease_expiries_total", "counter", "Jobs taken from a worker that died.", [_of(tally.lease_expiries)]
    yield "rebut_pages_read_total", "counter", "Pages read; its rate is pages per second.", [_of(tally.pages_read)]
    waits = _histograms(tally.waits, "queue")
    yield "rebut_job_wait_seconds", "histogram", "From due to claimed, by queue.", waits
    runs = _histograms(tally.runs, "stage")
    yield "rebut_job_run_seconds", "histogram", "From claimed to ended, by stage.", runs
    backup = [] if tally.last_backup is None else [_of(tally.last_backup)]
    yield "rebut_last_backup_timestamp_seconds", "gauge", "When the newest backup ended.", backup


def _of(value: float, **labels: str) -> Sample:
    return labels, value


def _histograms(found: dict[str, Histogram], label: str) -> list[Sample]:
    """Samples whose label `` (no name) is the suffix of the family's name."""
    samples: list[Sample] = []
    for name, histogram in sorted(found.items()):
        below = 0
        for bound, count in zip((*histogram.bounds, math.inf), histogram.counts, strict=True):
            below += count
            samples.append(({"": "_bucket", label: name, "le": _number(bound)}, below))
        samples.append(({"": "_sum", label: name}, histogram.total))
        samples.append(({"": "_count", label: name}, below))
    return samples


def _family(name: str, kind: str, what: str, samples: Iterable[Sample]) -> str:
    lines = [f"# HELP {name} {what}", f"# TYPE {name} {kind}"]
    for labels, value in samples:
        told = ",".join(f'{label}="{text}"' for label, text in labels.items() if label)
        lines.append(f"{name}{labels.get('', '')}{{{told}}} {_number(value)}" if told else f"{name} {_number(value)}")
    return "\n".join(lines) + "\n"


def _number(value: Any) -> str:
    return "+Inf" if value == math.inf else repr(value) if isinstance(value, int) else f"{value:.15g}"
