"""The sealed log: leaves, nodes, checkpoints, keys, receipts; and events in the order of their transactions."""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = ("log_leaf", "log_node", "log_key", "log_checkpoint", "log_witness_receipt")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OWN_TRANSACTION = """
CREATE FUNCTION audit_event_own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.transaction_id := pg_current_xact_id()::text::bigint; RETURN NEW; END $$;CREATE TRIGGER audit_event_own BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_event_own()
"""


def upgrade() -> None:
    op.create_table('log_leaf',
    sa.Column('index', NUMBER, autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(length=120), nullable=False),
    sa.Column('event_id', sa.BigInteger(), nullable=True),
    sa.Column('record_id', sa.String(length=120), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=True),
    sa.Column('hash', sa.LargeBinary(), nullable=False),
    sa.Column('body', sa.Text(), nullable=True),
    sa.CheckConstraint('(event_id IS NULL) = (record_id IS NOT NULL)', name=op.f('ck_log_leaf_is_of_one_thing')),
    sa.PrimaryKeyConstraint('index', name=op.f('pk_log_leaf')),
    sa.UniqueConstraint('event_id', name=op.f('uq_log_leaf_event_id')),
    info={'operational': True}
    )
    op.create_index('uq_log_leaf_record', 'log_leaf', ['kind', 'record_id', 'revision'], unique=True, sqlite_where=sa.text('record_id IS NOT NULL'), postgresql_where=sa.text('record_id IS NOT NULL'))
    op.create_table('log_node',
    sa.Column('level', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('position', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('hash', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('level', 'position', name=op.f('pk_log_node')),
    info={'operational': True}
    )
    op.create_table('log_key',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('vkey', sa.String(length=300), nullable=False),
    sa.Column('since_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('previous_vkey', sa.String(length=300), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_log_key')),
    sa.UniqueConstraint('vkey', name=op.f('uq_log_key_vkey')),
    info={'operational': True}
    )
    op.create_table('log_checkpoint',
    sa.Column('id', NUMBER, nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('root', sa.LargeBinary(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('vkey', sa.String(length=300), nullable=False),
    sa.Column('transaction_id', sa.BigInteger(), nullable=False),
    sa.Column('event_id', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_log_checkpoint')),
    sa.UniqueConstraint('size', name=op.f('uq_log_checkpoint_size')),
    info={'operational': True}
    )
    op.create_table('log_witness_receipt',
    sa.Column('id', NUMBER, nullable=False),
    sa.Column('checkpoint_id', NUMBER, nullable=False),
    sa.Column('witness', sa.String(length=300), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('well', sa.Boolean(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['checkpoint_id'], ['log_checkpoint.id'], name=op.f('fk_log_witness_receipt_checkpoint_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_log_witness_receipt')),
    info={'operational': True}
    )
    op.create_index('ix_log_witness_receipt_witness_id', 'log_witness_receipt', ['witness', 'id'])
    op.create_index('ix_audit_event_transaction', 'audit_event', ['transaction_id', 'id'], sqlite_where=sa.text('transaction_id IS NOT NULL'))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(OWN_TRANSACTION)
    for table in TABLES:
        stays(table)


def stays(table: str) -> None:
    """Rows may be added, never changed or removed."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"""
CREATE FUNCTION {table}_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$;CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_stays()
""")
        return
    for verb in ("update", "delete"):
        op.execute(f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")


def downgrade() -> None:
    op.drop_index('ix_audit_event_transaction', table_name='audit_event')
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_event_own ON audit_event")
        op.execute("DROP FUNCTION audit_event_own()")
        for table in TABLES:
            op.execute(f"DROP FUNCTION {table}_stays()")
