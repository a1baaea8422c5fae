"""The tables: cases, their documents, the jobs that work on them, and the audit trail.

Times are seconds since 1970, UTC. Names of files stand only in `document` and in stored
objects; no other column holds anything of a patient but `fault_message`, which a person
reads on the case and which is never logged.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

case = Table(
    "case_file",  # "case" is a word of SQL
    metadata,
    Column("id", String(32), primary_key=True),
    Column("created", Double, nullable=False),
    Column("changed", Double, nullable=False),
    Column("state", String(16), nullable=False),  # queued, running, review, ready, failed
    Column("today", String(10), nullable=False),  # ISO date every computation from today uses
    Column("urgent", Boolean, nullable=False, default=False),
    Column("submitter", String(64), nullable=False, default="local"),  # opaque: who shares a turn in the queues
    Column("idempotency_key", String(200), unique=True),  # "submitter:key"
    Column("idempotency_digest", String(64)),  # of the files that came with the key
    Column("options", JSON, nullable=False, default=dict),
    Column("summary", JSON, nullable=False, default=dict),  # what the list of cases shows: payer, service, last_day
    Column("result_key", String(200)),  # of the index of the packet's files
    Column("fault_code", String(64)),
    Column("fault_message", Text),
    Index("ix_case_file_state", "state", "created"),
)

document = Table(
    "document",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", ForeignKey("case_file.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("position", Integer, nullable=False),  # 0 is the file given first
    Column("name", Text, nullable=False),  # as given, without folders
    Column("sha256", String(64), nullable=False, index=True),
    Column("size", Integer, nullable=False),  # bytes
    Column("key", String(200), nullable=False),  # of the file as given
    Column("kind", String(16)),  # pdf, tiff, jpeg, png, eml; known after intake
    Column("page_count", Integer),  # known after intake
    UniqueConstraint("case_id", "name"),
)

job = Table(
    "job",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", ForeignKey("case_file.id", ondelete="CASCADE"), nullable=False),
    Column("stage", String(24), nullable=False),
    Column("part", String(64), nullable=False, default=""),  # what of the case: a document, pages of one, "chart"
    # ready, running, done, failed (input), dead (attempts spent), held (ready, but its case failed)
    Column("state", String(12), nullable=False),
    Column("queue", String(24), nullable=False),
    Column("priority", Integer, nullable=False, default=2),  # 0 expedited, 1 a deadline is near, 2 the others
    Column("turn", Double, nullable=False, default=0),  # among those of one priority; see pipeline.turns
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease_until", Double),
    Column("token", String(32)),  # of the claim that may finish it
    Column("worker", String(80)),  # the process that holds it: a place and an id, see pipeline.workplace
    Column("input_hash", String(64), nullable=False),
    Column("output_key", String(200)),
    Column("next_attempt_at", Double, nullable=False),
    Column("published_at", Double),  # last hint sent to the broker
    Column("fault_code", String(64)),
    Column("created", Double, nullable=False),
    Column("started", Double),
    Column("finished", Double),
    UniqueConstraint("case_id", "stage", "part"),
    Index("ix_job_turn", "state", "queue", "stage", "priority", "turn"),
)

turn = Table(
    "turn",
    metadata,
    Column("submitter", String(64), primary_key=True),  # "": the clock itself, the turn that was claimed last
    Column("last", Double, nullable=False),  # the turn of this submitter's newest job
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Double, nullable=False),
    Column("case_id", String(32), nullable=False, index=True),  # no foreign key: outlives the case
    Column("job_id", String(32)),
    Column("event", String(32), nullable=False),
    Column("detail", JSON, nullable=False, default=dict),  # counts, codes and digests only
)

pulse = Table(
    "pulse",
    metadata,
    Column("role", String(120), primary_key=True),  # "reconciler", or "worker " and its name
    Column("at", Double, nullable=False),  # last sign of life
)
