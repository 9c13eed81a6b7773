"""What looks as if it stayed beside a given record, and does not: refused like any other way round."""
from __future__ import annotations

import pytest

from tests.access.around import refused

pytestmark = [pytest.mark.parametrize("copy", ["sqlite"], indirect=True),
              pytest.mark.filterwarnings("ignore:SELECT statement has a cartesian product"),
              pytest.mark.filterwarnings("ignore:The `objects` parameter")]

WAYS_ROUND = {
    "alike in its state": "other = aliased(Case); session.scalars(select(other.number).join(Case, other.state == Case.state).where(Case.id == theirs)).all()",
    "alike in its office": "other = aliased(Case); session.scalars(select(other.number).join(Case, other.office_id == Case.office_id).where(Case.id == theirs)).all()",
    "in an office of it": "other = aliased(Case); session.scalars(select(Case.number).where(Case.office_id.in_(select(other.office_id).where(other.id == theirs)))).all()",
    "alike, in an outer join": "other = aliased(Case); session.execute(select(User.username, other.number).select_from(User).outerjoin("
        "Case, Case.id == theirs).outerjoin(other, other.office_id == Case.office_id)).all()",
    "alike, again and again": "other = aliased(Case); c = select(Case.number, Case.office_id).where(Case.id == theirs).cte(recursive=True); "
        "c = c.union(select(other.number, other.office_id).join(c, other.office_id == c.c.office_id)); session.execute(select(c.c.number)).all()",
    "another table's columns, scoped": "session.scalars(queries.scoped(session.get(User, me), 'case.read', Case, Identity.id)).all()",
    "what was scoped, with other columns": "session.execute(queries.scoped(session.get(User, me), 'case.read', Case).with_only_columns("
        "Contact.id, maintain_column_froms=False).select_from(Contact)).all()",
    "another value for its parameter": "session.scalars(select(Case.number).where(Case.id == theirs), {'id_1': hidden}).all()",
    "another value in a list": "session.scalars(select(Case.number).where(Case.id == bindparam('x', theirs)), [{'x': hidden}]).all()",
    "a light table": "from sqlalchemy.sql import table as t, column\nsession.execute(select(Case.number, t('identity', column('id')).c.id).where(Case.id == theirs)).all()",
    "a light table inside": "from sqlalchemy.sql import table as t, column\ni = t('case', column('number')); "
        "session.scalars(select(select(func.group_concat(i.c.number)).scalar_subquery()).where(Case.id == theirs)).all()",
    "a window over all": "sub = select(Case.id, func.group_concat(Case.number).over().label('e')).subquery(); session.scalars(select(sub.c.e).where(sub.c.id == theirs)).all()",
    "groups of others": "sub = select(Case.id, func.group_concat(Case.number).label('e')).group_by(Case.office_id).subquery(); session.execute(select(sub.c.e).where(sub.c.id == theirs)).all()",
    "the first few": "sub = select(Case.id, Case.number).limit(5).subquery(); session.execute(select(sub.c.number).where(sub.c.id == theirs)).all()",
    "two levels inside": "inner = select(func.group_concat(Case.number)).where(Note.case_id == theirs).scalar_subquery(); "
        "mid = select(inner).select_from(Office).limit(1).scalar_subquery(); session.execute(select(Case.number, mid).where(Case.id == theirs)).all()",
    "words at the end": "session.scalars(select(Case.number).where(Case.id == theirs).suffix_with(text('OR 1=1'))).all()",
    "words at the beginning": "session.execute(select(Case.number).where(Case.id == theirs).prefix_with('(select count(*) from identity), ')).all()",
    "a hint": "session.scalars(select(Case.number).where(Case.id == theirs).with_statement_hint('OR 1=1')).all()",
    "an operator of its own": "session.scalars(select(Case.number).where(Case.id == theirs, Case.number.op('IS NOT NULL OR 1 =')(1))).all()",
    "after a flush without work": "from casework.kernel.db import uuid7\nwith session.no_autoflush:\n"
        " session.add(SignInFailure(id=uuid7(), account='a', address='b')); session.flush([session.get(Case, theirs)]); session.scalars(select(Case.number)).all()",
    "a trigger that goes": "session.connection().execute(text('DROP TRIGGER audit_event_no_delete'))",
    "a table by another name": "session.connection().execute(text('ALTER TABLE \"case\" RENAME TO refusal_count'))",
}


@pytest.mark.parametrize("way", WAYS_ROUND)
def test_a_way_round_is_refused(given, copy, way):
    refused(WAYS_ROUND[way], given, copy)
