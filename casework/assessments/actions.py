"""Beginning an assessment, filling it, signing it."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from ..audit import action
from ..cases import closing
from ..cases.models import Case, in_case
from ..cases.models import State as CaseState
from ..cases.numbers import CASE_ID
from ..kernel import rulebook
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.errors import Conflict, Invalid
from ..kernel.prepared import Prepared
from ..web.deeds import Deed
from .instrument import TOPIC, Domain, taken_as_not_applicable
from .models import Answer, NeedRating, NeedsAssessment, Purpose, State
from .queries import domains, unanswered
from .workflow import WORKFLOW


def begin(actor: Actor, case: Case, *, purpose: Purpose) -> NeedsAssessment:
    """A new draft, asked by the domains in force today. One draft of each kind may be open in a case."""
    with action(actor, "assessment.begin", case, purpose=purpose) as deed:
        if case.state is CaseState.CLOSED:
            raise Conflict("This case is closed. Reopen it before you assess again.")
        deed.subject = assessment = NeedsAssessment(
            **in_case(case), purpose=purpose, state=WORKFLOW.start, under_18=case.under_18, ratings=[],
            instrument_id=rulebook.current(TOPIC).id, started_by_id=actor.id, started_at=now())
        db.session.add(assessment)
        case.updated_at = now()
    return assessment


def save(actor: Actor, assessment: NeedsAssessment, *, ratings: Iterable[Mapping[str, Any]],
         expecting: int | None = None) -> NeedsAssessment:
    """Keep these answers; domains that are not named stay as they are. Each row has `domain`, and perhaps `answer`
    and `note`; a row without either changes nothing."""
    with action(actor, "assessment.save", assessment, expecting=expecting):
        WORKFLOW.require(assessment, "save")
        _keep_up_with_case(assessment)
        known, there = {domain.code: domain for domain in domains(assessment)}, _by_domain(assessment)
        wrong: dict[str, str] = {}
        for given in ratings:
            wrong |= _rate(assessment, known, there, given)
        if wrong:
            raise Invalid(**wrong)
        assessment.saved_at = now()
        flag_modified(assessment, "saved_at")  # two saves within one tick are two versions all the same
    return assessment


def sign(actor: Actor, assessment: NeedsAssessment) -> NeedsAssessment:
    """It is complete, and stays as it is from now on. Raises Invalid that names each domain without an answer."""
    with action(actor, "assessment.sign", assessment):
        WORKFLOW.require(assessment, "sign")
        _keep_up_with_case(assessment)
        if left := unanswered(assessment):
            raise Invalid(_still_open(left), **{domain.code: f"{domain.label} has no answer yet." for domain in left})
        _take_as_not_applicable(assessment)
        db.session.flush()  # the answers first: after the signature the database takes no more
        WORKFLOW.advance(assessment, "sign")
        assessment.signed_by_id, assessment.signed_at = actor.id, now()
    return assessment


DEEDS = {"sign": Deed(None, sign, label="Sign", done="Signed. It stays as it is; to assess again, begin a new one.")}


def _by_domain(assessment: NeedsAssessment) -> dict[str, NeedRating]:
    return {rating.domain: rating for rating in assessment.ratings}


UNDER_18 = Prepared(select(Case.under_18).where(Case.id == CASE_ID))


def _keep_up_with_case(assessment: NeedsAssessment) -> None:
    """Whether the person is under 18 may become known while a draft is filled."""
    known = UNDER_18.one(case_id=assessment.case_id)
    if assessment.under_18 != known:
        assessment.under_18 = known


def _rate(assessment: NeedsAssessment, known: Mapping[str, Domain], there: dict[str, NeedRating],
          given: Mapping[str, Any]) -> dict[str, str]:
    """Write one answer, or say what is wrong with it."""
    code, said, note = given["domain"], given.get("answer"), given.get("note")
    rating = there.get(code)
    if code not in known:
        return {code: f"{code} is not asked in this assessment."}
    if said is not None and rating is None:
        rating = there[code] = _added(assessment, code, *answer_of(said))
    elif said is not None and rating is not None:
        rating.answer, rating.level = answer_of(said)
    if rating is None:
        return {code: f"Answer “{known[code].label}” first; then the note can be kept."} if note else {}
    if "note" in given and note != rating.note:
        rating.note = note or None
    return {}


def _added(assessment: NeedsAssessment, code: str, answer: Answer, level: int | None = None) -> NeedRating:
    rating = NeedRating(person=assessment.person, domain=code, answer=answer, level=level)
    assessment.ratings.append(rating)
    return rating


def answer_of(said: str) -> tuple[Answer, int | None]:
    """`0` to `4` is a level; the words are themselves."""
    return (Answer.LEVEL, int(said)) if said.isdecimal() else (Answer(said), None)


def _take_as_not_applicable(assessment: NeedsAssessment) -> None:
    there = _by_domain(assessment)
    for domain in domains(assessment):
        if domain.code not in there and taken_as_not_applicable(domain, under_18=assessment.under_18):
            _added(assessment, domain.code, Answer.NOT_APPLICABLE)


def _still_open(left: list[Domain]) -> str:
    count = f"{len(left)} domains have" if len(left) > 1 else "One domain has"
    return f"{count} no answer yet: {', '.join(domain.label for domain in left)}. “Not assessed” is an answer too."


# A case does not close over an assessment that nobody signed.
closing.blocks("draft_open", select(NeedsAssessment.purpose).where(
    NeedsAssessment.case_id == CASE_ID, NeedsAssessment.state == State.DRAFT).limit(1),
    lambda purpose: f"A {purpose} assessment is begun and not signed.")
