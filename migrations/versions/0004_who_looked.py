"""Who looked: what reads showed, unfolded by record and by case."""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table('audit_look',
    sa.Column('event_id', NUMBER, autoincrement=False, nullable=False),
    sa.Column('place', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(length=120), nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('about_id', sa.Uuid(), nullable=True),
    sa.PrimaryKeyConstraint('event_id', 'place', name=op.f('pk_audit_look')),
    info={'operational': True}
    )
    op.create_index('ix_audit_look_about', 'audit_look', ['about_id', 'event_id'], unique=False)
    op.create_index('ix_audit_look_record', 'audit_look', ['record_id', 'event_id'], unique=False)
    op.create_table('audit_unfolded',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('transaction_id', sa.BigInteger(), nullable=False),
    sa.Column('event_id', sa.BigInteger(), nullable=False),
    sa.Column('restored_id', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_unfolded')),
    info={'operational': True}
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE FUNCTION audit_look_stays() RETURNS trigger LANGUAGE plpgsql AS "
                   "$$ BEGIN RAISE EXCEPTION 'audit_look is append-only'; END $$")
        op.execute("CREATE TRIGGER audit_look_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_look "
                   "FOR EACH STATEMENT EXECUTE FUNCTION audit_look_stays()")
        return
    for verb in ("update", "delete"):
        op.execute(f"CREATE TRIGGER audit_look_no_{verb} BEFORE {verb.upper()} ON audit_look "
                   f"BEGIN SELECT RAISE(ABORT, 'audit_look is append-only'); END")


def downgrade() -> None:
    op.drop_table('audit_unfolded')
    op.drop_table('audit_look')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_look_stays()")
