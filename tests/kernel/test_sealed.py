from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import LargeBinary, create_engine, inspect, select, text, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from casework.kernel import crypto
from casework.kernel.crypto import Key, Unreadable, seal
from casework.kernel.sealed import Envelope, OptionalEnvelope, Sealed, SealedDay, SealedJson

KEY = Key(1, b"k" * 32)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


class Base(DeclarativeBase):
    pass


class Row(Base):
    __abstract__ = True

    def __init__(self, **words):
        super().__init__(**{"id": uuid4(), **words})

    def own_key(self) -> Key:
        return KEY


class Letter(Row):
    __tablename__ = "letter"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    writer_sealed: Mapped[Envelope]
    reader_sealed: Mapped[OptionalEnvelope]
    posted_sealed: Mapped[OptionalEnvelope]
    born_sealed: Mapped[OptionalEnvelope]
    answers_sealed: Mapped[OptionalEnvelope]

    writer = Sealed()
    reader = Sealed(optional=True)
    posted = SealedDay(optional=True)
    born = SealedDay()
    answers = SealedJson(optional=True)


class Parcel(Row):
    __tablename__ = "parcel"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    writer_sealed: Mapped[Envelope]

    writer = Sealed()


@pytest.fixture(autouse=True)
def told(monkeypatch):
    heard = []
    monkeypatch.setattr(crypto, "on_unreadable", [lambda place, why: heard.append(str(place))])
    return heard


@pytest.fixture
def session():
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine, expire_on_commit=False) as session:
        yield session
    engine.dispose()


@given(clear=st.text() | st.sampled_from(["", "\0", "Rosa\0Example", "🌹👩‍👧", "نور", "x" * 10_000]))
def test_any_text_comes_back_as_it_was(clear):
    letter = Letter(writer=clear, reader=clear)
    assert (letter.writer, letter.reader) == (clear, clear)
    assert letter.writer_sealed != letter.reader_sealed


@given(day=st.dates())
def test_any_day_comes_back_as_it_was(day):
    assert Letter(posted=day).posted == day


@given(answers=JSON)
def test_any_structure_comes_back_as_it_was(answers):
    letter = Letter(answers=answers)
    assert letter.answers == answers
    assert (letter.answers_sealed is None) == (answers is None)


def test_nothing_stays_null_where_nothing_is_allowed(session):
    letter = Letter(writer="Rosa", reader=None)
    session.add(letter)
    session.commit()
    assert session.execute(text("SELECT reader_sealed, posted_sealed, answers_sealed FROM letter")).one() == (None,) * 3
    assert (letter.reader, letter.posted, letter.answers) == (None, None, None)
    assert Letter.reader.open(KEY, letter.id, None) is None
    letter.reader = "Ana"
    letter.reader = None
    assert letter.reader_sealed is None


def test_an_empty_text_is_not_nothing():
    letter = Letter(reader="")
    assert letter.reader_sealed is not None
    assert letter.reader == ""


def test_nothing_is_refused_where_something_must_be(told):
    letter = Letter()
    with pytest.raises(TypeError, match="writer_sealed needs a value"):
        letter.writer = None
    with pytest.raises(Unreadable, match="there is nothing"):
        letter.writer  # noqa: B018
    assert told == [f"letter.writer_sealed of {letter.id}"]


def test_the_columns_are_private_bytes_and_may_be_null_only_if_optional():
    columns = Letter.__table__.columns
    assert all(isinstance(columns[name].type, LargeBinary) and columns[name].info["private"] for name in (
        "writer_sealed", "reader_sealed"))
    assert (columns.writer_sealed.nullable, columns.reader_sealed.nullable) == (False, True)


def test_what_is_stored_is_sealed_and_opens_in_a_column_select(session):
    session.add(Letter(writer="Rosa Example", born=date(2001, 2, 3)))
    session.commit()
    stored = session.execute(select(Letter.id, Letter.writer_sealed, Letter.born_sealed)).one()
    assert b"Rosa" not in stored.writer_sealed
    assert Letter.writer.open(KEY, stored.id, stored.writer_sealed) == "Rosa Example"
    assert Letter.born.open(KEY, stored.id, stored.born_sealed) == date(2001, 2, 3)


