"""The main line: cases, needs, Continued Presence, the fund, and the trail."""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# What the database itself keeps and refuses, as each of the two says it.
SQLITE = (
    """
CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END
""",
    """
CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END
""",
    """
CREATE TRIGGER rulebook_entry_no_update BEFORE UPDATE ON rulebook_entry BEGIN SELECT RAISE(ABORT, 'rulebook_entry is append-only'); END
""",
    """
CREATE TRIGGER rulebook_entry_no_delete BEFORE DELETE ON rulebook_entry BEGIN SELECT RAISE(ABORT, 'rulebook_entry is append-only'); END
""",
    """
CREATE TRIGGER discovery_no_update BEFORE UPDATE ON discovery BEGIN SELECT RAISE(ABORT, 'discovery is append-only'); END
""",
    """
CREATE TRIGGER discovery_no_delete BEFORE DELETE ON discovery BEGIN SELECT RAISE(ABORT, 'discovery is append-only'); END
""",
    """
CREATE TRIGGER hhs_notice_no_update BEFORE UPDATE ON hhs_notice BEGIN SELECT RAISE(ABORT, 'hhs_notice is append-only'); END
""",
    """
CREATE TRIGGER hhs_notice_no_delete BEFORE DELETE ON hhs_notice BEGIN SELECT RAISE(ABORT, 'hhs_notice is append-only'); END
""",
    """
CREATE TRIGGER assessment_no_update BEFORE UPDATE ON assessment WHEN OLD.state = 'signed'
BEGIN SELECT RAISE(ABORT, 'a signed assessment stays as it is'); END
""",
    """
CREATE TRIGGER assessment_no_delete BEFORE DELETE ON assessment
BEGIN SELECT RAISE(ABORT, 'an assessment is kept'); END
""",
    """
CREATE TRIGGER need_rating_no_insert BEFORE INSERT ON need_rating
WHEN EXISTS (SELECT 1 FROM assessment WHERE state = 'signed' AND id = NEW.assessment_id)
BEGIN SELECT RAISE(ABORT, 'a signed assessment stays as it is'); END
""",
    """
CREATE TRIGGER need_rating_no_update BEFORE UPDATE ON need_rating
WHEN EXISTS (SELECT 1 FROM assessment WHERE state = 'signed' AND id IN (OLD.assessment_id, NEW.assessment_id))
BEGIN SELECT RAISE(ABORT, 'a signed assessment stays as it is'); END
""",
    """
CREATE TRIGGER need_rating_no_delete BEFORE DELETE ON need_rating
BEGIN SELECT RAISE(ABORT, 'an assessment is kept'); END
""",
    """
CREATE TRIGGER cp_side_no_update BEFORE UPDATE ON cp_side BEGIN SELECT RAISE(ABORT, 'cp_side is append-only'); END
""",
    """
CREATE TRIGGER cp_side_no_delete BEFORE DELETE ON cp_side BEGIN SELECT RAISE(ABORT, 'cp_side is append-only'); END
""",
    """
CREATE TRIGGER cp_signature_no_update BEFORE UPDATE ON cp_signature BEGIN SELECT RAISE(ABORT, 'cp_signature is append-only'); END
""",
    """
CREATE TRIGGER cp_signature_no_delete BEFORE DELETE ON cp_signature BEGIN SELECT RAISE(ABORT, 'cp_signature is append-only'); END
""",
    """
CREATE TRIGGER cp_moment_no_update BEFORE UPDATE ON cp_moment BEGIN SELECT RAISE(ABORT, 'cp_moment is append-only'); END
""",
    """
CREATE TRIGGER cp_moment_no_delete BEFORE DELETE ON cp_moment BEGIN SELECT RAISE(ABORT, 'cp_moment is append-only'); END
""",
    """
CREATE TRIGGER cp_request_two_years_insert BEFORE INSERT ON cp_request WHEN NEW.end_on < NEW.start_on OR NEW.end_on >= date(NEW.start_on, '+2 years', CASE WHEN substr(NEW.start_on, 6) = '02-29' THEN '-1 day' ELSE '+0 days' END) BEGIN SELECT RAISE(ABORT, 'cp_request: at most two years'); END
""",
    """
CREATE TRIGGER cp_request_two_years_update BEFORE UPDATE ON cp_request WHEN NEW.end_on < NEW.start_on OR NEW.end_on >= date(NEW.start_on, '+2 years', CASE WHEN substr(NEW.start_on, 6) = '02-29' THEN '-1 day' ELSE '+0 days' END) BEGIN SELECT RAISE(ABORT, 'cp_request: at most two years'); END
""",
    """
CREATE TRIGGER cp_grant_two_years_insert BEFORE INSERT ON cp_grant WHEN NEW.end_on < NEW.start_on OR NEW.end_on >= date(NEW.start_on, '+2 years', CASE WHEN substr(NEW.start_on, 6) = '02-29' THEN '-1 day' ELSE '+0 days' END) BEGIN SELECT RAISE(ABORT, 'cp_grant: at most two years'); END
""",
    """
CREATE TRIGGER cp_grant_two_years_update BEFORE UPDATE ON cp_grant WHEN NEW.end_on < NEW.start_on OR NEW.end_on >= date(NEW.start_on, '+2 years', CASE WHEN substr(NEW.start_on, 6) = '02-29' THEN '-1 day' ELSE '+0 days' END) BEGIN SELECT RAISE(ABORT, 'cp_grant: at most two years'); END
""",
    """
CREATE TRIGGER movement_no_update BEFORE UPDATE ON movement BEGIN SELECT RAISE(ABORT, 'movement is append-only'); END
""",
    """
CREATE TRIGGER movement_no_delete BEFORE DELETE ON movement BEGIN SELECT RAISE(ABORT, 'movement is append-only'); END
""",
    """
CREATE TRIGGER movement_kept AFTER INSERT ON movement BEGIN INSERT INTO balance (fund_id, fiscal_year, office_id, account, amount) VALUES (NEW.fund_id, NEW.fiscal_year, CASE WHEN NEW.source IN ('appropriation', 'apportioned') THEN '00000000000000000000000000000000' ELSE NEW.office_id END, NEW.source, 0), (NEW.fund_id, NEW.fiscal_year, CASE WHEN NEW.target IN ('appropriation', 'apportioned') THEN '00000000000000000000000000000000' ELSE NEW.office_id END, NEW.target, 0) ON CONFLICT DO NOTHING; UPDATE balance SET amount = amount - NEW.amount WHERE fund_id = NEW.fund_id AND fiscal_year = NEW.fiscal_year AND office_id = CASE WHEN NEW.source IN ('appropriation', 'apportioned') THEN '00000000000000000000000000000000' ELSE NEW.office_id END AND account = NEW.source; UPDATE balance SET amount = amount + NEW.amount WHERE fund_id = NEW.fund_id AND fiscal_year = NEW.fiscal_year AND office_id = CASE WHEN NEW.target IN ('appropriation', 'apportioned') THEN '00000000000000000000000000000000' ELSE NEW.office_id END AND account = NEW.target; END
""",
    """
CREATE TRIGGER balance_no_delete BEFORE DELETE ON balance BEGIN SELECT RAISE(ABORT, 'nobody writes a balance'); END
""",
    """
CREATE TRIGGER signature_no_update BEFORE UPDATE ON signature BEGIN SELECT RAISE(ABORT, 'signature is append-only'); END
""",
    """
CREATE TRIGGER signature_no_delete BEFORE DELETE ON signature BEGIN SELECT RAISE(ABORT, 'signature is append-only'); END
""",
    """
CREATE TRIGGER resource_check_no_update BEFORE UPDATE ON resource_check BEGIN SELECT RAISE(ABORT, 'resource_check is append-only'); END
""",
    """
CREATE TRIGGER resource_check_no_delete BEFORE DELETE ON resource_check BEGIN SELECT RAISE(ABORT, 'resource_check is append-only'); END
""",
    """
CREATE TRIGGER payment_no_update BEFORE UPDATE ON payment BEGIN SELECT RAISE(ABORT, 'payment is append-only'); END
""",
    """
CREATE TRIGGER payment_no_delete BEFORE DELETE ON payment BEGIN SELECT RAISE(ABORT, 'payment is append-only'); END
""",
    """
CREATE TRIGGER receipt_no_update BEFORE UPDATE ON receipt BEGIN SELECT RAISE(ABORT, 'receipt is append-only'); END
""",
    """
CREATE TRIGGER receipt_no_delete BEFORE DELETE ON receipt BEGIN SELECT RAISE(ABORT, 'receipt is append-only'); END
""",
)
POSTGRESQL = (
    """
CREATE FUNCTION audit_event_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'audit_event is append-only'; END $$;CREATE TRIGGER audit_event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION audit_event_stays()
""",
    """
ALTER TABLE audit_event ALTER transaction_id SET DEFAULT pg_current_xact_id()::text::bigint
""",
    """
CREATE FUNCTION rulebook_entry_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'rulebook_entry is append-only'; END $$;CREATE TRIGGER rulebook_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON rulebook_entry FOR EACH STATEMENT EXECUTE FUNCTION rulebook_entry_stays()
""",
    """
CREATE FUNCTION discovery_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'discovery is append-only'; END $$;CREATE TRIGGER discovery_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON discovery FOR EACH STATEMENT EXECUTE FUNCTION discovery_stays()
""",
    """
CREATE FUNCTION hhs_notice_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'hhs_notice is append-only'; END $$;CREATE TRIGGER hhs_notice_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON hhs_notice FOR EACH STATEMENT EXECUTE FUNCTION hhs_notice_stays()
""",
    """
CREATE FUNCTION assessment_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a signed assessment stays as it is'; END $$;
CREATE TRIGGER assessment_stays BEFORE UPDATE ON assessment
FOR EACH ROW WHEN (OLD.state = 'signed') EXECUTE FUNCTION assessment_stays()
""",
    """
CREATE TRIGGER assessment_is_kept BEFORE DELETE OR TRUNCATE ON assessment
FOR EACH STATEMENT EXECUTE FUNCTION assessment_stays()
""",
    """
CREATE FUNCTION need_rating_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
IF EXISTS (SELECT FROM assessment WHERE state = 'signed' AND id = NEW.assessment_id)
OR EXISTS (SELECT FROM assessment WHERE TG_OP = 'UPDATE' AND state = 'signed' AND id = OLD.assessment_id)
THEN RAISE EXCEPTION 'a signed assessment stays as it is'; END IF;
RETURN NEW; END $$;
CREATE TRIGGER need_rating_stays BEFORE INSERT OR UPDATE ON need_rating
FOR EACH ROW EXECUTE FUNCTION need_rating_stays()
""",
    """
CREATE TRIGGER need_rating_is_kept BEFORE DELETE OR TRUNCATE ON need_rating
FOR EACH STATEMENT EXECUTE FUNCTION assessment_stays()
""",
    """
CREATE FUNCTION cp_side_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'cp_side is append-only'; END $$;CREATE TRIGGER cp_side_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON cp_side FOR EACH STATEMENT EXECUTE FUNCTION cp_side_stays()
""",
    """
CREATE FUNCTION cp_signature_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'cp_signature is append-only'; END $$;CREATE TRIGGER cp_signature_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON cp_signature FOR EACH STATEMENT EXECUTE FUNCTION cp_signature_stays()
""",
    """
CREATE FUNCTION cp_moment_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'cp_moment is append-only'; END $$;CREATE TRIGGER cp_moment_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON cp_moment FOR EACH STATEMENT EXECUTE FUNCTION cp_moment_stays()
""",
    """
CREATE FUNCTION cp_request_two_years() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.end_on < NEW.start_on OR NEW.end_on >= NEW.start_on + interval '2 years' THEN RAISE EXCEPTION 'cp_request: at most two years' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$;CREATE TRIGGER cp_request_two_years BEFORE INSERT OR UPDATE ON cp_request FOR EACH ROW EXECUTE FUNCTION cp_request_two_years()
""",
    """
CREATE FUNCTION cp_grant_two_years() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.end_on < NEW.start_on OR NEW.end_on >= NEW.start_on + interval '2 years' THEN RAISE EXCEPTION 'cp_grant: at most two years' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$;CREATE TRIGGER cp_grant_two_years BEFORE INSERT OR UPDATE ON cp_grant FOR EACH ROW EXECUTE FUNCTION cp_grant_two_years()
""",
    """
CREATE FUNCTION movement_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'movement is append-only'; END $$;CREATE TRIGGER movement_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON movement FOR EACH STATEMENT EXECUTE FUNCTION movement_stays()
""",
    """
CREATE FUNCTION movement_kept() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN INSERT INTO balance (fund_id, fiscal_year, office_id, account, amount) VALUES (NEW.fund_id, NEW.fiscal_year, CASE WHEN NEW.source IN ('appropriation', 'apportioned') THEN '00000000000000000000000000000000' ELSE NEW.office_id END, NEW.source, 0), (NEW.fund_id, NEW.fiscal_year, CASE WHEN NEW.target IN ('appropriation', 'apportioned') THEN '00000000000000000000000000000000' ELSE NEW.office_id END, NEW.target, 0) ON CONFLICT DO NOTHING; UPDATE balance SET amount = amount - NEW.amount WHERE fund_id = NEW.fund_id AND fiscal_year = NEW.fiscal_year AND office_id = CASE WHEN NEW.source IN ('appropriation', 'apportioned') THEN '00000000000000000000000000000000' ELSE NEW.office_id END AND account = NEW.source; UPDATE balance SET amount = amount + NEW.amount WHERE fund_id = NEW.fund_id AND fiscal_year = NEW.fiscal_year AND office_id = CASE WHEN NEW.target IN ('appropriation', 'apportioned') THEN '00000000000000000000000000000000' ELSE NEW.office_id END AND account = NEW.target; RETURN NULL; END $$;CREATE TRIGGER movement_kept AFTER INSERT ON movement FOR EACH ROW EXECUTE FUNCTION movement_kept()
""",
    """
CREATE FUNCTION balance_kept_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF pg_trigger_depth() < 2 THEN RAISE EXCEPTION 'nobody writes a balance'; END IF; RETURN NULL; END $$;CREATE TRIGGER balance_kept_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON balance FOR EACH STATEMENT EXECUTE FUNCTION balance_kept_only()
""",
    """
CREATE FUNCTION signature_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'signature is append-only'; END $$;CREATE TRIGGER signature_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON signature FOR EACH STATEMENT EXECUTE FUNCTION signature_stays()
""",
    """
CREATE FUNCTION resource_check_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'resource_check is append-only'; END $$;CREATE TRIGGER resource_check_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON resource_check FOR EACH STATEMENT EXECUTE FUNCTION resource_check_stays()
""",
    """
CREATE FUNCTION payment_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'payment is append-only'; END $$;CREATE TRIGGER payment_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON payment FOR EACH STATEMENT EXECUTE FUNCTION payment_stays()
""",
    """
CREATE FUNCTION receipt_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'receipt is append-only'; END $$;CREATE TRIGGER receipt_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON receipt FOR EACH STATEMENT EXECUTE FUNCTION receipt_stays()
""",
)
FUNCTIONS = ('assessment_stays', 'audit_event_stays', 'balance_kept_only', 'cp_grant_two_years', 'cp_moment_stays', 'cp_request_two_years', 'cp_side_stays', 'cp_signature_stays', 'discovery_stays', 'hhs_notice_stays', 'movement_kept', 'movement_stays', 'need_rating_stays', 'payment_stays', 'receipt_stays', 'resource_check_stays', 'rulebook_entry_stays', 'signature_stays')


