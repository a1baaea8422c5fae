"""Counts for Prometheus, read from the database: what it says is so, whatever the broker thinks."""

import time
from collections.abc import Iterable

from sqlalchemy import func, select

from pipeline.database import Database
from pipeline.tables import audit, case, job


def render_metrics(database: Database) -> str:
    """Return the metrics in Prometheus' text format."""
    now = time.time()
    with database.read() as connection:
        jobs = connection.execute(select(job.c.queue, job.c.state, func.count()).group_by(job.c.queue, job.c.state))
        depth = [((("queue", queue), ("state", state)), count) for queue, state, count in jobs]
        live = job.c.case_id.in_(select(case.c.id).where(case.c.state != "failed"))  # nothing else is picked up
        ready = select(job.c.queue, func.min(job.c.next_attempt_at)).where(job.c.state == "ready", live)
        oldest = [
            ((("queue", queue),), max(0.0, now - due)) for queue, due in connection.execute(ready.group_by(job.c.queue))
        ]
        cases = connection.execute(select(case.c.state, func.count()).group_by(case.c.state))
        states = [((("state", state),), count) for state, count in cases]
        events = connection.execute(select(audit.c.event, func.count()).group_by(audit.c.event))
        happened = [((("event", event),), count) for event, count in events]
        expired = select(func.count()).select_from(job).where(job.c.state == "running", job.c.lease_until < now)
        leases = connection.execute(expired).scalar() or 0
    families = (
        ("rebut_jobs", "gauge", "Jobs by queue and state.", depth),
        ("rebut_oldest_ready_seconds", "gauge", "How long the oldest ready job waits.", oldest),
        ("rebut_cases", "gauge", "Cases by state.", states),
        ("rebut_events_total", "counter", "Lines of the audit trail by event.", happened),
        (
            "rebut_expired_leases",
            "gauge",
            "Jobs whose worker fell silent and that were not yet given back.",
            [((), leases)],
        ),
    )
    return "".join(_family(*family) for family in families)


def _family(name: str, kind: str, what: str, samples: Iterable[tuple[tuple[tuple[str, str], ...], float]]) -> str:
    lines = [f"# HELP {name} {what}", f"# TYPE {name} {kind}"]
    for labels, value in samples:
        told = ",".join(f'{label}="{text}"' for label, text in labels)
        lines.append(f"{name}{{{told}}} {value:g}" if told else f"{name} {value:g}")
    return "\n".join(lines) + "\n"
