"""The second wall: on PostgreSQL every table is closed to all but its owner.

Who may pass is no migration: `casework db upgrade` and `casework db secure` write it from the policy of the code at
hand (access/walls.py), so that a change of the policy never waits for one.
"""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0001"

KEPT = ("alembic_version",)


def upgrade() -> None:
    for table in _tables():
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'REVOKE ALL ON "{table}" FROM PUBLIC')


def downgrade() -> None:
    """The walls go with the functions they stand on."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SCHEMA IF EXISTS wall CASCADE")
    for table in _tables():
        for policy in _policies(table):
            op.execute(f'DROP POLICY {policy} ON "{table}"')
        op.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')


def _tables() -> list[str]:
    if op.get_bind().dialect.name != "postgresql":
        return []
    return [name for name in sa.inspect(op.get_bind()).get_table_names() if name not in KEPT]


def _policies(table: str) -> list[str]:
    named = sa.text("SELECT policyname FROM pg_policies WHERE schemaname = 'public' AND tablename = :table")
    return list(op.get_bind().scalars(named, {"table": table}))