def test_writing_the_same_again_changes_nothing(session):
    letter = Letter(writer="Rosa", reader="", posted=date(2026, 1, 2), answers={"a": [1], "b": "é"})
    session.add(letter)
    session.commit()
    letter.writer, letter.reader, letter.posted, letter.answers = "Rosa", "", date(2026, 1, 2), {"b": "é", "a": [1]}
    assert not inspect(letter).modified


@pytest.mark.parametrize(("name", "before", "after"), [
    ("writer", "Rosa", "Rosa "), ("reader", None, ""), ("reader", "", None),
    ("posted", date(2026, 1, 2), date(2026, 2, 1)),
    ("answers", {"a": 1}, {"a": True}), ("answers", [1], [1.0]), ("answers", None, []),
])
def test_writing_something_else_is_a_change(session, name, before, after):
    letter = Letter(**{"writer": "Rosa", name: before})
    session.add(letter)
    session.commit()
    setattr(letter, name, after)
    assert session.is_modified(letter)
    assert getattr(letter, name) == after


def test_a_structure_is_read_as_a_copy():
    letter = Letter(answers={"notes": []})
    letter.answers["notes"].append("lost")
    assert letter.answers == {"notes": []}


def test_a_ciphertext_opens_in_no_other_row_column_or_table(told):
    first, second, parcel = Letter(writer="Rosa", reader="Ana"), Letter(writer="Nour"), Parcel(writer="Ana")
    twin = Parcel(id=first.id, writer="Rosa")
    for other in (second.writer_sealed, first.reader_sealed, parcel.writer_sealed, twin.writer_sealed):
        first.writer_sealed = other
        with pytest.raises(Unreadable):
            first.writer  # noqa: B018
    assert told == [f"letter.writer_sealed of {first.id}"] * 4


def test_what_cannot_be_read_is_not_overwritten_either(told):
    letter, other = Letter(writer="Rosa"), Letter(writer="Nour")
    letter.writer_sealed = other.writer_sealed
    with pytest.raises(Unreadable):
        letter.writer = "Ana"
    assert letter.writer_sealed == other.writer_sealed
    assert told


def test_tampering_in_the_database_is_refused_on_reading(session, told):
    letter = Letter(writer="Rosa")
    session.add(letter)
    session.commit()
    whole = letter.writer_sealed
    for damage in (b"", whole[:20], whole + b"\0", b"\x02" + whole[1:]):
        session.execute(update(Letter).values(writer_sealed=damage))
        session.refresh(letter)
        with pytest.raises(Unreadable):
            letter.writer  # noqa: B018
    assert len(told) == 4


@pytest.mark.parametrize(("name", "wrong"), [
    ("writer", b"\xff"), ("born", b"yesterday"), ("born", b"2026-13-01"), ("answers", b"{"), ("answers", b"\xff"),
])
def test_bytes_of_another_kind_are_unreadable_not_a_crash(name, wrong):
    letter = Letter()
    column = getattr(Letter, name)
    setattr(letter, column.column, seal(KEY, column.place(letter.id), wrong))
    with pytest.raises(Unreadable, match="not what this column holds"):
        getattr(letter, name)


@pytest.mark.parametrize(("name", "unfit", "error"), [
    ("born", datetime(2026, 1, 2, tzinfo=UTC), TypeError), ("answers", float("nan"), ValueError),
    ("answers", {date(2026, 1, 2)}, TypeError), ("writer", "\ud800", UnicodeEncodeError),
])
def test_what_could_not_come_back_is_not_taken_in(name, unfit, error):
    letter = Letter(writer="Rosa")
    with pytest.raises(error):
        setattr(letter, name, unfit)
    assert letter.writer == "Rosa"


def test_text_written_over_the_envelope_by_hand_is_refused():
    letter = Letter(writer="Rosa")
    letter.writer_sealed = "Rosa Example, typed into the column by hand"
    with pytest.raises(Unreadable):
        letter.writer  # noqa: B018


def test_a_sealed_name_without_its_column_is_noticed_at_once():
    class Forgotten(Row):
        __tablename__ = "forgotten"
        id: Mapped[UUID] = mapped_column(primary_key=True)
        writer = Sealed()

    with pytest.raises(AttributeError, match="writer_sealed"):
        Forgotten(writer="Rosa")
