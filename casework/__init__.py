"""Casework: where everything meets. Read this file first, then `policy.py`."""
from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Flask
from jinja2 import FileSystemLoader

from . import policy, ready
from .access import doors, passwords
from .access.api import api as access_api
from .access.pages import pages as access_pages
from .assessments.api import api as assessments_api
from .assessments.pages import pages as assessments_pages
from .cases.api import api as cases_api
from .cases.pages import pages as cases_pages
from .continued_presence.api import api as continued_presence_api
from .continued_presence.pages import pages as continued_presence_pages
from .desk.pages import pages as desk_pages
from .funds.api import api as funds_api
from .funds.pages import pages as funds_pages
from .help.api import api as help_api
from .help.pages import pages as help_pages
from .kernel import key_sources
from .kernel.db import db
from .kernel.keyring import ring
from .log.api import api as log_api
from .log.pages import pages as log_pages
from .settings import refuse_unsafe, settings
from .web import setup
from .web.api import Api
from .web.urls import Site

# Every room with pages of its own, from the bottom up. Each may have `pages` and `api`, and templates.
ROOMS = ("web", "access", "cases", "assessments", "continued_presence", "funds", "log", "desk", "help")
PAGES: tuple[Blueprint, ...] = (
    access_pages,
    cases_pages,
    assessments_pages,
    continued_presence_pages,
    funds_pages,
    log_pages,
    desk_pages,
    help_pages,
)
APIS: tuple[Api, ...] = (
    access_api,
    cases_api,
    assessments_api,
    continued_presence_api,
    funds_api,
    log_api,
    help_api,
)


def create_app(**given: Any) -> Flask:
    """The application, ready to serve. `given` settings win over the environment's.

    Raises Unsafe, KeysRefused or RuntimeError (a door that does not say what it opens to) rather than start wrongly.
    """
    app = Site(__name__, static_folder=None)
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
    ready.register(app)
    ready.behind_proxies(app)
    ready.refuse_demo_people(app)
    return app

