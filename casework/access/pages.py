"""Signing in and out, one's own account, and the administrator's pages about people."""
from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from .. import policy
from ..web import csrf, sections
from ..web.forms import Form
from ..web.gate import ANYBODY, opens_to
from ..web.places import inside
from ..web.who import actor, forget, signed_in
from . import sign_ins
from .actions import change_password, create_user, disable_user, end_role
from .doors import TOKEN, own_row, visitor
from .models import RoleGrant, User
from .people import give, offices
from .queries import find, how_many, visible
from .schemas import ChangePassword, CreateUser, GiveRole, PeopleArgs, SignIn, held_words, role_options
from .tables import people_table

pages = Blueprint("access", __name__)
sections.add("People", "access.people", "role_grant.read")


@pages.record
def account_link(state: Any) -> None:
    """The header leads to one's own account."""
    state.app.jinja_env.globals["account_url"] = lambda: url_for("access.me")


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Any:
    """Open to everybody. Leads on to a page of ours, never elsewhere."""
    if request.method == "GET" and signed_in():
        return redirect(inside(request.args.get("next")), 303)
    form = Form(SignIn(), {"next": inside(request.args.get("next"))})
    if form.submitted:
        with form.showing_errors():
            typed = form.load()
            token = sign_ins.sign_in(typed["username"], typed["password"], address=request.remote_addr or "")
            _begin_anew()
            session[TOKEN] = token
            return redirect(inside(typed["next"]), 303)
    return make_response(render_template("access/sign_in.html", form=form), form.status)


def _begin_anew() -> None:
    """Nothing of an earlier session stays in the cookie."""
    session.clear()
    csrf.renew()
    forget()


@pages.post("/sign-out")
def sign_out() -> Response:
    """Open to everybody: who holds no role, or has hidden the page, may always go."""
    who = visitor()
    if who:
        sign_ins.end(who, who.row)
    _begin_anew()
    flash("You are signed out.", "success")
    return redirect(url_for("access.sign_in"), 303)


@pages.get("/me")
@opens_to(ANYBODY)
def me() -> str:
    return render_template("access/me.html", user=own_row(actor()), held=held_words)


@pages.route("/me/password", methods=["GET", "POST"])
@opens_to("user.change_password")
def password() -> Any:
    form, who = Form(ChangePassword()), visitor()
    if form.submitted and who:
        with form.showing_errors():
            typed = form.load()
            change_password(who, own_row(who), old_password=typed["old_password"], new_password=typed["new_password"],
                            keep=who.row)
            flash("Your password is changed. Wherever else you were signed in, you are signed out.", "success")
            return redirect(url_for("access.me"), 303)
    return make_response(render_template("access/password.html", form=form), form.status)


@pages.get("/people")
@opens_to("role_grant.read")
def people() -> str:
    args = PeopleArgs().load({name: value for name, value in request.args.items() if value})
    return render_template("access/people.html", table=people_table(actor(), args), roles=list(role_options().items()),
                           office_choices=[(office.code, office.name) for office in offices()])


@pages.route("/people/new", methods=["GET", "POST"])
@opens_to("user.create")
def person_new() -> Any:
    form = Form(CreateUser())
    if form.submitted:
        with form.showing_errors():
            user = create_user(actor(), **form.load())
            flash(f"{user.name} may sign in. Give a role now: without one they can do nothing.", "success")
            return redirect(url_for("access.person", id=user.id), 303)
    return make_response(render_template("access/person_new.html", form=form), form.status)


@pages.route("/people/<uuid:id>", methods=["GET", "POST"])
@opens_to("role_grant.read")
def person(id: UUID) -> Any:
    """What somebody holds and held; who may give roles gives one here."""
    user = find(actor(), User, id)
    form = Form(GiveRole(), choices={"office_id": {str(office.id): office.name for office in offices()}})
    if form.submitted:
        policy.check(actor(), "role_grant.give", user)
        with form.showing_errors():
            grant = give(actor(), user, **form.load())
            flash(f"{user.name} now holds: {grant.role.replace('_', ' ')}.", "success")
            return redirect(url_for("access.person", id=id), 303)
    mine = (RoleGrant.user_id == id,)
    grants = visible(actor(), "role_grant.read", RoleGrant, where=mine, order=RoleGrant.since.desc(), limit=200)
    page = render_template("access/person.html", user=user, grants=grants, form=form, held=held_words,
                           total=how_many(actor(), "role_grant.read", RoleGrant, where=mine))
    return make_response(page, form.status)


@pages.post("/role-grants/<uuid:id>/end")
@opens_to("role_grant.end")
def grant_end(id: UUID) -> Response:
    grant = end_role(actor(), find(actor(), RoleGrant, id))
    flash("The role has ended.", "success")
    return redirect(url_for("access.person", id=grant.user_id), 303)


@pages.post("/people/<uuid:id>/disable")
@opens_to("user.disable")
def person_disable(id: UUID) -> Response:
    user = disable_user(actor(), find(actor(), User, id))
    flash(f"{user.name} can no longer sign in, and is signed out everywhere.", "success")
    return redirect(url_for("access.person", id=id), 303)
