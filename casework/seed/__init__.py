"""The demo story: a made-up program told by calling the product's own actions, so that its log is complete.

The same story every time for the same end, but for keys, nonces and salts. Nobody in it exists.
"""
from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from ..access.models import Office, User
from ..access.rulebook import publish_packaged
from ..audit import whole
from ..cases import investigation_actions as investigations
from ..cases.investigations import Investigation, Nature
from ..continued_presence.actions import tick as end_grants
from ..kernel.clocks import fiscal_year, fiscal_year_days
from ..kernel.db import at
from ..kernel.system import SYSTEM
from ..policy import OFFICE_BOUND, ROLES, Role
from . import money, needs, presence
from .cast import PASSWORD, Cast
from .timeline import Story, Timeline

CASES = 200
Progress = Iterator[tuple[int, int, str]]


def tell(end: datetime, count: int = CASES) -> Progress:
    """Tell it up to `end`, with `count` cases, into an empty database. Yields how far it has
    come."""
    begin = datetime.combine(fiscal_year_days(fiscal_year(end.date()) - 2)[0], datetime.min.time(), UTC)
    line = Timeline(end, Random(2026))  # noqa: S311  (a story, not a secret)
    with whole():
        with at(begin):
            publish_packaged(SYSTEM)
        cast = Cast(begin)
    yield len(cast.users), len(cast.users), "people"
    treasury, days = money.Treasury(), (end - begin).days
    for year in range(fiscal_year(begin.date()), fiscal_year(end.date()) + 1):
        line.add(money.recorded(cast, treasury, year, begin))
    line.add(_clock(begin))
    for number in range(count):
        opened = begin + timedelta(days=days * (number + 0.5) / count, hours=2 + number % 20)
        line.add(_case(cast, line, treasury, (number, count), opened))
    for reached in line.tell():
        yield min((reached - begin).days, days - 1), days, "days of the program"
    yield days, days, "days of the program"


def _clock(moment: datetime) -> Story:
    """What the system does by itself, once a week: grants that have run out end."""
    while True:
        yield (moment := moment + timedelta(days=7))
        end_grants()


def _case(cast: Cast, line: Timeline, treasury: money.Treasury, place: tuple[int, int], moment: datetime) -> Story:
    """Each third case or so brings an investigation of its own; others hang on an earlier one, or on none."""
    yield moment
    number, count = place
    office = cast.offices[number * 5 % 7 % len(cast.offices)]
    agent = line.chance.choice(cast.of(Role.INVESTIGATOR, office))
    told = needs.opened(cast, line, office, agent, _matter(line, office, agent, number, moment), moment)
    line.add(needs.assessed(told, line, moment))
    if told.matter and told.noncitizen and (line.chance.random() < 0.5 or line.recent(moment, 62)):
        line.add(presence.asked(cast, line, told, moment))
    if line.chance.random() < 0.22 or number >= count - 12:
        line.add(money.needed(cast, line, treasury, told, moment))


def _matter(line: Timeline, office: Office, agent: User, number: int, moment: datetime) -> Investigation | None:
    if line.chance.random() < 0.25 and not line.recent(moment, 62):
        return None
    nature = line.chance.choices(tuple(Nature), weights=(60, 30, 5, 5))[0]
    return investigations.open_investigation(agent, office, number=f"INV-{office.code}-{number + 1:04}", nature=nature)


def sign_ins() -> str:
    """What `make run` prints: one line per role."""
    lines = (f"  {role:<22} {'Denver' if role in OFFICE_BOUND else 'all offices'}" for role in ROLES)
    return "\n".join((f"Sign in as any of these. The password of all is: {PASSWORD}", *lines))
