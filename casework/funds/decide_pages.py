"""The approver's page: everything that a signature rests on, then the next request."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from .. import policy
from ..kernel.money import dollars
from ..web.deeds import endpoint
from ..web.forms import Form
from ..web.gate import opens_to
from ..web.idempotency import once
from ..web.versions import check_match
from ..web.who import actor
from . import judging, showing
from .actions import DEEDS
from .blueprint import one, pages, strip_for
from .models import Disbursement
from .queries import payee_for, story, waiting_for, words_for
from .schemas import Because
from .tiers import stands_in
from .words import categories, category


@pages.route("/disbursements/<uuid:id>/approve", methods=["GET", "POST"], endpoint=endpoint("disbursement", "approve"))
@opens_to("disbursement.approve")
@once
def approve(id: UUID) -> Any:
    """Sign for at most this amount, or return it with a reason; then the next that waits for this person."""
    it, deed = _judged(id, "approve"), DEEDS["approve"]
    left = waiting_for(it)
    if request.method == "GET" and not (left and stands_in(actor(), left[0], it.office_id)):
        return redirect(url_for("funds.show", id=id), 303)
    form = Form(deed.schema(), {"amount": it.approved or it.requested}, version=it.version)  # type: ignore[misc]
    if form.submitted:
        following = judging.queue(actor(), it)[2]
        with form.showing_errors():
            check_match(it)
            deed.act(actor(), it, **form.load())
            return _next(it, following, f"{it.number} signed for at most {dollars(it.approved)}.")
    it = one(id) if form.errors else it
    return render_template("funds/decide.html", it=it, form=form, **_beside(it)), form.status


def _judged(id: UUID, verb: str) -> Disbursement:
    it = one(id)
    policy.check(actor(), f"disbursement.{verb}", it)
    return it


def _beside(it: Disbursement) -> dict[str, Any]:
    place, count, following = judging.queue(actor(), it)
    known = categories()
    return {"because": Form(Because()), "words": words_for(actor(), it), "payee": payee_for(actor(), it),
            "weighed": judging.weighed(actor(), it), "evidence": judging.evidence(it), "place": place, "count": count,
            "following": following, "what": category(it.category, known), "strip": strip_for(it.case_id),
            "next_words": following and category(following.category, known),
            "stands": replace(showing.stands(actor(), it, story(it)), acts=())}


def _next(it: Disbursement, following: Disbursement | None, says: str) -> Any:
    if following is None:
        flash(says, "success")
        return redirect(url_for("funds.show", id=it.id), 303)
    flash(f"{says} The next follows.", "success")
    return redirect(url_for("funds.disbursement_approve", id=following.id), 303)


def _sent_back(verb: str, says: str) -> Callable[[UUID], Any]:
    """Returning and denying: a reason, then the next."""
    deed = DEEDS[verb]

    def ask(id: UUID) -> Any:
        it = _judged(id, verb)
        form = Form(Because(), version=it.version)
        if form.submitted:
            following = judging.queue(actor(), it)[2]
            with form.showing_errors():
                check_match(it)
                deed.act(actor(), it, **form.load())
                return _next(it, following, f"{it.number} {says}.")
        it = one(id) if form.errors else it
        return render_template("funds/deed.html", thing=it, form=form, deed=deed, verb=verb,
                               back=url_for("funds.show", id=id)), form.status
    return opens_to(f"disbursement.{verb}")(ask)


for _verb, _says in (("return", "returned"), ("deny", "denied")):
    pages.add_url_rule(f"/disbursements/<uuid:id>/{_verb}", endpoint("disbursement", _verb), _sent_back(_verb, _says),
                       methods=["GET", "POST"])
