"""Keys apart: each person's wrapped key in a table of its own, their destruction by two people, and legal holds."""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# What the database itself keeps and refuses, as each of the two says it.
SQLITE = (
    """
CREATE TRIGGER key_destruction_no_update BEFORE UPDATE ON key_destruction WHEN OLD.confirmed_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL OR NEW.person_id <> OLD.person_id OR NEW.document <> OLD.document OR NEW.reason <> OLD.reason OR NEW.proposed_by_id <> OLD.proposed_by_id BEGIN SELECT RAISE(ABORT, 'a proposal stays as it was made and ended'); END
""",
    """
CREATE TRIGGER key_destruction_no_delete BEFORE DELETE ON key_destruction BEGIN SELECT RAISE(ABORT, 'a proposal stays as it was made and ended'); END
""",
    """
CREATE TRIGGER person_key_kept BEFORE DELETE ON person_key WHEN NOT EXISTS (SELECT 1 FROM key_destruction d WHERE d.person_id = OLD.person_id AND d.confirmed_at IS NOT NULL) OR EXISTS (SELECT 1 FROM legal_hold h WHERE h.person_id = OLD.person_id AND NOT EXISTS (SELECT 1 FROM hold_lift l WHERE l.hold_id = h.id)) BEGIN SELECT RAISE(ABORT, 'a key goes when two people say so, and never under a legal hold'); END
""",
    """
CREATE TRIGGER person_key_gone BEFORE INSERT ON person_key WHEN EXISTS (SELECT 1 FROM person p WHERE p.id = NEW.person_id AND p.key_destroyed_at IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'a key that was destroyed does not come back'); END
""",
    """
CREATE TRIGGER person_key_theirs BEFORE UPDATE OF person_id ON person_key BEGIN SELECT RAISE(ABORT, 'a key stays with its person'); END
""",
    """
CREATE TRIGGER legal_hold_no_update BEFORE UPDATE ON legal_hold BEGIN SELECT RAISE(ABORT, 'legal_hold is append-only'); END
""",
    """
CREATE TRIGGER legal_hold_no_delete BEFORE DELETE ON legal_hold BEGIN SELECT RAISE(ABORT, 'legal_hold is append-only'); END
""",
    """
CREATE TRIGGER hold_lift_no_update BEFORE UPDATE ON hold_lift BEGIN SELECT RAISE(ABORT, 'hold_lift is append-only'); END
""",
    """
CREATE TRIGGER hold_lift_no_delete BEFORE DELETE ON hold_lift BEGIN SELECT RAISE(ABORT, 'hold_lift is append-only'); END
""",
)

POSTGRESQL = (
    """
CREATE FUNCTION key_destruction_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP <> 'UPDATE' THEN RAISE EXCEPTION 'a proposal stays as it was made and ended'; END IF; IF OLD.confirmed_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL OR NEW.person_id <> OLD.person_id OR NEW.document <> OLD.document OR NEW.reason <> OLD.reason OR NEW.proposed_by_id <> OLD.proposed_by_id THEN RAISE EXCEPTION 'a proposal stays as it was made and ended'; END IF; RETURN NEW; END $$;CREATE TRIGGER key_destruction_stays BEFORE UPDATE OR DELETE ON key_destruction FOR EACH ROW EXECUTE FUNCTION key_destruction_stays();CREATE TRIGGER key_destruction_kept BEFORE TRUNCATE ON key_destruction FOR EACH STATEMENT EXECUTE FUNCTION key_destruction_stays()
""",
    """
CREATE FUNCTION person_key_kept() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN IF TG_OP = 'TRUNCATE' THEN RAISE EXCEPTION 'a key goes when two people say so, and never under a legal hold'; END IF; IF NOT EXISTS (SELECT 1 FROM key_destruction d WHERE d.person_id = OLD.person_id AND d.confirmed_at IS NOT NULL) OR EXISTS (SELECT 1 FROM legal_hold h WHERE h.person_id = OLD.person_id AND NOT EXISTS (SELECT 1 FROM hold_lift l WHERE l.hold_id = h.id)) THEN RAISE EXCEPTION 'a key goes when two people say so, and never under a legal hold'; END IF; RETURN OLD; END $$;CREATE TRIGGER person_key_kept BEFORE DELETE ON person_key FOR EACH ROW EXECUTE FUNCTION person_key_kept();CREATE TRIGGER person_key_stays BEFORE TRUNCATE ON person_key FOR EACH STATEMENT EXECUTE FUNCTION person_key_kept()
""",
    """
CREATE FUNCTION person_key_gone() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN IF TG_OP = 'UPDATE' THEN RAISE EXCEPTION 'a key stays with its person'; END IF; IF EXISTS (SELECT 1 FROM person p WHERE p.id = NEW.person_id AND p.key_destroyed_at IS NOT NULL) THEN RAISE EXCEPTION 'a key that was destroyed does not come back'; END IF; RETURN NEW; END $$;CREATE TRIGGER person_key_gone BEFORE INSERT OR UPDATE OF person_id ON person_key FOR EACH ROW EXECUTE FUNCTION person_key_gone()
""",
    """
CREATE FUNCTION legal_hold_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'legal_hold is append-only'; END $$;CREATE TRIGGER legal_hold_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON legal_hold FOR EACH STATEMENT EXECUTE FUNCTION legal_hold_stays()
""",
    """
CREATE FUNCTION hold_lift_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'hold_lift is append-only'; END $$;CREATE TRIGGER hold_lift_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON hold_lift FOR EACH STATEMENT EXECUTE FUNCTION hold_lift_stays()
""",
)

