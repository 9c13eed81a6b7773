"""Casework: where everything meets. Read this file first, then `policy.py`."""
from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Flask
from jinja2 import FileSystemLoader

from . import policy
from .access import doors, passwords
from .kernel import key_sources
from .kernel.db import db
from .kernel.keyring import ring
from .settings import refuse_unsafe, settings
from .web import setup
from .web.api import Api

# Every room with pages of its own, from the bottom up. Each may have `pages` and `api`, and templates.
ROOMS = ("web", "access", "cases", "assessments", "continued_presence", "funds", "log", "desk", "help")
PAGES: tuple[Blueprint, ...] = ()
APIS: tuple[Api, ...] = ()


def create_app(**given: Any) -> Flask:
    """The application, ready to serve. `given` settings win over the environment's.

    Raises Unsafe, KeysRefused or RuntimeError (a door that does not say what it opens to) rather than start wrongly.
    """
    app = Flask(__name__, static_folder=None)
    app.config.update(settings(given))
    key_sources.configure(app.config)
    refuse_unsafe(app.config, demo_keys=ring.is_demo, debug=app.debug)
    passwords.use(app.config["PASSWORD_COST"])
    db.init_app(app)
    app.jinja_loader = FileSystemLoader([Path(app.root_path) / room / "templates" for room in ROOMS])
    app.jinja_env.globals.update(may=policy.may, may_ever=policy.may_ever)
    setup.begin(app, doors.HOOKS)
    for room in PAGES:
        app.register_blueprint(room)
    setup.apis(app, *APIS)
    setup.close(app)
    return app

