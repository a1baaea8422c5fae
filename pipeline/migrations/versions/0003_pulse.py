"""When each long-lived process was last seen."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "pulse",
        sa.Column("role", sa.String(length=120), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("role", name=op.f("pk_pulse")),
    )


def downgrade() -> None:
    op.drop_table("pulse")
