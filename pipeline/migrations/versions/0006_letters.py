"""The ledger of messages that came by mail."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "letter_in",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("folder", sa.String(length=200), nullable=False),
        sa.Column("validity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=True),
        sa.Column("body", sa.String(length=64), nullable=False),
        sa.Column("papers", sa.String(length=64), nullable=True),
        sa.Column("stored", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("answer", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_in")),
        sa.UniqueConstraint(
            "account", "folder", "validity", "uid", name=op.f("uq_letter_in_account_folder_validity_uid")
        ),
    )
    op.create_index("ix_letter_in_body", "letter_in", ["body"])
    op.create_index("ix_letter_in_message_id", "letter_in", ["message_id"])
    op.create_index("ix_letter_in_sender", "letter_in", ["sender", "at"])


def downgrade() -> None:
    for name in ("sender", "message_id", "body"):
        op.drop_index(f"ix_letter_in_{name}", table_name="letter_in")
    op.drop_table("letter_in")