FUNCTIONS = ("person_key_gone", "person_key_kept", "key_destruction_stays", "hold_lift_stays", "legal_hold_stays")


def upgrade() -> None:
    op.create_table('person_key',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('wrapped', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_key_person_id')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_person_key'))
    )
    op.create_table('legal_hold',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('document', sa.String(length=120), nullable=False),
    sa.Column('placed_by_id', sa.Uuid(), nullable=False),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_legal_hold_person_id')),
    sa.ForeignKeyConstraint(['placed_by_id'], ['user.id'], name=op.f('fk_legal_hold_placed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_legal_hold'))
    )
    op.create_index(op.f('ix_legal_hold_person_id'), 'legal_hold', ['person_id'], unique=False)
    op.create_table('hold_lift',
    sa.Column('hold_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('document', sa.String(length=120), nullable=False),
    sa.Column('lifted_by_id', sa.Uuid(), nullable=False),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['hold_id'], ['legal_hold.id'], name=op.f('fk_hold_lift_hold_id')),
    sa.ForeignKeyConstraint(['lifted_by_id'], ['user.id'], name=op.f('fk_hold_lift_lifted_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hold_lift')),
    sa.UniqueConstraint('hold_id', name=op.f('uq_hold_lift_hold_id'))
    )
    op.create_table('key_destruction',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('document', sa.String(length=120), nullable=False),
    sa.Column('proposed_by_id', sa.Uuid(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_by_id', sa.Uuid(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by_id', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('confirmed_by_id IS NULL OR confirmed_by_id <> proposed_by_id', name=op.f('ck_key_destruction_two_people')),
    sa.CheckConstraint('(confirmed_by_id IS NULL) = (confirmed_at IS NULL)', name=op.f('ck_key_destruction_confirmed_by_somebody')),
    sa.CheckConstraint('(withdrawn_by_id IS NULL) = (withdrawn_at IS NULL)', name=op.f('ck_key_destruction_withdrawn_by_somebody')),
    sa.CheckConstraint('confirmed_at IS NULL OR withdrawn_at IS NULL', name=op.f('ck_key_destruction_one_end')),
    sa.CheckConstraint('length(trim(document)) > 0', name=op.f('ck_key_destruction_names_its_authority')),
    sa.ForeignKeyConstraint(['confirmed_by_id'], ['user.id'], name=op.f('fk_key_destruction_confirmed_by_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_key_destruction_person_id')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['user.id'], name=op.f('fk_key_destruction_proposed_by_id')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['user.id'], name=op.f('fk_key_destruction_withdrawn_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_key_destruction'))
    )
    op.create_index('uq_key_destruction_one', 'key_destruction', ['person_id'], unique=True, sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.add_column('person', sa.Column('key_destroyed_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('person', sa.Column('key_destroyed_under', sa.String(length=120), nullable=True))
    op.execute("INSERT INTO person_key (person_id, wrapped) SELECT id, wrapped_key FROM person")
    op.drop_column('person', 'wrapped_key')
    dialect = op.get_bind().dialect.name
    for statement in SQLITE if dialect == "sqlite" else POSTGRESQL:
        op.get_bind().exec_driver_sql(statement.replace("%", "%%") if dialect == "postgresql" else statement)
    if dialect == "postgresql":  # a dropped column stays in the rows until they are written anew
        op.execute("CLUSTER person USING pk_person")
        op.execute("ALTER TABLE person SET WITHOUT CLUSTER")


def downgrade() -> None:
    """A person whose key was destroyed comes back with an empty one, which opens nothing."""
    op.add_column('person', sa.Column('wrapped_key', sa.LargeBinary(), nullable=False, server_default=''))
    op.execute("UPDATE person SET wrapped_key = (SELECT wrapped FROM person_key WHERE person_id = person.id) "
               "WHERE id IN (SELECT person_id FROM person_key)")
    op.drop_table('key_destruction')
    op.drop_table('hold_lift')
    op.drop_table('legal_hold')
    op.drop_table('person_key')
    op.drop_column('person', 'key_destroyed_under')
    op.drop_column('person', 'key_destroyed_at')
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column('person', 'wrapped_key', server_default=None)
        for function in FUNCTIONS:
            op.execute(f"DROP FUNCTION {function}()")
