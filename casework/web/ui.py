"""What every template finds: the components as `ui`, the words of dates and money, and who asks."""
from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Flask

from casework import policy
from casework.kernel.money import dollars

from . import dates, names, sections, tables
from .hooks import hooks
from .who import actor, signed_in


class Components:
    """The macros of `web/components.html`, loaded when first asked for."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        env = self._app.jinja_env
        macro = getattr(env.get_template("web/components.html").module, name)
        if not env.auto_reload:
            setattr(self, name, macro)
        return macro


def me() -> tuple[str, str]:
    return hooks().me(actor())


def init_app(app: Flask) -> None:
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.globals.update(
        ui=Components(app), may=policy.may, may_ever=policy.may_ever, actor=actor, signed_in=signed_in, me=me,
        sections=sections.mine, search_box=sections.search_box, names_shown=names.shown, here=tables.here,
        months=dates.MONTHS, due_words=dates.due_words, new_key=lambda: str(uuid4()))
    env.filters.update(day=dates.day_words, moment=dates.moment_words, dollars=dollars, words=tables.plain_words,
                       said=lambda word: str(tables.plain_words(word)).replace("_", " "))
