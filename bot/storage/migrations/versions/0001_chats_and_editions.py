"""Chats with their language and country; editions of the tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MISSIONS = (
    "id sender kind city address_en address_ru postcode latitude longitude phones emergency_phones emails website hours"
    " status status_note jurisdiction wikidata sources as_of unattributed"
)


def upgrade() -> None:
    op.create_table(
        "chats",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("language", sa.Text),
        sa.Column("country", sa.Text),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "editions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
    )
    _create_edition_table("missions", MISSIONS)
    _create_edition_table("covers", "sender served_by city country note sources as_of")
    _create_edition_table("rules", "id applies_to text sources as_of")
    _create_edition_table("aliases", "alias code language kind")


def _create_edition_table(name: str, columns: str) -> None:
    op.create_table(
        name,
        sa.Column("edition", sa.Integer, sa.ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        *(sa.Column(column, sa.Text, nullable=False) for column in columns.split()),
    )
