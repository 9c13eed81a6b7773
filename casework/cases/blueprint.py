"""The one blueprint of pages and the one of the API, which the files of this room share."""
from __future__ import annotations

from typing import Any

from flask import Blueprint

from ..web.api import Api
from .closing import open_ends
from .strip import strip

pages = Blueprint("cases", __name__)
api = Api("cases_api", description="Cases and investigations")


@pages.record
def lend(state: Any) -> None:
    """Any page about a case has its strip: `{% extends "cases/layout.html" %}` with `case`."""
    state.app.jinja_env.globals.update(case_strip=strip, open_ends=open_ends)
