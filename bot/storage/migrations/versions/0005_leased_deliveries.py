"""What is under way is found without reading all deliveries: at a take-over, and when a bulletin is done."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    leased = sa.text("state = 1")
    op.create_index("ix_deliveries_leased", "deliveries", ["bulletin"], sqlite_where=leased, postgresql_where=leased)
