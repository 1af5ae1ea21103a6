"""Segments say whether they are certain; those that were stored before are."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # A constant default: both engines add the column without writing a row anew.
    op.add_column(
        "segments", sa.Column("certain", sa.Boolean(), nullable=False, server_default=sa.true())
    )


def downgrade() -> None:
    op.drop_column("segments", "certain")
