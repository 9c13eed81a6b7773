"""How fast a fiscal year's money goes: what was available at each month's start, even use, and how long it lasts."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, select

from ..kernel.clocks import fiscal_year_days, local_day, months_after, start_of_day
from ..kernel.db import db, now
from ..kernel.rulebook import HEADQUARTERS, today
from ..kernel.scope import rules
from .holdings import FundYear
from .models import NOTHING, Account, Fund, Movement

LEFT, RIGHT, TOP, BOTTOM = 70, 900, 20, 250
LINES = 5


@dataclass(frozen=True)
class Point:
    """What was available at the end of a day, and what even use of the allotment would have left."""

    on: date
    available: Decimal
    even: Decimal
    x: float
    y: float

    @property
    def difference(self) -> Decimal:
        return self.available - self.even


@dataclass(frozen=True)
class Burn:
    """The chart: its points, the grid, and the projection where there is one."""

    points: list[Point]
    months: list[tuple[float, float, str]]
    grid: list[tuple[float, Decimal]]
    lasts_until: date | None
    until_x: float
    ends_on: date
    used: Decimal
    even_y: float

    @property
    def real(self) -> str:
        return " ".join(f"{point.x:.1f},{point.y:.1f}" for point in self.points)

    @property
    def runs_out(self) -> bool:
        return self.lasts_until is not None and self.lasts_until < self.ends_on

    @property
    def even_label(self) -> tuple[float, float]:
        """Where the words about even use stand: above its line, past the middle."""
        start = self.points[0]
        x = (start.x + RIGHT) / 2 + 40
        return x, self.even_y + (BOTTOM - self.even_y) * (x - start.x) / (RIGHT - start.x) - 12

    @property
    def label_y(self) -> float:
        """Where the words about today stand: above the point, or below where there is no room."""
        last = self.points[-1]
        return last.y - 14 if last.y > TOP + 30 else last.y + 28


def burn(fund: Fund, year: FundYear) -> Burn | None:
    """None for a year in which nothing is allotted, or that has not begun."""
    allotted = sum((office.allotted for office in year.offices), NOTHING)
    first, last = _from(fund, year.fiscal_year), fiscal_year_days(year.fiscal_year)[1]
    until = min(today(), last)
    if allotted <= 0 or until < first or first >= last:
        return None
    days = [day for at in range(12) if (day := months_after(first, at)) < until]
    held = _available(fund, year.fiscal_year, [*days, until])
    scale = _Scale(fiscal_year_days(year.fiscal_year)[0], last, max([allotted, *held]))
    points = [Point(day, amount, scale.even(day, allotted, first), scale.x(day), scale.y(amount))
              for day, amount in zip([*days, until], held, strict=True)]
    lasts = _lasts(allotted - held[-1], held[-1], first, until) if until < last else None
    return Burn(points, scale.months(), scale.grid(), lasts, scale.x(min(lasts, last)) if lasts else 0.0, last,
                allotted - held[-1], scale.y(allotted))


def _from(fund: Fund, year: int) -> date:
    """The first day on which an office had any of it, in that year."""
    with rules("burn"):
        at = db.session.scalar(select(func.min(Movement.at)).where(
            Movement.fund_id == fund.id, Movement.fiscal_year == year, Movement.target == Account.AVAILABLE))
    first = fiscal_year_days(year)[0]
    return max(first, local_day(at, HEADQUARTERS)) if at else first


def _available(fund: Fund, year: int, days: list[date]) -> list[Decimal]:
    """What all offices together could still spend at the end of each day, in one query."""
    signed = case((Movement.target == Account.AVAILABLE, Movement.amount), else_=-Movement.amount)
    sums = [func.sum(case((Movement.at < start_of_day(day + timedelta(days=1), HEADQUARTERS), signed), else_=NOTHING))
            for day in days]
    row: Any = db.session.execute(select(*sums).where(
        Movement.fund_id == fund.id, Movement.fiscal_year == year,
        (Movement.target == Account.AVAILABLE) | (Movement.source == Account.AVAILABLE))).one()
    return [amount or NOTHING for amount in row]


def _lasts(used: Decimal, left: Decimal, first: date, until: date) -> date | None:
    """The day on which nothing is left if it goes on like this; None where nothing was used yet."""
    gone = (until - first).days + 1
    if used <= 0:
        return None
    return until + timedelta(days=min(int(left / used * gone), 36_500))


def lasts(office: Any, year: int) -> date | None:
    """The same for one office, from what it was allotted and still has."""
    first, last = fiscal_year_days(year)
    until = local_day(now(), HEADQUARTERS)
    if not first <= until < last:
        return None
    left = office.amounts[Account.AVAILABLE]
    return _lasts(office.allotted - left, left, first, until)


@dataclass(frozen=True)
class _Scale:
    first: date
    last: date
    most: Decimal

    def x(self, day: date) -> float:
        return LEFT + (RIGHT - LEFT) * (day - self.first).days / (self.last - self.first).days

    def y(self, amount: Decimal) -> float:
        return BOTTOM - (BOTTOM - TOP) * float(amount / self.top)

    @property
    def top(self) -> Decimal:
        step = Decimal(1)
        while step * LINES < self.most:
            step *= 2 if str(int(step))[0] in "15" else Decimal("2.5")
        return step * LINES

    def even(self, day: date, allotted: Decimal, since: date) -> Decimal:
        gone = Decimal((day - since).days) / Decimal((self.last - since).days)
        return (allotted * (1 - gone)).quantize(Decimal("0.01"))

    def months(self) -> list[tuple[float, float, str]]:
        """Where each month begins, where its name stands, its name."""
        starts = [months_after(self.first, at) for at in range(12)]
        return [(self.x(day), (self.x(day) + min(self.x(months_after(day, 1)), RIGHT)) / 2, f"{day:%b}")
                for day in starts]

    def grid(self) -> list[tuple[float, Decimal]]:
        return [(self.y(self.top * at / LINES), self.top * at / LINES) for at in range(LINES + 1)]