def upgrade() -> None:
    op.create_table('answer',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('key_digest', sa.LargeBinary(), nullable=False),
    sa.Column('body_digest', sa.LargeBinary(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('headers', sa.JSON(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('user_id', 'key_digest', name=op.f('pk_answer')),
    info={'operational': True}
    )
    op.create_table('audit_event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('transaction_id', sa.BigInteger(), server_default=sa.FetchedValue(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.Column('verb', sa.String(length=120), nullable=False),
    sa.Column('subject_kind', sa.String(length=120), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=True),
    sa.Column('case_id', sa.Uuid(), nullable=True),
    sa.Column('office_id', sa.Uuid(), nullable=True),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.Column('shown', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_event')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_audit_event_actor_id_id', 'audit_event', ['actor_id', 'id'], unique=False)
    op.create_index(op.f('ix_audit_event_at'), 'audit_event', ['at'], unique=False)
    op.create_index('ix_audit_event_case_id_id', 'audit_event', ['case_id', 'id'], unique=False)
    op.create_index('ix_audit_event_office_id_id', 'audit_event', ['office_id', 'id'], unique=False)
    op.create_index(op.f('ix_audit_event_subject_id'), 'audit_event', ['subject_id'], unique=False)
    op.create_index('ix_audit_event_verb_id', 'audit_event', ['verb', 'id'], unique=False)
    op.create_table('disbursement_series',
    sa.Column('fiscal_year', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('fiscal_year', name=op.f('pk_disbursement_series')),
    info={'operational': True}
    )
    op.create_table('fund',
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('treasury_symbol', sa.String(length=120), nullable=False),
    sa.Column('authority', sa.Text(), nullable=False),
    sa.Column('spending', sa.String(length=40), nullable=False),
    sa.Column('available_from_on', sa.Date(), nullable=False),
    sa.Column('available_until_on', sa.Date(), nullable=True),
    sa.Column('categories', sa.JSON(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('available_until_on IS NULL OR available_from_on <= available_until_on', name=op.f('ck_fund_ends_after_it_begins')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fund')),
    sa.UniqueConstraint('name', name=op.f('uq_fund_name'))
    )
    op.create_table('office',
    sa.Column('code', sa.String(length=120), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('timezone', sa.String(length=120), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_office')),
    sa.UniqueConstraint('code', name=op.f('uq_office_code'))
    )
    op.create_table('person',
    sa.Column('wrapped_key', sa.LargeBinary(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person'))
    )
    op.create_table('refusal_count',
    sa.Column('asker', sa.String(length=120), nullable=False),
    sa.Column('route', sa.String(length=120), nullable=False),
    sa.Column('hour_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('asker', 'route', 'hour_at', name=op.f('pk_refusal_count')),
    info={'operational': True}
    )
    op.create_table('rulebook_entry',
    sa.Column('topic', sa.String(length=120), nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('version > 0', name=op.f('ck_rulebook_entry_version_counts_from_one')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rulebook_entry')),
    sa.UniqueConstraint('topic', 'version', name=op.f('uq_rulebook_entry_topic'))
    )
    op.create_table('sign_in_failure',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account', sa.String(length=120), nullable=False),
    sa.Column('address', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_failure')),
    info={'operational': True}
    )
    op.create_index('ix_sign_in_failure_account_at', 'sign_in_failure', ['account', 'at'], unique=False)
    op.create_index('ix_sign_in_failure_address_at', 'sign_in_failure', ['address', 'at'], unique=False)
    op.create_table('user',
    sa.Column('username', sa.String(length=120), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=False),
    sa.Column('demo', sa.Boolean(), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user')),
    sa.UniqueConstraint('username', name=op.f('uq_user_username'))
    )
    op.create_table('api_token',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('label', sa.String(length=120), nullable=False),
    sa.Column('scopes', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_api_token_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_token')),
    sa.UniqueConstraint('digest', name=op.f('uq_api_token_digest'))
    )
    op.create_index(op.f('ix_api_token_user_id'), 'api_token', ['user_id'], unique=False)
    op.create_table('balance',
    sa.Column('fund_id', sa.Uuid(), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('account', sa.String(length=40), nullable=False),
    sa.Column('amount', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.CheckConstraint("amount >= 0 OR account = 'appropriation'", name=op.f('ck_balance_not_below_zero')),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_balance_fund_id')),
    sa.PrimaryKeyConstraint('fund_id', 'fiscal_year', 'office_id', 'account', name=op.f('pk_balance'))
    )
    op.create_table('contact',
    sa.Column('phone_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('email_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('whereabouts_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('mailing_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('safe_method_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('safe_times_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('code_word_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('never_tell_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('leave_no_message', sa.Boolean(), nullable=False),
    sa.Column('do_not_call', sa.Boolean(), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('phone_index', sa.LargeBinary(), nullable=True),
    sa.Column('email_index', sa.LargeBinary(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_contact_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact'))
    )
    op.create_index(op.f('ix_contact_email_index'), 'contact', ['email_index'], unique=False)
    op.create_index(op.f('ix_contact_person_id'), 'contact', ['person_id'], unique=False)
    op.create_index(op.f('ix_contact_phone_index'), 'contact', ['phone_index'], unique=False)
    op.create_table('identity',
    sa.Column('legal_name_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('goes_by_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('birth_on_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('a_number_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('passport_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('country_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('citizenship', sa.String(length=40), nullable=False),
    sa.Column('a_number_index', sa.LargeBinary(), nullable=True),
    sa.Column('passport_index', sa.LargeBinary(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_identity_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity'))
    )
    op.create_index(op.f('ix_identity_a_number_index'), 'identity', ['a_number_index'], unique=False)
    op.create_index(op.f('ix_identity_passport_index'), 'identity', ['passport_index'], unique=False)
    op.create_index(op.f('ix_identity_person_id'), 'identity', ['person_id'], unique=False)
    op.create_table('investigation',
    sa.Column('number', sa.String(length=120), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('nature', sa.String(length=40), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_investigation_office_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_investigation')),
    sa.UniqueConstraint('number', name=op.f('uq_investigation_number'))
    )
    op.create_index(op.f('ix_investigation_office_id'), 'investigation', ['office_id'], unique=False)
    op.create_table('role_grant',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.String(length=40), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=True),
    sa.Column('document', sa.String(length=120), nullable=True),
    sa.Column('given_by_id', sa.Uuid(), nullable=True),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_role_grant_office_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_role_grant_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_grant'))
    )
    op.create_index(op.f('ix_role_grant_user_id'), 'role_grant', ['user_id'], unique=False)
    op.create_table('sign_in',
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('names_at', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_sign_in_user_id')),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_sign_in')),
    info={'operational': True}
    )
    op.create_index('ix_sign_in_user_id', 'sign_in', ['user_id'], unique=False)
    op.create_table('case',
    sa.Column('number', sa.String(length=120), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('investigation_id', sa.Uuid(), nullable=True),
    sa.Column('specialist_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('referral_source', sa.String(length=40), nullable=False),
    sa.Column('language', sa.String(length=120), nullable=False),
    sa.Column('interpreter', sa.Boolean(), nullable=False),
    sa.Column('under_18', sa.Boolean(), nullable=False),
    sa.Column('do_not_call', sa.Boolean(), nullable=False),
    sa.Column('protected', sa.Boolean(), nullable=False),
    sa.Column('discovered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('hhs_notified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_reason', sa.String(length=40), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f('ck_case_closed_has_a_moment')),
    sa.ForeignKeyConstraint(['investigation_id'], ['investigation.id'], name=op.f('fk_case_investigation_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_case_office_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_case_person_id')),
    sa.ForeignKeyConstraint(['specialist_id'], ['user.id'], name=op.f('fk_case_specialist_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case')),
    sa.UniqueConstraint('number', name=op.f('uq_case_number')),
    sa.UniqueConstraint('office_id', 'year', 'serial', name=op.f('uq_case_office_id'))
    )
    op.create_index(op.f('ix_case_investigation_id'), 'case', ['investigation_id'], unique=False)
    op.create_index('ix_case_office_state_updated', 'case', ['office_id', 'state', 'updated_at', 'id'], unique=False)
    op.create_index(op.f('ix_case_person_id'), 'case', ['person_id'], unique=False)
    op.create_index(op.f('ix_case_specialist_id'), 'case', ['specialist_id'], unique=False)
    op.create_index('ix_case_updated', 'case', ['updated_at', 'id'], unique=False)
    op.create_index('uq_case_one_open', 'case', ['person_id', 'office_id'], unique=True, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
    op.create_table('investigation_member',
    sa.Column('investigation_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['investigation_id'], ['investigation.id'], name=op.f('fk_investigation_member_investigation_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_investigation_member_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_investigation_member'))
    )
    op.create_index(op.f('ix_investigation_member_investigation_id'), 'investigation_member', ['investigation_id'], unique=False)
    op.create_index('ix_investigation_member_user', 'investigation_member', ['user_id', 'investigation_id'], unique=False)
    op.create_table('assessment',
    sa.Column('purpose', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('under_18', sa.Boolean(), nullable=False),
    sa.Column('instrument_id', sa.Uuid(), nullable=False),
    sa.Column('started_by_id', sa.Uuid(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('signed_by_id', sa.Uuid(), nullable=True),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('case_number', sa.String(length=120), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'signed') = (signed_at IS NOT NULL)", name=op.f('ck_assessment_signed_has_a_moment')),
    sa.CheckConstraint("(state = 'signed') = (signed_by_id IS NOT NULL)", name=op.f('ck_assessment_signed_has_a_signer')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_assessment_case_id')),
    sa.ForeignKeyConstraint(['instrument_id'], ['rulebook_entry.id'], name=op.f('fk_assessment_instrument_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_assessment_office_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_assessment_person_id')),
    sa.ForeignKeyConstraint(['signed_by_id'], ['user.id'], name=op.f('fk_assessment_signed_by_id')),
    sa.ForeignKeyConstraint(['started_by_id'], ['user.id'], name=op.f('fk_assessment_started_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment'))
    )
    op.create_index(op.f('ix_assessment_case_id'), 'assessment', ['case_id'], unique=False)
    op.create_index('ix_assessment_case_state_signed', 'assessment', ['case_id', 'state', 'signed_at'], unique=False)
    op.create_index(op.f('ix_assessment_office_id'), 'assessment', ['office_id'], unique=False)
    op.create_index(op.f('ix_assessment_person_id'), 'assessment', ['person_id'], unique=False)
    op.create_index('uq_assessment_one_draft', 'assessment', ['case_id', 'purpose'], unique=True, sqlite_where=sa.text("state = 'draft'"), postgresql_where=sa.text("state = 'draft'"))
    op.create_table('cp_request',
    sa.Column('number', sa.String(length=120), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('type', sa.String(length=40), nullable=False),
    sa.Column('extends_id', sa.Uuid(), nullable=True),
    sa.Column('investigation_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('under_18', sa.Boolean(), nullable=False),
    sa.Column('state_or_local', sa.Boolean(), nullable=False),
    sa.Column('expedited', sa.Boolean(), nullable=False),
    sa.Column('identified_on', sa.Date(), nullable=False),
    sa.Column('checklist_id', sa.Uuid(), nullable=False),
    sa.Column('transmission_reference', sa.String(length=120), nullable=True),
    sa.Column('decided_under_id', sa.Uuid(), nullable=True),
    sa.Column('mechanism', sa.String(length=40), nullable=True),
    sa.Column('start_on', sa.Date(), nullable=True),
    sa.Column('end_on', sa.Date(), nullable=True),
    sa.Column('withdrawn_reason', sa.String(length=40), nullable=True),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('case_number', sa.String(length=120), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_reason IS NOT NULL)", name=op.f('ck_cp_request_withdrawn_has_a_reason')),
    sa.CheckConstraint("(type = 'extension') = (extends_id IS NOT NULL)", name=op.f('ck_cp_request_extension_extends')),
    sa.CheckConstraint("state NOT IN ('approved', 'issued') OR (mechanism IS NOT NULL AND start_on IS NOT NULL AND end_on IS NOT NULL)", name=op.f('ck_cp_request_approval_has_a_form_and_days')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_cp_request_case_id')),
    sa.ForeignKeyConstraint(['checklist_id'], ['rulebook_entry.id'], name=op.f('fk_cp_request_checklist_id')),
    sa.ForeignKeyConstraint(['decided_under_id'], ['rulebook_entry.id'], name=op.f('fk_cp_request_decided_under_id')),
    sa.ForeignKeyConstraint(['extends_id'], ['cp_request.id'], name=op.f('fk_cp_request_extends_id')),
    sa.ForeignKeyConstraint(['investigation_id'], ['investigation.id'], name=op.f('fk_cp_request_investigation_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_cp_request_office_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_cp_request_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cp_request')),
    sa.UniqueConstraint('number', name=op.f('uq_cp_request_number')),
    sa.UniqueConstraint('year', 'serial', name=op.f('uq_cp_request_year'))
    )
    op.create_index(op.f('ix_cp_request_case_id'), 'cp_request', ['case_id'], unique=False)
    op.create_index(op.f('ix_cp_request_investigation_id'), 'cp_request', ['investigation_id'], unique=False)
    op.create_index(op.f('ix_cp_request_office_id'), 'cp_request', ['office_id'], unique=False)
    op.create_index('ix_cp_request_office_state', 'cp_request', ['office_id', 'state'], unique=False)
    op.create_index(op.f('ix_cp_request_person_id'), 'cp_request', ['person_id'], unique=False)
    op.create_index('ix_cp_request_state', 'cp_request', ['state', 'state_since'], unique=False)
    op.create_index('uq_cp_request_one_open', 'cp_request', ['case_id'], unique=True, sqlite_where=sa.text("state NOT IN ('issued', 'denied', 'withdrawn')"), postgresql_where=sa.text("state NOT IN ('issued', 'denied', 'withdrawn')"))
    op.create_table('disbursement',
    sa.Column('number', sa.String(length=120), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('fund_id', sa.Uuid(), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('category', sa.String(length=120), nullable=False),
    sa.Column('categories_entry_id', sa.Uuid(), nullable=False),
    sa.Column('need_domain', sa.String(length=120), nullable=False),
    sa.Column('payee_token', sa.String(length=120), nullable=False),
    sa.Column('purpose_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('condition_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('tier', sa.Integer(), nullable=True),
    sa.Column('tiers_entry_id', sa.Uuid(), nullable=True),
    sa.Column('rolling_total', sa.BigInteger(), nullable=True),
    sa.Column('exigent', sa.Boolean(), nullable=False),
    sa.Column('exigent_reason_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('returned_reason', sa.Text(), nullable=True),
    sa.Column('requested', sa.BigInteger(), nullable=False),
    sa.Column('approved', sa.BigInteger(), nullable=False),
    sa.Column('obligated', sa.BigInteger(), nullable=False),
    sa.Column('received', sa.BigInteger(), nullable=False),
    sa.Column('paid', sa.BigInteger(), nullable=False),
    sa.Column('refunded', sa.BigInteger(), nullable=False),
    sa.Column('deobligated', sa.BigInteger(), nullable=False),
    sa.Column('requested_by_id', sa.Uuid(), nullable=False),
    sa.Column('obligated_by_id', sa.Uuid(), nullable=True),
    sa.Column('received_by_id', sa.Uuid(), nullable=True),
    sa.Column('certified_by_id', sa.Uuid(), nullable=True),
    sa.Column('paid_by_id', sa.Uuid(), nullable=True),
    sa.Column('reconciled_by_id', sa.Uuid(), nullable=True),
    sa.Column('legal_note', sa.String(length=120), nullable=True),
    sa.Column('obligation_document', sa.String(length=120), nullable=True),
    sa.Column('designation', sa.String(length=120), nullable=True),
    sa.Column('statement', sa.String(length=120), nullable=True),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('obligated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('certified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('receipted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reconciled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('case_number', sa.String(length=120), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('approved <= requested', name=op.f('ck_disbursement_approved_within_requested')),
    sa.CheckConstraint('approved >= 0 AND obligated >= 0 AND received >= 0 AND paid >= 0 AND refunded >= 0 AND deobligated >= 0', name=op.f('ck_disbursement_amounts_are_not_negative')),
    sa.CheckConstraint('certified_by_id <> paid_by_id', name=op.f('ck_disbursement_certified_apart_from_paid')),
    sa.CheckConstraint('obligated <= approved', name=op.f('ck_disbursement_obligated_within_approved')),
    sa.CheckConstraint('obligated = 0 OR (obligation_document IS NOT NULL AND obligated_by_id IS NOT NULL)', name=op.f('ck_disbursement_obligated_on_a_document')),
    sa.CheckConstraint('obligated_by_id <> certified_by_id', name=op.f('ck_disbursement_obligated_apart_from_certified')),
    sa.CheckConstraint('obligated_by_id <> paid_by_id', name=op.f('ck_disbursement_obligated_apart_from_paid')),
    sa.CheckConstraint('obligated_by_id <> reconciled_by_id', name=op.f('ck_disbursement_obligated_apart_from_reconciled')),
    sa.CheckConstraint('paid + deobligated <= obligated', name=op.f('ck_disbursement_deobligated_within_the_rest')),
    sa.CheckConstraint('paid <= received', name=op.f('ck_disbursement_paid_within_received')),
    sa.CheckConstraint('paid = 0 OR certified_by_id IS NOT NULL', name=op.f('ck_disbursement_paid_when_certified')),
    sa.CheckConstraint('received <= obligated', name=op.f('ck_disbursement_received_within_obligated')),
    sa.CheckConstraint('received_by_id <> certified_by_id', name=op.f('ck_disbursement_received_apart_from_certified')),
    sa.CheckConstraint('refunded <= paid', name=op.f('ck_disbursement_refunded_within_paid')),
    sa.CheckConstraint('requested > 0', name=op.f('ck_disbursement_requested_is_positive')),
    sa.CheckConstraint('requested_by_id <> certified_by_id', name=op.f('ck_disbursement_requested_apart_from_certified')),
    sa.CheckConstraint('requested_by_id <> obligated_by_id', name=op.f('ck_disbursement_requested_apart_from_obligated')),
    sa.CheckConstraint('requested_by_id <> paid_by_id', name=op.f('ck_disbursement_requested_apart_from_paid')),
    sa.CheckConstraint('requested_by_id <> reconciled_by_id', name=op.f('ck_disbursement_requested_apart_from_reconciled')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_disbursement_case_id')),
    sa.ForeignKeyConstraint(['categories_entry_id'], ['rulebook_entry.id'], name=op.f('fk_disbursement_categories_entry_id')),
    sa.ForeignKeyConstraint(['certified_by_id'], ['user.id'], name=op.f('fk_disbursement_certified_by_id')),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_disbursement_fund_id')),
    sa.ForeignKeyConstraint(['obligated_by_id'], ['user.id'], name=op.f('fk_disbursement_obligated_by_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_disbursement_office_id')),
    sa.ForeignKeyConstraint(['paid_by_id'], ['user.id'], name=op.f('fk_disbursement_paid_by_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_disbursement_person_id')),
    sa.ForeignKeyConstraint(['received_by_id'], ['user.id'], name=op.f('fk_disbursement_received_by_id')),
    sa.ForeignKeyConstraint(['reconciled_by_id'], ['user.id'], name=op.f('fk_disbursement_reconciled_by_id')),
    sa.ForeignKeyConstraint(['requested_by_id'], ['user.id'], name=op.f('fk_disbursement_requested_by_id')),
    sa.ForeignKeyConstraint(['tiers_entry_id'], ['rulebook_entry.id'], name=op.f('fk_disbursement_tiers_entry_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disbursement')),
    sa.UniqueConstraint('fiscal_year', 'serial', name=op.f('uq_disbursement_fiscal_year')),
    sa.UniqueConstraint('number', name=op.f('uq_disbursement_number'))
    )
    op.create_index(op.f('ix_disbursement_case_id'), 'disbursement', ['case_id'], unique=False)
    op.create_index(op.f('ix_disbursement_category'), 'disbursement', ['category'], unique=False)
    op.create_index('ix_disbursement_fund_year', 'disbursement', ['fund_id', 'fiscal_year', 'id'], unique=False)
    op.create_index(op.f('ix_disbursement_office_id'), 'disbursement', ['office_id'], unique=False)
    op.create_index(op.f('ix_disbursement_person_id'), 'disbursement', ['person_id'], unique=False)
    op.create_index('ix_disbursement_person_submitted', 'disbursement', ['person_id', 'submitted_at'], unique=False)
    op.create_index('ix_disbursement_requested_at', 'disbursement', ['requested_at', 'id'], unique=False)
    op.create_index('ix_disbursement_requester', 'disbursement', ['requested_by_id', 'state'], unique=False)
    op.create_index('ix_disbursement_state_office', 'disbursement', ['state', 'office_id', 'id'], unique=False)
    op.create_table('discovery',
    sa.Column('discovered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('supersedes_id', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('case_number', sa.String(length=120), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_discovery_case_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_discovery_office_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_discovery_person_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['user.id'], name=op.f('fk_discovery_recorded_by_id')),
    sa.ForeignKeyConstraint(['supersedes_id'], ['discovery.id'], name=op.f('fk_discovery_supersedes_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_discovery')),
    sa.UniqueConstraint('supersedes_id', name=op.f('uq_discovery_supersedes_id'))
    )
    op.create_index(op.f('ix_discovery_case_id'), 'discovery', ['case_id'], unique=False)
    op.create_index(op.f('ix_discovery_office_id'), 'discovery', ['office_id'], unique=False)
    op.create_index(op.f('ix_discovery_person_id'), 'discovery', ['person_id'], unique=False)
    op.create_table('hhs_notice',
    sa.Column('about', sa.String(length=120), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('method', sa.String(length=120), nullable=False),
    sa.Column('reference', sa.String(length=120), nullable=True),
    sa.Column('recorded_by_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('supersedes_id', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('case_number', sa.String(length=120), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_hhs_notice_case_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_hhs_notice_office_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_hhs_notice_person_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['user.id'], name=op.f('fk_hhs_notice_recorded_by_id')),
    sa.ForeignKeyConstraint(['supersedes_id'], ['hhs_notice.id'], name=op.f('fk_hhs_notice_supersedes_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hhs_notice')),
    sa.UniqueConstraint('supersedes_id', name=op.f('uq_hhs_notice_supersedes_id'))
    )
    op.create_index(op.f('ix_hhs_notice_case_id'), 'hhs_notice', ['case_id'], unique=False)
    op.create_index(op.f('ix_hhs_notice_office_id'), 'hhs_notice', ['office_id'], unique=False)
    op.create_index(op.f('ix_hhs_notice_person_id'), 'hhs_notice', ['person_id'], unique=False)
    op.create_table('note',
    sa.Column('about', sa.String(length=40), nullable=False),
    sa.Column('body_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('advised_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('advised_language', sa.String(length=120), nullable=True),
    sa.Column('investigation_id', sa.Uuid(), nullable=True),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('case_number', sa.String(length=120), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['user.id'], name=op.f('fk_note_author_id')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_note_case_id')),
    sa.ForeignKeyConstraint(['investigation_id'], ['investigation.id'], name=op.f('fk_note_investigation_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_note_office_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_note_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_note'))
    )
    op.create_index(op.f('ix_note_case_id'), 'note', ['case_id'], unique=False)
    op.create_index(op.f('ix_note_investigation_id'), 'note', ['investigation_id'], unique=False)
    op.create_index(op.f('ix_note_office_id'), 'note', ['office_id'], unique=False)
    op.create_index(op.f('ix_note_person_id'), 'note', ['person_id'], unique=False)
    op.create_table('team_member',
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_team_member_case_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_team_member_person_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_team_member_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_team_member'))
    )
    op.create_index(op.f('ix_team_member_case_id'), 'team_member', ['case_id'], unique=False)
    op.create_index('ix_team_member_user_case', 'team_member', ['user_id', 'case_id'], unique=False)
    op.create_index('ix_team_member_user_person', 'team_member', ['user_id', 'person_id'], unique=False)
    op.create_table('cp_grant',
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('request_number', sa.String(length=120), nullable=False),
    sa.Column('parent_grant_id', sa.Uuid(), nullable=True),
    sa.Column('investigation_id', sa.Uuid(), nullable=False),
    sa.Column('mechanism', sa.String(length=40), nullable=False),
    sa.Column('start_on', sa.Date(), nullable=False),
    sa.Column('end_on', sa.Date(), nullable=False),
    sa.Column('i94_issued_on', sa.Date(), nullable=False),
    sa.Column('ead_requested_on', sa.Date(), nullable=True),
    sa.Column('under_18', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('case_number', sa.String(length=120), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_cp_grant_case_id')),
    sa.ForeignKeyConstraint(['investigation_id'], ['investigation.id'], name=op.f('fk_cp_grant_investigation_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_cp_grant_office_id')),
    sa.ForeignKeyConstraint(['parent_grant_id'], ['cp_grant.id'], name=op.f('fk_cp_grant_parent_grant_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_cp_grant_person_id')),
    sa.ForeignKeyConstraint(['request_id'], ['cp_request.id'], name=op.f('fk_cp_grant_request_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cp_grant')),
    sa.UniqueConstraint('parent_grant_id', name=op.f('uq_cp_grant_parent_grant_id')),
    sa.UniqueConstraint('request_id', name=op.f('uq_cp_grant_request_id'))
    )
    op.create_index(op.f('ix_cp_grant_case_id'), 'cp_grant', ['case_id'], unique=False)
    op.create_index(op.f('ix_cp_grant_investigation_id'), 'cp_grant', ['investigation_id'], unique=False)
    op.create_index(op.f('ix_cp_grant_office_id'), 'cp_grant', ['office_id'], unique=False)
    op.create_index(op.f('ix_cp_grant_person_id'), 'cp_grant', ['person_id'], unique=False)
    op.create_index('ix_cp_grant_state_end', 'cp_grant', ['state', 'end_on'], unique=False)
    op.create_table('cp_item',
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('investigation_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=120), nullable=False),
    sa.Column('hard_gate', sa.Boolean(), nullable=False),
    sa.Column('answer', sa.String(length=40), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.Column('planned_on', sa.Date(), nullable=True),
    sa.Column('language', sa.String(length=120), nullable=True),
    sa.Column('told', sa.JSON(), nullable=False),
    sa.Column('answered_by_id', sa.Uuid(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('case_number', sa.String(length=120), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("answer <> 'done' OR done_on IS NOT NULL", name=op.f('ck_cp_item_done_has_a_day')),
    sa.CheckConstraint("answer <> 'not_applicable' OR NOT hard_gate", name=op.f('ck_cp_item_hard_gates_always_apply')),
    sa.CheckConstraint("answer <> 'not_possible_yet' OR (planned_on IS NOT NULL AND note_sealed IS NOT NULL)", name=op.f('ck_cp_item_not_yet_has_a_day_and_a_because')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['user.id'], name=op.f('fk_cp_item_answered_by_id')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_cp_item_case_id')),
    sa.ForeignKeyConstraint(['investigation_id'], ['investigation.id'], name=op.f('fk_cp_item_investigation_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_cp_item_office_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_cp_item_person_id')),
    sa.ForeignKeyConstraint(['request_id'], ['cp_request.id'], name=op.f('fk_cp_item_request_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cp_item')),
    sa.UniqueConstraint('request_id', 'code', name=op.f('uq_cp_item_request_id'))
    )
    op.create_index(op.f('ix_cp_item_case_id'), 'cp_item', ['case_id'], unique=False)
    op.create_index(op.f('ix_cp_item_investigation_id'), 'cp_item', ['investigation_id'], unique=False)
    op.create_index(op.f('ix_cp_item_office_id'), 'cp_item', ['office_id'], unique=False)
    op.create_index(op.f('ix_cp_item_person_id'), 'cp_item', ['person_id'], unique=False)
    op.create_index(op.f('ix_cp_item_request_id'), 'cp_item', ['request_id'], unique=False)
    op.create_table('cp_moment',
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('what', sa.String(length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('supersedes_id', sa.Uuid(), nullable=True),
    sa.Column('corrected_of_id', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('case_number', sa.String(length=120), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('(supersedes_id IS NULL) = (corrected_of_id IS NULL) AND (supersedes_id IS NULL) = (reason IS NULL)', name=op.f('ck_cp_moment_correction_says_why')),
    sa.CheckConstraint('corrected_of_id IS NULL OR corrected_of_id <> recorded_by_id', name=op.f('ck_cp_moment_second_person')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_cp_moment_case_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_cp_moment_office_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_cp_moment_person_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['user.id'], name=op.f('fk_cp_moment_recorded_by_id')),
    sa.ForeignKeyConstraint(['request_id'], ['cp_request.id'], name=op.f('fk_cp_moment_request_id')),
    sa.ForeignKeyConstraint(['supersedes_id', 'corrected_of_id'], ['cp_moment.id', 'cp_moment.recorded_by_id'], name='fk_cp_moment_corrected'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cp_moment')),
    sa.UniqueConstraint('id', 'recorded_by_id', name='uq_cp_moment_by'),
    sa.UniqueConstraint('supersedes_id', name=op.f('uq_cp_moment_supersedes_id'))
    )
    op.create_index(op.f('ix_cp_moment_case_id'), 'cp_moment', ['case_id'], unique=False)
    op.create_index(op.f('ix_cp_moment_office_id'), 'cp_moment', ['office_id'], unique=False)
    op.create_index(op.f('ix_cp_moment_person_id'), 'cp_moment', ['person_id'], unique=False)
    op.create_index(op.f('ix_cp_moment_request_id'), 'cp_moment', ['request_id'], unique=False)
    op.create_index('uq_cp_moment_once', 'cp_moment', ['request_id', 'what'], unique=True, sqlite_where=sa.text('supersedes_id IS NULL'), postgresql_where=sa.text('supersedes_id IS NULL'))
    op.create_table('cp_package',
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('investigation_id', sa.Uuid(), nullable=False),
    sa.Column('basis', sa.String(length=40), nullable=True),
    sa.Column('trafficking', sa.String(length=40), nullable=True),
    sa.Column('known_as_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('birth_on_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('a_number_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('status_now_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('summary_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('witness_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('justification_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('i94_number_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('ead_reference_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('case_number', sa.String(length=120), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_cp_package_case_id')),
    sa.ForeignKeyConstraint(['investigation_id'], ['investigation.id'], name=op.f('fk_cp_package_investigation_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_cp_package_office_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_cp_package_person_id')),
    sa.ForeignKeyConstraint(['request_id'], ['cp_request.id'], name=op.f('fk_cp_package_request_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cp_package')),
    sa.UniqueConstraint('request_id', name=op.f('uq_cp_package_request_id'))
    )
    op.create_index(op.f('ix_cp_package_case_id'), 'cp_package', ['case_id'], unique=False)
    op.create_index(op.f('ix_cp_package_investigation_id'), 'cp_package', ['investigation_id'], unique=False)
    op.create_index(op.f('ix_cp_package_office_id'), 'cp_package', ['office_id'], unique=False)
    op.create_index(op.f('ix_cp_package_person_id'), 'cp_package', ['person_id'], unique=False)
    op.create_table('cp_side',
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('side', sa.String(length=120), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("side IN ('asking', 'endorsing', 'submitting', 'reviewing', 'deciding')", name=op.f('ck_cp_side_known_side')),
    sa.ForeignKeyConstraint(['request_id'], ['cp_request.id'], name=op.f('fk_cp_side_request_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_cp_side_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cp_side')),
    sa.UniqueConstraint('request_id', 'user_id', 'side', name='uq_cp_side_signed_from'),
    sa.UniqueConstraint('request_id', 'user_id', name='uq_cp_side_one_each')
    )
    op.create_index(op.f('ix_cp_side_user_id'), 'cp_side', ['user_id'], unique=False)
    op.create_table('movement',
    sa.Column('fund_id', sa.Uuid(), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=True),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('target', sa.String(length=40), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('disbursement_id', sa.Uuid(), nullable=True),
    sa.Column('verb', sa.String(length=120), nullable=False),
    sa.Column('document', sa.String(length=120), nullable=True),
    sa.Column('reverses_id', sa.Uuid(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("office_id IS NOT NULL OR (source = 'appropriation' AND target = 'apportioned')", name=op.f('ck_movement_an_office_holds_it')),
    sa.CheckConstraint('amount > 0', name=op.f('ck_movement_amount_is_positive')),
    sa.CheckConstraint('source <> target', name=op.f('ck_movement_money_moves')),
    sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_movement_by_id')),
    sa.ForeignKeyConstraint(['disbursement_id'], ['disbursement.id'], name=op.f('fk_movement_disbursement_id')),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_movement_fund_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_movement_office_id')),
    sa.ForeignKeyConstraint(['reverses_id'], ['movement.id'], name=op.f('fk_movement_reverses_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_movement')),
    sa.UniqueConstraint('reverses_id', name=op.f('uq_movement_reverses_id'))
    )
    op.create_index('ix_movement_account', 'movement', ['fund_id', 'fiscal_year', 'office_id', 'id'], unique=False)
    op.create_index(op.f('ix_movement_at'), 'movement', ['at'], unique=False)
    op.create_index(op.f('ix_movement_disbursement_id'), 'movement', ['disbursement_id'], unique=False)
    op.create_index(op.f('ix_movement_office_id'), 'movement', ['office_id'], unique=False)
    op.create_table('need_rating',
    sa.Column('assessment_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('domain', sa.String(length=120), nullable=False),
    sa.Column('answer', sa.String(length=40), nullable=False),
    sa.Column('level', sa.Integer(), nullable=True),
    sa.Column('note_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(answer = 'level') = (level IS NOT NULL)", name=op.f('ck_need_rating_only_a_level_has_a_level')),
    sa.CheckConstraint('level BETWEEN 0 AND 4', name=op.f('ck_need_rating_level_is_one_of_five')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_need_rating_assessment_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_need_rating_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_need_rating')),
    sa.UniqueConstraint('assessment_id', 'domain', name=op.f('uq_need_rating_assessment_id'))
    )
    op.create_table('payee',
    sa.Column('disbursement_id', sa.Uuid(), nullable=False),
    sa.Column('requested_by_id', sa.Uuid(), nullable=False),
    sa.Column('supervisor_id', sa.Uuid(), nullable=True),
    sa.Column('waits_in_office_id', sa.Uuid(), nullable=True),
    sa.Column('token', sa.String(length=120), nullable=False),
    sa.Column('held', sa.Boolean(), nullable=False),
    sa.Column('held_until_on', sa.Date(), nullable=True),
    sa.Column('name_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('service_from_on_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('service_until_on_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('case_number', sa.String(length=120), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_payee_case_id')),
    sa.ForeignKeyConstraint(['disbursement_id'], ['disbursement.id'], name=op.f('fk_payee_disbursement_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_payee_office_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_payee_person_id')),
    sa.ForeignKeyConstraint(['requested_by_id'], ['user.id'], name=op.f('fk_payee_requested_by_id')),
    sa.ForeignKeyConstraint(['supervisor_id'], ['user.id'], name=op.f('fk_payee_supervisor_id')),
    sa.ForeignKeyConstraint(['waits_in_office_id'], ['office.id'], name=op.f('fk_payee_waits_in_office_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payee')),
    sa.UniqueConstraint('disbursement_id', name=op.f('uq_payee_disbursement_id')),
    sa.UniqueConstraint('token', name=op.f('uq_payee_token'))
    )
    op.create_index(op.f('ix_payee_case_id'), 'payee', ['case_id'], unique=False)
    op.create_index(op.f('ix_payee_office_id'), 'payee', ['office_id'], unique=False)
    op.create_index(op.f('ix_payee_person_id'), 'payee', ['person_id'], unique=False)
    op.create_table('receipt',
    sa.Column('disbursement_id', sa.Uuid(), nullable=False),
    sa.Column('reference', sa.String(length=120), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('recorded_by_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('case_number', sa.String(length=120), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('amount > 0', name=op.f('ck_receipt_amount_is_positive')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_receipt_case_id')),
    sa.ForeignKeyConstraint(['disbursement_id'], ['disbursement.id'], name=op.f('fk_receipt_disbursement_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_receipt_office_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_receipt_person_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['user.id'], name=op.f('fk_receipt_recorded_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_receipt')),
    sa.UniqueConstraint('disbursement_id', 'reference', name='uq_receipt_reference')
    )
    op.create_index(op.f('ix_receipt_case_id'), 'receipt', ['case_id'], unique=False)
    op.create_index(op.f('ix_receipt_office_id'), 'receipt', ['office_id'], unique=False)
    op.create_index(op.f('ix_receipt_person_id'), 'receipt', ['person_id'], unique=False)
    op.create_table('resource_check',
    sa.Column('disbursement_id', sa.Uuid(), nullable=False),
    sa.Column('resource', sa.String(length=40), nullable=False),
    sa.Column('name_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('contacted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('method', sa.String(length=40), nullable=False),
    sa.Column('outcome', sa.String(length=40), nullable=False),
    sa.Column('available_on', sa.Date(), nullable=True),
    sa.Column('consent', sa.Boolean(), nullable=False),
    sa.Column('evidence', sa.String(length=120), nullable=True),
    sa.Column('checked_by_id', sa.Uuid(), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('case_number', sa.String(length=120), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("consent OR outcome = 'unsafe_not_contacted' OR resource NOT IN ('family', 'consulate', 'employer')", name=op.f('ck_resource_check_asked_with_consent')),
    sa.CheckConstraint("outcome <> 'available_later' OR available_on IS NOT NULL", name=op.f('ck_resource_check_later_says_when')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_resource_check_case_id')),
    sa.ForeignKeyConstraint(['checked_by_id'], ['user.id'], name=op.f('fk_resource_check_checked_by_id')),
    sa.ForeignKeyConstraint(['disbursement_id'], ['disbursement.id'], name=op.f('fk_resource_check_disbursement_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_resource_check_office_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_resource_check_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_resource_check'))
    )
    op.create_index(op.f('ix_resource_check_case_id'), 'resource_check', ['case_id'], unique=False)
    op.create_index(op.f('ix_resource_check_disbursement_id'), 'resource_check', ['disbursement_id'], unique=False)
    op.create_index(op.f('ix_resource_check_office_id'), 'resource_check', ['office_id'], unique=False)
    op.create_index(op.f('ix_resource_check_person_id'), 'resource_check', ['person_id'], unique=False)
    op.create_table('signature',
    sa.Column('disbursement_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('verb', sa.String(length=40), nullable=False),
    sa.Column('role', sa.String(length=40), nullable=True),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('tier', sa.Integer(), nullable=True),
    sa.Column('concurs', sa.Boolean(), nullable=False),
    sa.Column('document', sa.String(length=120), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['disbursement_id'], ['disbursement.id'], name=op.f('fk_signature_disbursement_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_signature_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signature')),
    sa.UniqueConstraint('disbursement_id', 'round', 'user_id', 'verb', name='uq_signature_step'),
    sa.UniqueConstraint('disbursement_id', 'round', 'user_id', name='uq_signature_once')
    )
    op.create_index(op.f('ix_signature_user_id'), 'signature', ['user_id'], unique=False)
    op.create_table('cp_signature',
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('verb', sa.String(length=120), nullable=False),
    sa.Column('side', sa.String(length=120), nullable=True),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('note_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('case_number', sa.String(length=120), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("coalesce(side, '') = CASE WHEN verb IN ('draft', 'send') THEN 'asking' WHEN verb = 'endorse' THEN 'endorsing' WHEN verb = 'submit' THEN 'submitting' WHEN verb = 'take_up' THEN 'reviewing' WHEN verb = 'approve' THEN 'deciding' WHEN verb = 'issue' AND side = 'deciding' THEN 'deciding' WHEN verb = 'issue' THEN 'reviewing' ELSE '' END", name=op.f('ck_cp_signature_step_has_its_side')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_cp_signature_case_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_cp_signature_office_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_cp_signature_person_id')),
    sa.ForeignKeyConstraint(['request_id', 'user_id', 'side'], ['cp_side.request_id', 'cp_side.user_id', 'cp_side.side'], name='fk_cp_signature_side'),
    sa.ForeignKeyConstraint(['request_id'], ['cp_request.id'], name=op.f('fk_cp_signature_request_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_cp_signature_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cp_signature')),
    sa.UniqueConstraint('request_id', 'round', 'verb', name='uq_cp_signature_once')
    )
    op.create_index(op.f('ix_cp_signature_case_id'), 'cp_signature', ['case_id'], unique=False)
    op.create_index(op.f('ix_cp_signature_office_id'), 'cp_signature', ['office_id'], unique=False)
    op.create_index(op.f('ix_cp_signature_person_id'), 'cp_signature', ['person_id'], unique=False)
    op.create_index(op.f('ix_cp_signature_request_id'), 'cp_signature', ['request_id'], unique=False)
    op.create_index('ix_cp_signature_user_verb', 'cp_signature', ['user_id', 'verb', 'request_id'], unique=False)
    op.create_table('payment',
    sa.Column('disbursement_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind_of', sa.String(length=40), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('reference', sa.String(length=120), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=120), nullable=True),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('signed', sa.String(length=40), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(kind_of = 'pay') = (signed IS NOT NULL) AND (signed IS NULL OR signed = 'pay')", name=op.f('ck_payment_payer_has_signed')),
    sa.CheckConstraint('amount > 0', name=op.f('ck_payment_amount_is_positive')),
    sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_payment_by_id')),
    sa.ForeignKeyConstraint(['disbursement_id', 'round', 'by_id', 'signed'], ['signature.disbursement_id', 'signature.round', 'signature.user_id', 'signature.verb'], name='fk_payment_signature'),
    sa.ForeignKeyConstraint(['disbursement_id'], ['disbursement.id'], name=op.f('fk_payment_disbursement_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment')),
    sa.UniqueConstraint('disbursement_id', 'kind_of', 'reference', name='uq_payment_reference'),
    sa.UniqueConstraint('disbursement_id', 'number', name='uq_payment_number')
    )
    op.create_index(op.f('ix_payment_by_id'), 'payment', ['by_id'], unique=False)
    dialect = op.get_bind().dialect.name
    for statement in SQLITE if dialect == "sqlite" else POSTGRESQL:
        op.get_bind().exec_driver_sql(statement.replace("%", "%%") if dialect == "postgresql" else statement)


def downgrade() -> None:
    op.drop_index(op.f('ix_payment_by_id'), table_name='payment')
    op.drop_table('payment')
    op.drop_index('ix_cp_signature_user_verb', table_name='cp_signature')
    op.drop_index(op.f('ix_cp_signature_request_id'), table_name='cp_signature')
    op.drop_index(op.f('ix_cp_signature_person_id'), table_name='cp_signature')
    op.drop_index(op.f('ix_cp_signature_office_id'), table_name='cp_signature')
    op.drop_index(op.f('ix_cp_signature_case_id'), table_name='cp_signature')
    op.drop_table('cp_signature')
    op.drop_index(op.f('ix_signature_user_id'), table_name='signature')
    op.drop_table('signature')
    op.drop_index(op.f('ix_resource_check_person_id'), table_name='resource_check')
    op.drop_index(op.f('ix_resource_check_office_id'), table_name='resource_check')
    op.drop_index(op.f('ix_resource_check_disbursement_id'), table_name='resource_check')
    op.drop_index(op.f('ix_resource_check_case_id'), table_name='resource_check')
    op.drop_table('resource_check')
    op.drop_index(op.f('ix_receipt_person_id'), table_name='receipt')
    op.drop_index(op.f('ix_receipt_office_id'), table_name='receipt')
    op.drop_index(op.f('ix_receipt_case_id'), table_name='receipt')
    op.drop_table('receipt')
    op.drop_index(op.f('ix_payee_person_id'), table_name='payee')
    op.drop_index(op.f('ix_payee_office_id'), table_name='payee')
    op.drop_index(op.f('ix_payee_case_id'), table_name='payee')
    op.drop_table('payee')
    op.drop_table('need_rating')
    op.drop_index(op.f('ix_movement_office_id'), table_name='movement')
    op.drop_index(op.f('ix_movement_disbursement_id'), table_name='movement')
    op.drop_index(op.f('ix_movement_at'), table_name='movement')
    op.drop_index('ix_movement_account', table_name='movement')
    op.drop_table('movement')
    op.drop_index(op.f('ix_cp_side_user_id'), table_name='cp_side')
    op.drop_table('cp_side')
    op.drop_index(op.f('ix_cp_package_person_id'), table_name='cp_package')
    op.drop_index(op.f('ix_cp_package_office_id'), table_name='cp_package')
    op.drop_index(op.f('ix_cp_package_investigation_id'), table_name='cp_package')
    op.drop_index(op.f('ix_cp_package_case_id'), table_name='cp_package')
    op.drop_table('cp_package')
    op.drop_index('uq_cp_moment_once', table_name='cp_moment', sqlite_where=sa.text('supersedes_id IS NULL'), postgresql_where=sa.text('supersedes_id IS NULL'))
    op.drop_index(op.f('ix_cp_moment_request_id'), table_name='cp_moment')
    op.drop_index(op.f('ix_cp_moment_person_id'), table_name='cp_moment')
    op.drop_index(op.f('ix_cp_moment_office_id'), table_name='cp_moment')
    op.drop_index(op.f('ix_cp_moment_case_id'), table_name='cp_moment')
    op.drop_table('cp_moment')
    op.drop_index(op.f('ix_cp_item_request_id'), table_name='cp_item')
    op.drop_index(op.f('ix_cp_item_person_id'), table_name='cp_item')
    op.drop_index(op.f('ix_cp_item_office_id'), table_name='cp_item')
    op.drop_index(op.f('ix_cp_item_investigation_id'), table_name='cp_item')
    op.drop_index(op.f('ix_cp_item_case_id'), table_name='cp_item')
    op.drop_table('cp_item')
    op.drop_index('ix_cp_grant_state_end', table_name='cp_grant')
    op.drop_index(op.f('ix_cp_grant_person_id'), table_name='cp_grant')
    op.drop_index(op.f('ix_cp_grant_office_id'), table_name='cp_grant')
    op.drop_index(op.f('ix_cp_grant_investigation_id'), table_name='cp_grant')
    op.drop_index(op.f('ix_cp_grant_case_id'), table_name='cp_grant')
    op.drop_table('cp_grant')
    op.drop_index('ix_team_member_user_person', table_name='team_member')
    op.drop_index('ix_team_member_user_case', table_name='team_member')
    op.drop_index(op.f('ix_team_member_case_id'), table_name='team_member')
    op.drop_table('team_member')
    op.drop_index(op.f('ix_note_person_id'), table_name='note')
    op.drop_index(op.f('ix_note_office_id'), table_name='note')
    op.drop_index(op.f('ix_note_investigation_id'), table_name='note')
    op.drop_index(op.f('ix_note_case_id'), table_name='note')
    op.drop_table('note')
    op.drop_index(op.f('ix_hhs_notice_person_id'), table_name='hhs_notice')
    op.drop_index(op.f('ix_hhs_notice_office_id'), table_name='hhs_notice')
    op.drop_index(op.f('ix_hhs_notice_case_id'), table_name='hhs_notice')
    op.drop_table('hhs_notice')
    op.drop_index(op.f('ix_discovery_person_id'), table_name='discovery')
    op.drop_index(op.f('ix_discovery_office_id'), table_name='discovery')
    op.drop_index(op.f('ix_discovery_case_id'), table_name='discovery')
    op.drop_table('discovery')
    op.drop_index('ix_disbursement_state_office', table_name='disbursement')
    op.drop_index('ix_disbursement_requester', table_name='disbursement')
    op.drop_index('ix_disbursement_requested_at', table_name='disbursement')
    op.drop_index('ix_disbursement_person_submitted', table_name='disbursement')
    op.drop_index(op.f('ix_disbursement_person_id'), table_name='disbursement')
    op.drop_index(op.f('ix_disbursement_office_id'), table_name='disbursement')
    op.drop_index('ix_disbursement_fund_year', table_name='disbursement')
    op.drop_index(op.f('ix_disbursement_category'), table_name='disbursement')
    op.drop_index(op.f('ix_disbursement_case_id'), table_name='disbursement')
    op.drop_table('disbursement')
    op.drop_index('uq_cp_request_one_open', table_name='cp_request', sqlite_where=sa.text("state NOT IN ('issued', 'denied', 'withdrawn')"), postgresql_where=sa.text("state NOT IN ('issued', 'denied', 'withdrawn')"))
    op.drop_index('ix_cp_request_state', table_name='cp_request')
    op.drop_index(op.f('ix_cp_request_person_id'), table_name='cp_request')
    op.drop_index('ix_cp_request_office_state', table_name='cp_request')
    op.drop_index(op.f('ix_cp_request_office_id'), table_name='cp_request')
    op.drop_index(op.f('ix_cp_request_investigation_id'), table_name='cp_request')
    op.drop_index(op.f('ix_cp_request_case_id'), table_name='cp_request')
    op.drop_table('cp_request')
    op.drop_index('uq_assessment_one_draft', table_name='assessment', sqlite_where=sa.text("state = 'draft'"), postgresql_where=sa.text("state = 'draft'"))
    op.drop_index(op.f('ix_assessment_person_id'), table_name='assessment')
    op.drop_index(op.f('ix_assessment_office_id'), table_name='assessment')
    op.drop_index('ix_assessment_case_state_signed', table_name='assessment')
    op.drop_index(op.f('ix_assessment_case_id'), table_name='assessment')
    op.drop_table('assessment')
    op.drop_index('ix_investigation_member_user', table_name='investigation_member')
    op.drop_index(op.f('ix_investigation_member_investigation_id'), table_name='investigation_member')
    op.drop_table('investigation_member')
    op.drop_index('uq_case_one_open', table_name='case', sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
    op.drop_index('ix_case_updated', table_name='case')
    op.drop_index(op.f('ix_case_specialist_id'), table_name='case')
    op.drop_index(op.f('ix_case_person_id'), table_name='case')
    op.drop_index('ix_case_office_state_updated', table_name='case')
    op.drop_index(op.f('ix_case_investigation_id'), table_name='case')
    op.drop_table('case')
    op.drop_index('ix_sign_in_user_id', table_name='sign_in')
    op.drop_table('sign_in')
    op.drop_index(op.f('ix_role_grant_user_id'), table_name='role_grant')
    op.drop_table('role_grant')
    op.drop_index(op.f('ix_investigation_office_id'), table_name='investigation')
    op.drop_table('investigation')
    op.drop_index(op.f('ix_identity_person_id'), table_name='identity')
    op.drop_index(op.f('ix_identity_passport_index'), table_name='identity')
    op.drop_index(op.f('ix_identity_a_number_index'), table_name='identity')
    op.drop_table('identity')
    op.drop_index(op.f('ix_contact_phone_index'), table_name='contact')
    op.drop_index(op.f('ix_contact_person_id'), table_name='contact')
    op.drop_index(op.f('ix_contact_email_index'), table_name='contact')
    op.drop_table('contact')
    op.drop_table('balance')
    op.drop_index(op.f('ix_api_token_user_id'), table_name='api_token')
    op.drop_table('api_token')
    op.drop_table('user')
    op.drop_index('ix_sign_in_failure_address_at', table_name='sign_in_failure')
    op.drop_index('ix_sign_in_failure_account_at', table_name='sign_in_failure')
    op.drop_table('sign_in_failure')
    op.drop_table('rulebook_entry')
    op.drop_table('refusal_count')
    op.drop_table('person')
    op.drop_table('office')
    op.drop_table('fund')
    op.drop_table('disbursement_series')
    op.drop_index('ix_audit_event_verb_id', table_name='audit_event')
    op.drop_index(op.f('ix_audit_event_subject_id'), table_name='audit_event')
    op.drop_index('ix_audit_event_office_id_id', table_name='audit_event')
    op.drop_index('ix_audit_event_case_id_id', table_name='audit_event')
    op.drop_index(op.f('ix_audit_event_at'), table_name='audit_event')
    op.drop_index('ix_audit_event_actor_id_id', table_name='audit_event')
    op.drop_table('audit_event')
    op.drop_table('answer')
    if op.get_bind().dialect.name == "postgresql":
        for function in FUNCTIONS:
            op.execute(f"DROP FUNCTION {function}()")
