"""Turns of submitters, and which process holds a job."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "turn",
        sa.Column("submitter", sa.String(length=64), nullable=False),
        sa.Column("last", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("submitter", name=op.f("pk_turn")),
    )
    with op.batch_alter_table("job") as job:
        job.add_column(sa.Column("turn", sa.Double(), nullable=False, server_default="0"))
        job.add_column(sa.Column("worker", sa.String(length=80), nullable=True))
        job.drop_index("ix_job_state_queue")
        job.create_index("ix_job_turn", ["state", "queue", "stage", "priority", "turn"], unique=False)
    op.execute("UPDATE job SET priority = 2 WHERE priority = 1")


def downgrade() -> None:
    op.execute("UPDATE job SET priority = 1 WHERE priority = 2")
    op.execute("UPDATE job SET state = 'ready' WHERE state = 'held'")
    with op.batch_alter_table("job") as job:
        job.drop_index("ix_job_turn")
        job.create_index("ix_job_state_queue", ["state", "queue", "priority", "next_attempt_at"], unique=False)
        job.drop_column("worker")
        job.drop_column("turn")
    op.drop_table("turn")
