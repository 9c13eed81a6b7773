"""How rows of the policy become clauses: together where one grant meets them all the same, apart where it would not."""
from __future__ import annotations

import pytest

from casework.access import walls
from casework.access.models import RoleGrant
from casework.access.wall_rights import adding, changes, changing, holding, reading
from casework.access.wall_words import clauses_of
from casework.cases.models import Case
from casework.kernel.conditions import ME, MY_OFFICE, among, differs, not_among, same

HERE, OF_THE_TEAM, THEIR_OFFICES = same("office_id", MY_OFFICE), among("team", ME), among("team", MY_OFFICE)


def test_roles_with_the_same_conditions_are_one_clause():
    [clause] = clauses_of({(HERE,): ["specialist", "auditor"]}, Case)
    assert "'{auditor,specialist}'" in clause


def test_two_offices_in_one_row_are_refused_since_two_grants_could_meet_one_each():
    with pytest.raises(TypeError, match="two offices"):
        clauses_of({(HERE, THEIR_OFFICES): ["specialist"]}, Case)
    assert len(clauses_of({(HERE, OF_THE_TEAM): ["specialist"], (HERE,): ["auditor"]}, Case)) == 2


def test_where_a_role_is_compared_each_role_stands_by_itself():
    """Of two roles together one grant could lend the role, and the other the office."""
    apart = clauses_of({(same("role", "role"), HERE): ["specialist", "auditor"]}, RoleGrant)
    assert sorted("'{auditor}'" in clause for clause in apart) == [False, True]
    assert sorted("'{specialist}'" in clause for clause in apart) == [False, True]


def test_a_role_that_always_may_is_not_asked_for_conditions_as_well():
    always, here = clauses_of({(): ["auditor"], (HERE,): ["auditor", "specialist"]}, Case)
    assert "auditor" in always and "auditor" not in here and "specialist" in here


@pytest.mark.parametrize("condition", [differs("office_id", MY_OFFICE), not_among("team", MY_OFFICE)])
def test_only_people_are_kept_out_never_their_offices(condition):
    with pytest.raises(TypeError, match="can only part people"):
        clauses_of({(condition,): ["specialist"]}, Case)


def test_what_triggers_keep_is_added_and_changed_by_nobody():
    known = walls.models()
    assert adding(known["balance"], known) == changing(known["balance"]) == ""


def test_of_several_parents_the_first_that_is_there_counts():
    """Else whoever may change a fund could move the money of a request that is not theirs."""
    known = walls.models()
    added = adding(known["movement"], known)
    assert """"movement"."disbursement_id" IS NULL AND "movement"."verb" = 'allot' AND wall.does_fund_allot(""" in added
    assert """("movement"."verb" = 'allot'""" not in added


@pytest.mark.parametrize("table", ["contact", "identity"])
def test_where_the_policy_speaks_of_a_record_its_parent_is_not_asked_who_may_change_it(table):
    known = walls.models()
    assert "wall.follows_person" in adding(known[table], known)
    assert changes(known[table]) and "wall.follows_person" not in "".join(changes(known[table]))


BY_ITSELF = {
    "person": "its key is destroyed", "person_key": "keys are turned and destroyed", "identity": "the search index is turned",
    "contact": "the search index is turned", "cp_grant": "it ends by the clock", "audit_unfolded": "how far the trail is read",
}


def test_casework_itself_changes_these_tables_and_no_other():
    known = walls.models()
    assert {name for name, model in known.items() if "wall.system()" in changing(model)} == set(BY_ITSELF)


FEW = 6


def test_no_policy_of_a_table_is_long_since_every_statement_plans_and_sets_up_all_of_it():
    """With every deed to a request written out, a signature was planned for ten milliseconds. What may be asked in many
    ways stands in a function, of which only what is come to is planned."""
    known = walls.models()
    long = {(name, words.count("(SELECT")) for name, model in known.items()
            for words in (reading(model, known), adding(model, known), changing(model), holding(model))
            if words.count("(SELECT") > FEW}
    assert not long
    assert len(changes(known["disbursement"])) > FEW and "OR" not in changing(known["disbursement"])


def test_a_view_of_a_link_names_each_role_once():
    views = [statement for statement in walls.statements() if statement.startswith("CREATE VIEW wall.in_")]
    named = [statement.rpartition("'{")[2].partition("}'")[0].split(",") for statement in views if "'{" in statement]
    assert len(named) > 3 and all(len(roles) == len(set(roles)) for roles in named)
