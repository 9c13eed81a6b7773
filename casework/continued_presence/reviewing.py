"""The chain in between: the first-line supervisor, the agency's headquarters, the reviewer at the deciding centre."""
from __future__ import annotations

from ..audit import action
from ..kernel.conditions import Actor
from . import moments
from .asking import complete
from .models import ContinuedPresenceRequest
from .signing import move
from .words import What


def send_back(actor: Actor, request: ContinuedPresenceRequest, *, reason: str) -> ContinuedPresenceRequest:
    """To the investigator, who may change it and send it again. The reason is sealed with the request."""
    with action(actor, "cp_request.return", request):
        move(actor, request, "return", note=reason)
    return request


def endorse(actor: Actor, request: ContinuedPresenceRequest) -> ContinuedPresenceRequest:
    """The supervisor's signature, on to the agency's headquarters."""
    with action(actor, "cp_request.endorse", request):
        move(actor, request, "endorse")
    return request


def submit(actor: Actor, request: ContinuedPresenceRequest, *, transmission_reference: str) -> ContinuedPresenceRequest:
    """The designated headquarters office files it, complete (28 CFR 1100.35(a)). The centre has it from this moment."""
    with action(actor, "cp_request.submit", request, reference=transmission_reference):
        move(actor, request, "submit")
        complete(request)
        request.transmission_reference = transmission_reference
        moments.record(actor, request, What.SUBMITTED_AT)
        moments.record(actor, request, What.RECEIVED_BY_DECIDER_AT)
    return request


def take_up(actor: Actor, request: ContinuedPresenceRequest) -> ContinuedPresenceRequest:
    """The reviewer begins. Nobody who asked may."""
    with action(actor, "cp_request.take_up", request):
        move(actor, request, "take_up")
    return request
