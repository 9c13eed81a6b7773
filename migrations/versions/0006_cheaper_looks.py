"""Two costs of every list: counting asks the index alone, also behind the wall, and the keys of what was shown are kept
as they are (they are chance; squeezing them costs three times what keeping them does, and saves a third)."""
from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

INDEX, COLUMNS = "ix_case_office_state_updated", ["office_id", "state", "updated_at", "id"]


def upgrade() -> None:
    _kept("EXTERNAL")
    _index(["investigation_id"])


def downgrade() -> None:
    _index([])
    _kept("EXTENDED")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _kept(how: str) -> None:
    if _on_postgresql():
        op.execute(f"ALTER TABLE audit_event ALTER shown SET STORAGE {how}")


def _index(beside: list[str]) -> None:
    if _on_postgresql():
        op.drop_index(INDEX, table_name="case")
        op.create_index(INDEX, "case", COLUMNS, unique=False, postgresql_include=beside)
