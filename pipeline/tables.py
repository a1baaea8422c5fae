"""The tables: cases, their documents, the jobs that work on them, what jobs did (`audit`), who may do what
with them, and what people did (`trail`).

Times are seconds since 1970, UTC. Names of files stand only in `document` and in stored
objects; no other column holds anything of a patient but `fault_message`, which a person
reads on the case and which is never logged, and what a person decided: `value`, `reason`
and `before` of a decision, which go with the case.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
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

MAIN = "main"  # the clinic of an installation that has only one
NOT_BACKED_UP = {"backup": False}  # after a restore everybody signs in anew: see docs/security.md

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
    Column("clinic", String(32), nullable=False, default=MAIN, server_default=MAIN),  # whose case: see accounts.scope
    Column("idempotency_key", String(200), unique=True),  # "submitter:key"
    Column("idempotency_digest", String(64)),  # of the files that came with the key
    Column("options", JSON, nullable=False, default=dict),
    Column("summary", JSON, nullable=False, default=dict),  # what the list of cases shows: payer, service, last_day
    Column("result_key", String(200)),  # of the index of the packet's files
    # while decisions of a reviewer are worked in: the result they were taken on; see `pipeline.decisions`
    Column("reviewed_key", String(200)),
    Column("fault_code", String(64)),
    Column("fault_message", Text),
    Index("ix_case_file_state", "state", "created"),
    Index("ix_case_file_clinic", "clinic", "created"),
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

decision = Table(
    "decision",
    metadata,
    Column("case_id", ForeignKey("case_file.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1 in each case, as they were taken
    Column("at", Double, nullable=False),
    Column("actor", String(64), nullable=False),  # opaque id of who took it
    Column("kind", String(24), nullable=False),
    Column("target", String(200), nullable=False),  # what it is about; see `pipeline.decisions.kinds`
    Column("value", JSON),
    Column("reason", Text, nullable=False, default=""),
    Column("before", JSON),  # what stood there when it was taken
    Column("taken_on", String(64), nullable=False),  # digest of the result that the person saw
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

letter_in = Table(
    "letter_in",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("account", String(64), nullable=False),  # name of the mailbox in the settings
    Column("folder", String(200), nullable=False),
    Column("validity", BigInteger, nullable=False),  # UIDVALIDITY
    Column("uid", BigInteger, nullable=False),
    Column("message_id", String(64)),  # digest of the header
    Column("body", String(64), nullable=False),  # digest of what stands below the headers
    Column("papers", String(64)),  # digest of its attachments
    Column("stored", String(64), nullable=False),  # digest of the whole message as it lies in the storage
    Column("sender", String(32), nullable=False),  # keyed digest of the address
    Column("state", String(12), nullable=False),  # stored, settled, moved, done
    Column("verdict", String(12)),  # take, repeat, ignore, refuse
    Column("reason", String(40)),
    Column("answer", Boolean, nullable=False),
    Column("case_id", String(32)),  # no foreign key: outlives the case
    Column("tries", Integer, nullable=False),  # answers that could not be sent
    Column("at", Double, nullable=False),
    UniqueConstraint("account", "folder", "validity", "uid"),
    Index("ix_letter_in_body", "body"),
    Index("ix_letter_in_message_id", "message_id"),
    Index("ix_letter_in_sender", "sender", "at"),
)

hook = Table(
    "hook",  # a program that is told of cases
    metadata,
    Column("id", String(32), primary_key=True),
    Column("clinic", String(32)),  # NULL: every clinic
    Column("url", Text, nullable=False),
    Column("events", JSON, nullable=False),
    Column("sealed", Text, nullable=False),  # the secret its calls are signed with: see accounts.vault
    Column("seen", Integer, nullable=False),  # newest row of `audit` that was looked at
    Column("created", Double, nullable=False),
    Column("removed", Double),
)

hook_call = Table(
    "hook_call",
    metadata,
    Column("id", String(32), primary_key=True),  # what the receiver tells a second delivery by
    Column("hook_id", ForeignKey("hook.id", ondelete="CASCADE"), nullable=False),
    Column("audit_id", Integer, nullable=False),  # what it tells of
    Column("event", String(20), nullable=False),
    Column("case_id", String(32), nullable=False),
    Column("state", String(12), nullable=False),  # waiting, delivered, given-up
    Column("tries", Integer, nullable=False),
    Column("status", Integer),  # of the last answer; 0: there was none
    Column("next_at", Double, nullable=False),
    Column("created", Double, nullable=False),
    UniqueConstraint("hook_id", "audit_id"),
    Index("ix_hook_call_due", "state", "next_at"),
)

pulse = Table(
    "pulse",
    metadata,
    Column("role", String(120), primary_key=True),  # "reconciler", or "worker " and its name
    Column("at", Double, nullable=False),  # last sign of life
)

clinic = Table(
    "clinic",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("created", Double, nullable=False),
)

person = Table(
    "person",
    metadata,
    Column("id", String(32), primary_key=True),  # opaque: what the trail names; rows are disabled, never deleted
    Column("login", String(80), nullable=False, unique=True),  # in small letters
    Column("name", Text, nullable=False, default=""),
    Column("clinic", String(32)),  # NULL: every clinic
    Column("roles", JSON, nullable=False, default=list),
    Column("state", String(12), nullable=False, default="active"),  # active, disabled
    Column("password", String(200)),  # argon2id; NULL: signs in by OpenID Connect alone
    Column("must_change", Boolean, nullable=False, default=False),  # the password was given by somebody else
    Column("one_time_until", Double),  # until when a given password can be used
    Column("totp_seed", Text),  # sealed: see accounts.vault
    Column("totp_on", Boolean, nullable=False, default=False),  # False: enrolment was begun only
    Column("totp_last", Integer),  # step of the newest code accepted: none is accepted twice
    Column("subject", String(64), unique=True),  # SHA-256 of issuer and subject at the OpenID provider
    Column("created", Double, nullable=False),
    Column("changed", Double, nullable=False),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("used", Double),
)

session = Table(
    "session",
    metadata,
    Column("digest", String(64), primary_key=True),  # of the id in the cookie, which is kept nowhere
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created", Double, nullable=False),
    Column("seen", Double, nullable=False),  # last thing its person did
    Column("second", Boolean, nullable=False, default=False),  # the second factor was given too
    info=NOT_BACKED_UP,
)

api_token = Table(
    "api_token",
    metadata,
    Column("id", String(16), primary_key=True),  # stands in the token, so that it can be recognised in a list
    Column("digest", String(64), nullable=False),  # of its secret part
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), index=True),  # NULL: of a service
    Column("name", String(80), nullable=False),
    Column("clinic", String(32)),  # of a service; NULL: every clinic
    Column("roles", JSON, nullable=False, default=list),  # at most what its person has
    Column("created", Double, nullable=False),
    Column("expires", Double, nullable=False),
    Column("last_used", Double),
    Column("revoked", Double),
)

login_wait = Table(
    "login_wait",
    metadata,
    Column("key", String(64), primary_key=True),  # digest of a login name or of an address
    Column("failures", Integer, nullable=False),
    Column("until", Double, nullable=False),  # no attempt is looked at before
    Column("changed", Double, nullable=False),
    info=NOT_BACKED_UP,
)

oidc_login = Table(
    "oidc_login",
    metadata,
    Column("state", String(64), primary_key=True),  # digest
    Column("browser", String(64), nullable=False),  # digest of the cookie of the browser that began
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("until", Double, nullable=False),
    info=NOT_BACKED_UP,
)

glass = Table(
    "glass",  # broken in an emergency: a person may read the cases of a clinic for a while
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("clinic", String(32), nullable=False),
    Column("reason", String(32), nullable=False),  # a code of accounts/roles.yaml
    Column("created", Double, nullable=False),
    Column("until", Double, nullable=False),
)

trail = Table(
    "trail",  # triggers refuse UPDATE and DELETE
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 and none left out
    Column("at", Double, nullable=False),
    Column("actor", String(64), nullable=False),  # opaque id
    Column("via", String(8), nullable=False),  # session, token, system
    Column("clinic", String(32)),  # of what it was done to
    Column("event", String(40), nullable=False),
    Column("object", String(64)),  # id of the case, person or token; no foreign key: outlives it
    Column("source", String(45)),  # address it was asked from
    Column("detail", JSON, nullable=False, default=dict),  # codes and counts only
    Column("digest", String(64), nullable=False),  # of the digest before and this row
    Index("ix_trail_object", "object", "event", "at"),
    Index("ix_trail_actor", "actor", "at"),
)

trail_head = Table(
    "trail_head",  # one row, locked while the trail grows
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
)
