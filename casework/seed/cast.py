"""Who plays: six offices and about sixty people in all seventeen roles. Every name is made up."""
from __future__ import annotations

from datetime import datetime

from ..access import actions as people
from ..access.models import Office, User
from ..access.passwords import hashed
from ..kernel.db import at
from ..kernel.system import SYSTEM
from ..policy import OFFICE_BOUND, ROLES, Role

PASSWORD = "a demo sentence, known to all"
OFFICES = (("DEN", "Denver", "America/Denver"), ("MIA", "Miami", "America/New_York"),
           ("LAX", "Los Angeles", "America/Los_Angeles"), ("HOU", "Houston", "America/Chicago"),
           ("SEA", "Seattle", "America/Los_Angeles"), ("NYC", "New York", "America/New_York"))
FIRST = ("Alex", "Bo", "Casey", "Dana", "Eli", "Frankie", "Gale", "Harper", "Indy", "Jo", "Kai", "Lee", "Max", "Nico",
         "Oakley", "Pat", "Quinn", "Robin", "Sam", "Toni", "Uri", "Val", "Wren", "Xen", "Yuri", "Zan")
LAST = ("Example", "Placeholder", "Mockman", "Sample", "Specimen", "Testwell")
NATIONAL = {Role.AGENCY_COORDINATOR: 2, Role.CP_REVIEWER: 2, Role.CP_OFFICIAL: 2, Role.ESCALATION_AUTHORITY: 1,
            Role.PROGRAM_HQ: 3, Role.BUDGET_OFFICER: 3, Role.CERTIFYING_OFFICER: 2, Role.PAYMENT_RECORDER: 2,
            Role.AUDITOR: 2, Role.PRIVACY_OFFICER: 1, Role.ADMINISTRATOR: 1}
EXTRA = {Role.SPECIALIST: 5, Role.INVESTIGATOR: 2}


class Cast:
    """Everybody, by role and office. `of(role, office)` are those who hold it there, the role's own name first."""

    def __init__(self, begin: datetime) -> None:
        self.offices: list[Office] = []
        self.users: dict[str, User] = {}
        self._held: dict[tuple[Role, str], list[User]] = {}
        self._stored = hashed(PASSWORD)
        with at(begin):
            self.offices = [people.create_office(SYSTEM, code=code, name=name, timezone=zone)
                            for code, name, zone in OFFICES]
            self._enter(Role.ADMINISTRATOR, None)
            for role in ROLES:
                self._fill(role)

    def of(self, role: Role, office: Office | None = None) -> list[User]:
        return self._held[role, office.code if office else ""]

    def one(self, role: Role, office: Office | None = None) -> User:
        return self.of(role, office)[0]

    def _fill(self, role: Role) -> None:
        if role in OFFICE_BOUND:
            for office in self.offices:
                self._enter(role, office)
            for office in self.offices[1:1 + EXTRA.get(role, 0)]:
                self._enter(role, office)
        else:
            for _ in range(NATIONAL[role] - (role is Role.ADMINISTRATOR)):
                self._enter(role, None)

    def _enter(self, role: Role, office: Office | None) -> User:
        nth = sum(len(held) for (of, _), held in self._held.items() if of is role) + 1
        number = len(self.users)
        name = f"{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST) % len(LAST)]}"
        by = self.users.get(Role.ADMINISTRATOR, SYSTEM)
        user = people.create_user(by, username=f"{role}.{nth}" if nth > 1 else role, name=name, password="",
                                  stored=self._stored, demo=True)
        people.give_role(by, user, role=role, office=office, document=f"Designation {number + 1:03} (demo)")
        self.users[user.username] = user
        self._held.setdefault((role, office.code if office else ""), []).append(user)
        return user
