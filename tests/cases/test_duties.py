"""What is due in a case."""
from datetime import timedelta

from casework.cases import actions, duties
from casework.kernel.db import at


def owed(app, who, case=None):
    with app.test_request_context():
        return [duty for duty in duties.duties(who, case) if duty.what == "Record the notice to HHS"]


def test_the_notice_waits_for_those_who_may_record_it(app, world, child):
    assert [duty.case_number for duty in owed(app, world.abe)] == [child.number]
    assert [duty.case_number for duty in owed(app, world.sam)] == [child.number]
    assert [duty for name in ("ada", "bea", "ned", "hana", "bud") for duty in owed(app, getattr(world, name))] == []


def test_it_says_when_and_why_and_leads_there(app, world, child):
    duty, = owed(app, world.abe, child)
    assert duty.due_at == child.discovered_at + timedelta(hours=24)
    assert "24 hours" in duty.rule
    assert "22 USC 7105(b)(1)(H)" in duty.rule
    assert duty.url == f"/cases/{child.id}/hhs-notices"


def test_a_closed_case_still_owes_it(app, world, child):
    actions.close(world.abe, child, reason="moved", checklist=dict.fromkeys(actions.CHECKLIST, True))
    assert owed(app, world.abe)


def test_duties_come_soonest_first(app, world, child):
    with at(child.opened_at):
        later = actions.open_case(world.abe, world.den, referral_source="self", under_18=True,
                                  discovered_at=child.discovered_at + timedelta(hours=1))
    assert [duty.case_number for duty in owed(app, world.abe)] == [child.number, later.number]
