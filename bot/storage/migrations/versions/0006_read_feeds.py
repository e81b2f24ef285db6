"""Whether a feed was ever read at its address, and which of its items it still lists."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feeds", sa.Column("read_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE feeds SET read_at = checked_at WHERE failures = 0")
    # Of what was seen it is not known what is still listed: all of it counts as listed when the feed was asked last.
    checked = "SELECT checked_at FROM feeds WHERE feeds.id = seen_items.feed"
    op.execute(f"UPDATE seen_items SET seen_at = COALESCE(({checked}), seen_at)")  # noqa: S608
