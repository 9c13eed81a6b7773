"""The one blueprint of this room, which its files of pages share."""
from __future__ import annotations

from typing import Any

from flask import Blueprint

from .closing import open_ends
from .strip import strip

pages = Blueprint("cases", __name__)


@pages.record
def lend(state: Any) -> None:
    """Any page about a case has its strip: `{% extends "cases/layout.html" %}` with `case`."""
    state.app.jinja_env.globals.update(case_strip=strip, open_ends=open_ends)
