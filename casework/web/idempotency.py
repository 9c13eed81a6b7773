"""One key, one effect: a double click or a repeated call is done once and answered twice the same.

    @pages.route("/cases/<uuid:case_id>/disbursements/new", methods=["GET", "POST"])
    @opens_to("disbursement.request")
    @once
    def new(case_id): ...

A page carries the key in its form (`form.once`, hidden `_once`), a program in `Idempotency-Key`. The answer is stored
in the transaction of the deed itself; what was refused is not stored, so it may be put right and sent again.
"""
from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any, TypeVar, cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Response, current_app, make_response, request
from sqlalchemy import BigInteger, bindparam, func, select
from sqlalchemy.orm import Session

from casework import audit
from casework.kernel.db import now
from casework.kernel.errors import Conflict, Invalid, Refusal
from casework.kernel.prepared import Adding, Prepared

from .csrf import SAFE
from .models import Answer
from .who import actor

View = TypeVar("View", bound=Callable[..., Any])
LOCK = Prepared(select(func.pg_try_advisory_xact_lock(bindparam("number", type_=BigInteger()))))
STORED = Prepared(select(Answer.body_digest, Answer.status, Answer.headers, Answer.sealed).where(
    Answer.user_id == bindparam("user_id"), Answer.key_digest == bindparam("mark")))
KEPT = Adding(Answer, ("user_id", "key_digest", "body_digest", "status", "headers", "sealed", "created_at"))
KEPT_HEADERS = ("Location", "Content-Type", "ETag")


class KeyNeeded(Refusal):
    """A deed about money without a key that makes it safe to repeat."""

    status, title = 400, "An idempotency key is needed"


class _NotDone(Exception):
    """Nothing was done, so nothing is kept."""

    def __init__(self, response: Response) -> None:
        self.response = response


def once(view: View) -> View:
    """Stand directly under `opens_to`, above everything of the schema. Reading (GET) passes."""
    @wraps(view)
    def doing(*args: Any, **kwargs: Any) -> Any:
        if request.method in SAFE:
            return view(*args, **kwargs)
        key = _key()
        try:
            with audit.whole() as session:
                return _replayed(session, key) or _kept(session, key, make_response(view(*args, **kwargs)))
        except _NotDone as nothing:
            return nothing.response
    return cast(View, doing)


def _key() -> str:
    key = request.headers.get("Idempotency-Key") or request.form.get("_once") or ""
    if not 1 <= len(key) <= 200:
        raise KeyNeeded("Send Idempotency-Key: a value of your own, new for each deed, at most 200 characters.")
    return key


def _replayed(session: Session, key: str) -> Response | None:
    """The stored answer to this key. PostgreSQL says at once when the first is still under way; SQLite has waited."""
    mark = _mark(key)
    if session.get_bind().dialect.name == "postgresql" and not LOCK.one(number=int.from_bytes(mark[:8], signed=True)):
        raise Conflict("The same request is still being done. Wait a moment, then look.")
    found = STORED.row(user_id=actor().id, mark=mark)
    if found is None:
        return None
    if found.body_digest != _body_digest():
        raise Invalid("This key was used for another request. Take a new one.")
    return Response(_cipher(key).decrypt(found.sealed[:12], found.sealed[12:], mark), found.status, found.headers)


def _kept(session: Session, key: str, response: Response) -> Response:
    if not _done(response):
        raise _NotDone(response)
    nonce, mark = os.urandom(12), _mark(key)
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    KEPT.add(session, [{
        "user_id": actor().id, "key_digest": mark, "body_digest": _body_digest(), "status": response.status_code,
        "headers": headers, "sealed": nonce + _cipher(key).encrypt(nonce, response.get_data(), mark),
        "created_at": now()}])
    return response


def _done(response: Response) -> bool:
    """A page that is done redirects; one that shows its form again has done nothing."""
    if request.path.startswith("/api/"):
        return response.status_code < 400
    return 300 <= response.status_code < 400


def _mark(key: str) -> bytes:
    return sha256(actor().id.bytes + key.encode()).digest()


def _body_digest() -> bytes:
    form = [[name, *request.form.getlist(name)] for name in sorted(request.form) if name not in ("csrf_token", "_once")]
    body = json.dumps(form).encode() if form else request.get_data()
    return sha256(f"{request.method} {request.full_path}\0".encode() + body).digest()


def _cipher(key: str) -> AESGCM:
    """Opens only with the key its sender chose, which we do not keep."""
    secret = str(current_app.secret_key).encode() + b"\0" + key.encode()
    return AESGCM(HKDF(SHA256(), 32, salt=actor().id.bytes, info=b"casework answer 1").derive(secret))
