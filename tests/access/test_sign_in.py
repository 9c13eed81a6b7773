"""Coming in, going out, one's own account."""
import pytest
from sqlalchemy import update

from casework.access.models import SignIn
from casework.audit.models import AuditEvent
from casework.kernel.db import db
from tests.world import PASSWORD


@pytest.fixture
def stranger(app):
    return app.test_client()


def token_in(answer):
    return answer.text.split('name="csrf_token" value="')[1].split('"')[0]


def come_in(client, username="ada", password=PASSWORD, next="/me"):
    page = client.get("/sign-in", query_string={"next": next})
    sent = {"csrf_token": token_in(page), "username": username, "password": password, "next": next}
    return client.post("/sign-in", data=sent)


def test_the_right_password_opens_the_page_that_was_asked_for(stranger, world):
    asked = stranger.get("/me")
    assert asked.status_code == 303
    assert asked.location == "/sign-in?next=/me"
    came = come_in(stranger)
    assert (came.status_code, came.location) == (303, "/me")
    page = stranger.get("/me")
    assert page.status_code == 200
    assert "Ada Example" in page.text
    assert "Specialist, Denver" in page.text


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/x", "/\\example.org", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site(stranger, world, elsewhere):
    assert come_in(stranger, next=elsewhere).location == "/"


@pytest.mark.parametrize(("username", "password"), [("ada", "not the right sentence"), ("nobody", PASSWORD)])
def test_every_wrong_try_is_answered_the_same_and_keeps_the_name_typed(stranger, world, username, password):
    answer = come_in(stranger, username, password)
    assert answer.status_code == 422
    assert "The name or the password is not right." in answer.text
    assert f'value="{username}"' in answer.text
    assert password not in answer.text


def test_after_five_wrong_tries_one_waits(stranger, world):
    for _ in range(5):
        come_in(stranger, password="wrong wrong wrong")
    assert come_in(stranger).status_code == 429


def test_signing_in_takes_a_new_session_and_a_new_form_token(stranger, world):
    before = token_in(stranger.get("/sign-in"))
    come_in(stranger)
    assert token_in(stranger.get("/me")) != before


def test_without_the_form_token_nobody_signs_in_and_the_form_comes_back(stranger, world):
    answer = stranger.post("/sign-in", data={"username": "ada", "password": PASSWORD})
    assert answer.status_code == 400
    assert 'value="ada"' in answer.text
    assert stranger.get("/me").status_code == 303


def test_signing_out_ends_the_session_on_the_server(stranger, world, truth):
    come_in(stranger)
    page = stranger.get("/me")
    answer = stranger.post("/sign-out", data={"csrf_token": token_in(page)})
    assert answer.location == "/sign-in"
    assert "You are signed out." in stranger.get("/sign-in").text
    assert stranger.get("/me").status_code == 303
    assert truth.query(SignIn).one().ended_at
    assert truth.query(AuditEvent).filter_by(verb="session.end").one().actor_id == world.ada.id


def test_somebody_without_a_role_can_still_sign_out(stranger, world):
    came = come_in(stranger, "zoe")
    assert came.status_code == 303
    assert stranger.get("/me").status_code == 403
    token = token_in(stranger.get("/me"))
    assert stranger.post("/sign-out", data={"csrf_token": token}).location == "/sign-in"


def change(client, old, new, repeated=None):
    return client.post("/me/password", data={"csrf_token": client.token, "old_password": old, "new_password": new,
                                             "repeated": new if repeated is None else repeated})


def test_a_changed_password_is_the_one_that_works(browser, stranger):
    ada = browser("ada")
    assert change(ada, PASSWORD, "another plain sentence").location == "/me"
    assert "Your password is changed." in ada.get("/me").text
    assert come_in(stranger).status_code == 422
    assert come_in(stranger, password="another plain sentence").status_code == 303


def test_changing_the_password_signs_out_everywhere_else(browser):
    here, there = browser("ada"), browser("ada")
    change(here, PASSWORD, "another plain sentence")
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 303


@pytest.mark.parametrize(("old", "new", "repeated", "said"), [
    ("not the present one", "another plain sentence", None, "That is not your present password."),
    (PASSWORD, "too short", None, "Use 15 to 256 characters."),
    (PASSWORD, "another plain sentence", "another plain mistake", "This is not the same as the new password above."),
])
def test_a_password_that_cannot_be_changed_says_why_beside_the_field(browser, old, new, repeated, said):
    answer = change(browser("ada"), old, new, repeated)
    assert answer.status_code == 422
    assert said in answer.text
    assert new not in answer.text


def test_a_session_whose_row_was_made_another_persons_is_nobodys(stranger, world, truth):
    come_in(stranger)
    assert stranger.get("/me").status_code == 200
    truth.execute(update(SignIn).where(SignIn.user_id == world.ada.id).values(user_id=world.hana.id))
    truth.commit()
    db.session.rollback()
    assert stranger.get("/me").status_code == 303
