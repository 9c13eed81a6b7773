"""In plain SQL, too, a record begins where its workflow does and goes on by a step that is the asker's to take."""
from __future__ import annotations

import pytest
from sqlalchemy import Enum, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from casework import policy
from casework.access import walls
from casework.access.models import User
from casework.kernel.system import SYSTEM
from casework.kernel.workflow import GOVERNING
from tests.world import CAST

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]
KNOWN = walls.models()
NO = "no step of theirs leads there"


@pytest.fixture
def told(owner):
    with Session(owner.connection) as session:
        yield session


def one_of_each_state(told, model):
    """In each office."""
    return list({(row.state, row.office_id): row for row in told.scalars(select(model).order_by(model.id))}.values())


def goes_to(raw, row, state):
    """Does the wall let it? What constraints say of it comes later."""
    part = raw.begin_nested()
    try:
        return bool(raw.execute(text(f'UPDATE "{row.kind}" SET state = :state WHERE id = :id'),
                                {"state": str(state), "id": row.id}).rowcount)
    except DBAPIError as error:
        return not any(words in str(error) for words in (NO, "row-level security", "stays as it is"))
    finally:
        part.rollback()


def steps_of(person, row, target):
    """The verbs by which the product itself would let them."""
    return [step.verb for source, step in GOVERNING[row.kind].moves if (source, step.target) == (row.state, target)
            and (deed := f"{row.kind}.{step.verb}") in policy.VERBS and policy.may(person, deed, row)]


@pytest.mark.parametrize("kind", sorted(GOVERNING.keys() - {"cp_grant"}))
def test_a_state_is_left_by_whoever_may_take_a_step_from_it_and_by_nobody_else(raw, told, kind):
    model, taken = KNOWN[kind], set()
    rows = one_of_each_state(told, model)
    for person in told.scalars(select(User).where(User.username.in_(CAST)).order_by(User.username)):
        raw.speak_for(person.id)
        for row in rows:
            for target in set(GOVERNING[kind].states) - {row.state}:
                verbs = steps_of(person, row, target)
                assert goes_to(raw, row, target) == bool(verbs), (person.username, row.state, target, verbs)
                taken |= {*verbs}
        raw.rollback()
    assert taken, "nobody may take any step: the test would show nothing"


@pytest.mark.parametrize("change", ["round = round + 1", "round = round + 1, state = 'denied'", "round = 0"])
def test_nobody_goes_on_to_another_round_to_be_free_of_a_signature(raw, owner, change):
    """Signatures count for their round; a new one begins only when what was returned is sent again."""
    it = owner.execute(text("SELECT id FROM disbursement WHERE state = 'submitted' AND office_id = :den LIMIT 1"),
                       {"den": owner.ids.den}).scalar()
    raw.speak_for(raw.ids.sam)
    assert raw.execute(text("UPDATE disbursement SET legal_note = 'x' WHERE id = :it"), {"it": it}).rowcount == 1
    with pytest.raises(DBAPIError, match=NO), raw.begin_nested():
        raw.execute(text(f"UPDATE disbursement SET {change} WHERE id = :it"), {"it": it})


@pytest.mark.parametrize("name", ["received_by_id", "obligated_by_id"])
def test_nobody_takes_away_the_name_of_whoever_did_something(raw, owner, name):
    it = owner.execute(text(f"SELECT id FROM disbursement WHERE {name} IS NOT NULL LIMIT 1")).scalar()
    raw.speak_for(raw.ids.bud)
    with pytest.raises(DBAPIError, match="another name"), raw.begin_nested():
        raw.execute(text(f"UPDATE disbursement SET {name} = NULL WHERE id = :it"), {"it": it})


def test_a_grant_ends_by_the_clock_for_casework_itself_and_for_nobody_else(raw, told):
    grant = told.scalars(select(KNOWN["cp_grant"]).where(KNOWN["cp_grant"].state == "active")).first()
    raw.speak_for(SYSTEM.id)
    assert goes_to(raw, grant, "expired") and goes_to(raw, grant, "civil_hold")
    assert not goes_to(raw, grant, "terminated")
    for name in ("cora", "rex", "olga", "hana"):
        raw.speak_for(getattr(raw.ids, name))
        assert not goes_to(raw, grant, "expired"), name


def test_a_grant_gives_way_to_the_next_one_by_whoever_issues_that_and_by_nobody_else(raw, told):
    grant = told.scalars(select(KNOWN["cp_grant"]).where(KNOWN["cp_grant"].state == "active")).first()
    issuers = {role for role, _ in policy.rows("cp_request.issue")}
    let = set()
    for person in told.scalars(select(User).where(User.username.in_(CAST)).order_by(User.username)):
        raw.speak_for(person.id)
        if goes_to(raw, grant, "superseded"):
            let.add(frozenset(held.role for held in person.current_grants))
        raw.rollback()
    assert let and all(roles & issuers for roles in let)


@pytest.mark.parametrize("kind", sorted(GOVERNING))
def test_nothing_begins_anywhere_but_at_the_start(raw, told, kind):
    """Whoever asks: the trigger answers before the policy does."""
    model, workflow = KNOWN[kind], GOVERNING[kind]
    state = model.__table__.c.state
    assert isinstance(state.type, Enum) and workflow.start in workflow.states
    raw.speak_for(raw.ids.ada)
    for later in set(workflow.states) - {workflow.start}:
        with pytest.raises(DBAPIError, match=NO), raw.begin_nested():
            raw.execute(text(f'INSERT INTO "{kind}" (id, version, state) VALUES (gen_random_uuid(), 1, :state)'),
                        {"state": str(later)})


def test_the_owner_may_mend_a_state_by_hand(owner):
    row = owner.execute(text("SELECT id FROM disbursement WHERE state = 'draft'")).scalar()
    assert owner.execute(text("UPDATE disbursement SET state = 'submitted', submitted_at = now() WHERE id = :id"), {"id": row}).rowcount == 1
