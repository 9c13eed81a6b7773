"""People and what they hold, by page and by API."""
import pytest

from casework.access.models import RoleGrant, User

NEW = {"name": "Nia Placeholder", "username": "Nia", "password": "a first plain sentence"}


@pytest.fixture
def root(browser):
    client = browser("root")
    client.send = lambda url, **data: client.post(url, data={"csrf_token": client.token, **data})
    return client


def test_who_am_i(machine):
    me = machine("ada").get("/api/v1/me").json
    assert me["username"] == "ada"
    assert [(held["role"], held["office"]) for held in me["roles"]] == [("specialist", "DEN")]


def test_the_offices_are_known_to_everybody(machine):
    offices = machine("uma").get("/api/v1/offices").json["items"]
    assert [(office["code"], office["timezone"]) for office in offices][:2] == [
        ("DEN", "America/Denver"), ("MIA", "America/New_York")]


def test_people_are_found_by_the_role_they_hold_now(machine, world):
    supervisors = machine("ada").get("/api/v1/people?role=program_supervisor&office=DEN").json["items"]
    names = {person["username"] for person in supervisors}
    assert {"lou", "sam"} <= names
    assert not {"tom", "ivy", "ada"} & names  # Ivy's role has run out
    in_miami = machine("ada").get("/api/v1/people?role=program_supervisor&office=mia").json["items"]
    assert [person["username"] for person in in_miami] == ["lou", "tom"]


def test_people_come_by_pages(machine):
    client, seen, after = machine("ada"), [], ""
    while after is not None:
        page = client.get(f"/api/v1/people?limit=10&sort=username{'&after=' + after if after else ''}").json
        seen += [person["username"] for person in page["items"]]
        after = page["next"]
    assert seen == sorted(seen)
    assert len(seen) == len(set(seen)) > 30


@pytest.mark.parametrize("query", ["role=king", "sort=password_hash", "limit=500", "colour=red", "after=nonsense"])
def test_what_cannot_be_asked_is_refused(machine, query):
    answer = machine("ada").get(f"/api/v1/people?{query}")
    assert answer.status_code == 422
    assert answer.json["errors"].keys() == {query.split("=")[0]}


def test_nothing_secret_is_told_of_people(machine):
    text = machine("root").get("/api/v1/people?limit=200").text
    assert "argon2" not in text
    assert "password" not in text


def test_the_administrator_adds_a_person_and_gives_a_role(root, world, truth):
    added = root.send("/people/new", **NEW)
    user = truth.query(User).filter_by(username="nia").one()
    assert added.location == f"/people/{user.id}"
    truth.commit()
    given = root.send(added.location, role="specialist", office_id=str(world.den.id), document="Letter 7")
    assert given.status_code == 303
    grant = truth.query(RoleGrant).filter_by(document="Letter 7").one()
    assert (grant.role, grant.office_id, grant.document, grant.until) == ("specialist", world.den.id, "Letter 7", None)
    page = root.get(added.location).text
    assert "Specialist, Denver" in page
    assert "End this role" in page


def test_the_same_by_api(machine, world, truth):
    client = machine("root")
    added = client.post("/api/v1/people", json=NEW)
    assert added.status_code == 201
    given = client.post(f"/api/v1/people/{added.json['id']}/roles",
                        json={"role": "auditor", "document": "Letter 8", "until_on": "2099-12-31"})
    assert given.status_code == 201
    assert given.json["until"].startswith("2100-01-01T04:59:59")  # the end of the day at headquarters
    assert client.post(f"/api/v1/role-grants/{given.json['id']}/end").status_code == 204
    assert client.post(f"/api/v1/role-grants/{given.json['id']}/end").status_code == 409


def test_an_incompatible_role_is_refused_beside_the_field(root, machine, world, truth):
    page = root.send(f"/people/{world.olga.id}", role="program_hq")
    said = "A investigator may never be program hq as well."
    assert page.status_code == 409
    assert page.text.count(said) == 2  # in the summary and beside the field
    assert 'id="role-error"' in page.text
    by_api = machine("root").post(f"/api/v1/people/{world.olga.id}/roles", json={"role": "program_hq"})
    assert by_api.status_code == 409
    assert by_api.json["errors"] == {"role": [said]}
    assert truth.query(RoleGrant).filter_by(user_id=world.olga.id).count() == 1


@pytest.mark.parametrize(("role", "office", "said"), [
    ("specialist", False, "This role is held in one office."),
    ("auditor", True, "This role is held everywhere, not in one office."),
])
def test_an_office_is_named_where_the_role_has_one(root, world, role, office, said):
    answer = root.send(f"/people/{world.zoe.id}", role=role, office_id=str(world.den.id) if office else "")
    assert answer.status_code == 422
    assert said in answer.text


def test_nobody_gives_themselves_a_role(root, world):
    answer = root.send(f"/people/{world.root.id}", role="program_hq")
    assert answer.status_code == 409
    assert "Nobody gives a role to themselves." in answer.text


def test_a_name_that_is_taken_is_refused_and_nothing_typed_is_lost(root):
    answer = root.send("/people/new", **{**NEW, "username": "ADA"})
    assert answer.status_code == 422
    assert "Somebody already signs in with this name." in answer.text
    assert "Nia Placeholder" in answer.text


def test_a_role_that_ended_no_longer_opens_anything(root, browser, world, truth):
    ada = browser("ada")
    grant = truth.query(RoleGrant).filter_by(user_id=world.ada.id).one()
    assert ada.get("/api/v1/cases").status_code == 200
    assert root.send(f"/role-grants/{grant.id}/end").location == f"/people/{world.ada.id}"
    assert ada.get("/api/v1/cases").status_code == 403


def test_who_leaves_is_signed_out_everywhere(root, browser, world):
    ada = browser("ada")
    root.send(f"/people/{world.ada.id}/disable")
    assert ada.get("/me").status_code == 303
    assert "Can no longer sign in" in root.get(f"/people/{world.ada.id}").text


@pytest.mark.parametrize("name", ["ada", "sam", "hana", "bud"])
def test_only_administrators_and_auditors_see_who_holds_what(browser, name, world):
    client = browser(name)
    for url in ("/people", f"/people/{world.ada.id}"):
        answer = client.get(url)
        assert answer.status_code == 403
        assert "administrator" in answer.text


def test_the_auditor_sees_roles_and_changes_none(browser, world):
    uma = browser("uma")
    assert "Give a role" not in uma.get(f"/people/{world.ada.id}").text
    sent = {"csrf_token": uma.token, "role": "specialist", "office_id": str(world.mia.id)}
    assert uma.post(f"/people/{world.ada.id}", data=sent).status_code == 403
    assert uma.get("/people/new").status_code == 403


def test_the_list_of_people_filters_and_sorts_in_the_address(root):
    page = root.get("/people?role=specialist&office=DEN&sort=-name").text
    assert page.index("Max Example") < page.index("Ada Example")
    assert "Bea Example" not in page
