"""Many values in one parameter find what `IN` finds."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from casework.access.models import Office, RoleGrant, User
from casework.audit.models import AuditEvent
from casework.kernel.db import db, uuid7
from casework.kernel.many import GUESSED, within
from casework.kernel.scope import by_itself
from casework.policy import ROLES


@pytest.fixture
def users(world):
    return list(db.session.scalars(select(User.id)))


def test_the_rows_are_those_of_in(users):
    @given(st.lists(st.sampled_from([*users, *(uuid7() for _ in range(3))]), max_size=12))
    def they_are(ids):
        by_many = db.session.scalars(select(User.id).where(within(User.id, ids)).order_by(User.id)).all()
        assert by_many == db.session.scalars(select(User.id).where(User.id.in_(ids)).order_by(User.id)).all()
    they_are()


@pytest.mark.parametrize("roles", [(), ROLES[:1], ROLES[:6], ROLES])
def test_words_are_found_as_keys_are(world, roles):
    by_many = select(RoleGrant.id).where(within(RoleGrant.role, roles)).order_by(RoleGrant.id)
    one_by_one = select(RoleGrant.id).where(RoleGrant.role.in_(roles)).order_by(RoleGrant.id)
    assert db.session.scalars(by_many).all() == db.session.scalars(one_by_one).all()


def test_numbers_are_found_too(world):
    every = db.session.scalars(select(AuditEvent.id).order_by(AuditEvent.id)).all()
    assert db.session.scalars(select(AuditEvent.id).where(within(AuditEvent.id, every[3:6]))).all() == every[3:6]


def test_a_statement_built_once_takes_others_each_time(users):
    built = select(User.id).where(within(User.id, "ids"))
    for ids in (users[:2], users[2:3], []):
        assert set(db.session.scalars(built, {"ids": ids})) == set(ids)


def test_however_many_they_are_the_statement_is_the_same_text(app):
    def text(count):
        return str(select(Office.id).where(within(Office.id, [uuid7() for _ in range(count)])).compile(db.engine))
    assert text(1) == text(50)


@pytest.mark.parametrize("count", [0, 1, GUESSED - 1, GUESSED, GUESSED + 1])
def test_each_is_found_once_however_few_they_are(world, count):
    """Fewer than PostgreSQL guesses are filled up."""
    verbs = sorted(set(db.session.scalars(select(AuditEvent.verb))))[:count]
    with by_itself("test"):
        found = db.session.scalars(select(AuditEvent.id).where(within(AuditEvent.verb, verbs))).all()
        every = db.session.execute(select(AuditEvent.id, AuditEvent.verb)).all()
    assert sorted(found) == sorted(id for id, verb in every if verb in verbs)


def test_it_may_be_turned_round(users):
    others = db.session.scalars(select(User.id).where(~within(User.id, users[:2]))).all()
    assert set(others) == set(users[2:])
