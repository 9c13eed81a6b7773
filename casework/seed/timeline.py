"""Many stories told side by side, in the order in which their moments come.

A story is a generator: it yields the moment at which it goes on, and what it does until its next yield is done then.
"""
from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random

from ..audit import whole
from ..kernel.clocks import is_working_day
from ..kernel.db import at

Story = Iterator[datetime]
BATCH = 60  # deeds of one transaction: an early failure costs little, and the disk is asked seldom


class Timeline:
    """Told until `end` and no further: whatever would come later stays as it stands then."""

    def __init__(self, end: datetime, chance: Random) -> None:
        self.end, self.chance = end, chance
        self._waiting: list[tuple[datetime, int, Story]] = []
        self._order = count()

    def recent(self, moment: datetime, days: int) -> bool:
        """So close to the end that a story may well stand in its middle."""
        return moment > self.end - timedelta(days=days)

    def add(self, story: Story) -> None:
        """This story begins at the first moment that it yields."""
        moment = next(story, None)
        if moment is not None and moment <= self.end:
            heappush(self._waiting, (moment, next(self._order), story))

    def tell(self) -> Iterator[datetime]:
        """Tell everything, a transaction per batch; yields the moment each batch has reached."""
        while self._waiting:
            with whole():
                for _ in range(BATCH):
                    if not self._waiting:
                        break
                    moment, _, story = heappop(self._waiting)
                    with at(moment):
                        self.add(story)
            yield moment

    def later(self, moment: datetime, days: float) -> datetime:
        """About so many days on, at an hour when people work (any hour when it is a matter of hours)."""
        if days < 1:
            return moment + timedelta(days=days, minutes=self.chance.randrange(1, 40))
        then = moment + timedelta(days=days * self.chance.uniform(0.6, 1.4))
        while not is_working_day(then.date()):
            then += timedelta(days=1)
        return then.replace(hour=15 + self.chance.randrange(7), minute=self.chance.randrange(60), second=0)
