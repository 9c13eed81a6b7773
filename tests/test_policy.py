"""One table, two answers: they agree for every verb, person and record, and every condition matters."""
from __future__ import annotations

import pytest
from sqlalchemy import create_engine, or_, select
from sqlalchemy.orm import Session

from casework import policy
from casework.access import actions as people
from casework.access.queries import find
from casework.cases.models import Case
from casework.kernel.db import Base
from casework.kernel.errors import Conflict, Forbidden, NotFound
from casework.kernel.system import SYSTEM
from casework.policy import INCOMPATIBLE, OFFICE_BOUND, ROLES, Role
from tests.world import World

JUDGED = sorted(verb for verb in policy.VERBS if policy.judged_on(verb))


def model_of(verb):
    tables = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers
              if hasattr(mapper.class_, "__tablename__")}
    return tables[policy.judged_on(verb)]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def still(request):
    """The story as it was told, for questions only: (world, session)."""
    url, ids = request.getfixturevalue(f"{request.param}_copies")()
    engine = create_engine(url)
    with Session(engine) as session:
        yield World(ids, session), session
    engine.dispose()


@pytest.mark.parametrize("verb", JUDGED)
def test_row_answer_equals_sql_answer_for_every_person_and_record(still, verb):
    world, truth = still
    model = model_of(verb)
    key = model.__mapper__.primary_key[0]
    rows = truth.scalars(select(model)).unique().all()
    for actor in world.people():
        ways = policy.ways(actor, verb)
        in_sql = set(truth.scalars(select(key).where(or_(False, *(way.clause(model) for way in ways)))))
        in_python = {row.id for row in rows if policy.may(actor, verb, row)}
        assert in_sql == in_python, (actor.username, verb)


CONDITIONED = [number for number, row in enumerate(policy.POLICY) if row[2:] and policy.judged_on(row[0])]


@pytest.mark.parametrize("number", CONDITIONED, ids=lambda n: f"{policy.POLICY[n][0]}-{policy.POLICY[n][1]}")
def test_every_condition_lets_somebody_through_and_stops_somebody(still, number):
    world, truth = still
    verb, role, *conditions = policy.POLICY[number]
    rows = truth.scalars(select(model_of(verb))).unique().all()
    grants = [grant for person in world.people() for grant in person.current_grants
              if role in (Role.ANYONE, grant.role)]
    for condition in conditions:
        answers = {condition.holds(grant, row) for grant in grants for row in rows}
        assert answers == {True, False}, condition


def test_only_investigators_draft_a_request_for_continued_presence():
    assert {who for who, _ in policy.rows("cp_request.draft")} == {Role.INVESTIGATOR}


def test_the_administrator_reads_no_case_and_moves_no_money():
    kinds = {verb.split(".")[0] for verb, who, *_ in policy.POLICY if who is Role.ADMINISTRATOR}
    assert kinds == {"user", "office", "role_grant"}


def test_the_auditor_writes_nothing_about_a_case():
    verbs = {verb.split(".")[1] for verb, who, *_ in policy.POLICY if who is Role.AUDITOR}
    assert verbs <= {"read", "export"}


def test_a_way_speaks_of_the_office_at_most_once():
    """Two office conditions in one row could be met by two different grants."""
    assert all(sum(condition.of == "office_id" for condition in when) <= 1 for _, _, *when in policy.POLICY)


def test_all_seventeen_roles_open_something():
    assert len(ROLES) == 17
    assert {who for _, who, *_ in policy.POLICY} >= set(ROLES) - {Role.CARDHOLDER, Role.PRIVACY_OFFICER}


def test_hidden_and_absent_look_the_same_and_a_role_without_a_row_is_told(world):
    with pytest.raises(NotFound) as hidden:
        find(world.bea, Case, world.rosa.id)
    with pytest.raises(NotFound) as absent:
        find(world.bea, Case, world.ada.id)
    assert str(hidden.value) == str(absent.value)
    with pytest.raises(Forbidden, match="specialist"):
        find(world.uma, Case, world.rosa.id)


@pytest.mark.parametrize("name", ["ivy", "zoe"])
def test_a_role_that_has_run_out_or_was_never_given_opens_nothing(world, name):
    with pytest.raises(Forbidden):
        find(getattr(world, name), Case, world.rosa.id)


@pytest.mark.parametrize("pair", sorted(tuple(sorted(pair)) for pair in INCOMPATIBLE), ids="+".join)
def test_incompatible_roles_are_refused_when_the_second_is_given(world, pair):
    for first, second in (pair, pair[::-1]):
        person = people.create_user(SYSTEM, username=f"{first}-then-{second}", name="Both", password="",
                                    stored=world.ada.password_hash)
        office = {True: world.den, False: None}
        people.give_role(SYSTEM, person, role=Role(first), office=office[Role(first) in OFFICE_BOUND])
        with pytest.raises(Conflict, match="never be"):
            people.give_role(SYSTEM, person, role=Role(second), office=office[Role(second) in OFFICE_BOUND])


def test_a_person_with_two_offices_has_exactly_the_union(world, truth):
    def seen(name):
        ways = policy.ways(getattr(world, name), "case.read")
        return set(truth.scalars(select(Case.id).where(or_(*(way.clause(Case) for way in ways)))))
    assert seen("lou") == seen("sam") | seen("tom")


def test_the_table_can_be_read_aloud():
    assert "| case.read | specialist | on their team |" in policy.as_markdown()
    assert policy.why_not("cp_request.draft").endswith("Who may: investigator (among its members).")
