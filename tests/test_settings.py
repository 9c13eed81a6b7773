"""Production refuses to start unsafely, and says why."""
from __future__ import annotations

import pytest

from casework import create_app
from casework.kernel import key_sources
from casework.kernel.keyring import KeysRefused
from casework.settings import DEMO_SECRET, Unsafe, settings
from tests.conftest import KEYS

SAFE = {"ENV": "production", "SECRET_KEY": "s" * 40, "KEYS": KEYS, "DATABASE_URL": "sqlite://", "ALLOW_SQLITE": "1"}


def test_safe_settings_start():
    app = create_app(**SAFE)
    assert app.config["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert app.config["SESSION_COOKIE_SECURE"]


@pytest.mark.parametrize(("wrong", "why"), [
    ({"SECRET_KEY": ""}, "SECRET_KEY is missing"), ({"SECRET_KEY": "short"}, "SECRET_KEY is missing"),
    ({"SECRET_KEY": DEMO_SECRET}, "demo secret"), ({"ALLOW_SQLITE": ""}, "ALLOW_SQLITE"),
], ids=["no secret", "short secret", "demo secret", "sqlite"])
def test_production_refuses(wrong, why):
    with pytest.raises(Unsafe, match=why):
        create_app(**{**SAFE, **wrong})


def test_production_refuses_debug(monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with pytest.raises(Unsafe, match="debug"):
        create_app(**SAFE)


def test_production_refuses_the_published_key(tmp_path):
    key_sources.generate_file(tmp_path / "keys", demo=True)
    with pytest.raises(Unsafe, match="demo key"):
        create_app(**{**SAFE, "KEYS": "", "KEYS_FILE": str(tmp_path / "keys")})


def test_nothing_starts_without_keys():
    with pytest.raises(KeysRefused):
        create_app(**{**SAFE, "KEYS": ""})


def test_production_refuses_a_database_with_demo_people(copy, world, truth):
    world_user = truth.get(type(world.ada), world.ada.id)
    world_user.demo = True
    truth.commit()
    with pytest.raises(Unsafe, match="demo story"):
        create_app(**{**SAFE, "DATABASE_URL": copy[0]})


@pytest.mark.parametrize(("role", "speaks"), [("casework_runtime", True), ("casework_runtime:secret", True),
                                              ("postgres", False), ("casework", False)])
def test_only_the_role_that_the_wall_is_for_says_who_asks(role, speaks):
    """The owner walks through walls: nothing is said to it. Whoever else came would see no rows."""
    chosen = settings({**SAFE, "DATABASE_URL": f"postgresql://{role}@localhost/casework"})
    assert ("context_key" in chosen["SQLALCHEMY_ENGINE_OPTIONS"]["execution_options"]) is speaks
