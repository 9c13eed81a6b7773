"""One route per verb, on the pages and in the API, from one table.

    DEEDS = {"approve": Deed(Approve, approve, once=True), "withdraw": Deed(None, withdraw)}

    deeds.on_pages(pages, DEEDS, kind="disbursement", at="/disbursements", find=_find, show="funds.show")
    deeds.on_api(api, DEEDS, kind="disbursement", at="/disbursements", find=_find, view=DisbursementView)

A deed with fields has a page of its own at the same address; one without is a button (`stands.acts`).
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from marshmallow import Schema

from casework import policy

from .api import Api
from .forms import Form
from .gate import opens_to
from .idempotency import once
from .options import Source
from .versions import check_match
from .who import actor

Find = Callable[[UUID], Any]
Offered = Callable[[Any], Mapping[str, Source]]


@dataclass(frozen=True)
class Deed:
    """`act(actor, thing, **data)` does it and returns the thing. `label` is the button, `done` what is said after,
    `once` for money. `values(thing)` fills the form to begin with, `choices(thing)` its select boxes."""
    schema: type[Schema] | None
    act: Callable[..., Any]
    label: str = ""
    done: str = "Done."
    once: bool = False
    values: Callable[[Any], Any] | None = None
    choices: Offered | None = None

    def button(self, verb: str) -> str:
        return self.label or verb.replace("_", " ").capitalize()


class Nothing(Schema):
    """A deed that asks nothing takes no field."""


def endpoint(kind: str, verb: str) -> str:
    return f"{kind}_{verb}"


def on_pages(pages: Blueprint, deeds: Mapping[str, Deed], *, kind: str, at: str, find: Find, show: str,
             template: str = "web/deed.html") -> None:
    """POST (and GET, with fields) `{at}/<uuid:id>/<verb>`. `show` is the endpoint of the thing's own page."""
    for verb, deed in deeds.items():
        view = _page(kind, verb, deed, find, show, template) if deed.schema else _button(deed, find, show)
        view = opens_to(f"{kind}.{verb}")(once(view) if deed.once else view)
        pages.add_url_rule(f"{at}/<uuid:id>/{verb}", endpoint(kind, verb), view,
                           methods=["GET", "POST"] if deed.schema else ["POST"])


def _page(kind: str, verb: str, deed: Deed, find: Find, show: str, template: str) -> Callable[[UUID], Any]:
    def ask(id: UUID) -> Any:
        thing, schema = find(id), deed.schema or Nothing
        policy.check(actor(), f"{kind}.{verb}", thing)
        form = Form(schema(), deed.values(thing) if deed.values else None, version=thing.version,
                    choices=deed.choices(thing) if deed.choices else None)
        if form.submitted:
            with form.showing_errors():
                check_match(thing)
                return _done(deed, deed.act(actor(), thing, **form.load()) or thing, show)
        back = url_for(show, id=thing.id)
        return render_template(template, thing=thing, form=form, deed=deed, verb=verb, back=back), form.status
    return ask


def _button(deed: Deed, find: Find, show: str) -> Callable[[UUID], Any]:
    def press(id: UUID) -> Any:
        thing = find(id)
        check_match(thing)
        return _done(deed, deed.act(actor(), thing) or thing, show)
    return press


def _done(deed: Deed, thing: Any, show: str) -> Any:
    flash(deed.done, "success")
    return redirect(url_for(show, id=thing.id), 303)


def on_api(api: Api, deeds: Mapping[str, Deed], *, kind: str, at: str, find: Find, view: type[Schema]) -> None:
    """POST `{at}/<uuid:id>/<verb>`: the same schema, the same act; answers with the thing as it is now."""
    for verb, deed in deeds.items():
        route = api.arguments(deed.schema or Nothing)(api.response(200, view)(_route(kind, verb, deed, find)))
        route = opens_to(f"{kind}.{verb}")(once(route) if deed.once else route)
        api.add_url_rule(f"{at}/<uuid:id>/{verb}", endpoint(kind, verb), route, methods=["POST"])


def _route(kind: str, verb: str, deed: Deed, find: Find) -> Callable[..., Any]:
    def act(data: dict[str, Any], id: UUID) -> Any:
        thing = find(id)
        check_match(thing)
        return deed.act(actor(), thing, **data) or thing
    act.__doc__ = f"{deed.button(verb)} ({kind.replace('_', ' ')})"
    return act
