"""Every knob. The defaults suit nobody's production: `CASEWORK_*` in the environment overrides, and `refuse_unsafe`
says what may not be.

    CASEWORK_ENV            production (default), demo or test
    CASEWORK_DATABASE_URL   the database; SQLite in production only with CASEWORK_ALLOW_SQLITE=1
    CASEWORK_OWNER_URL      the same database as its owner, for `casework db …`, `backup` and `restore` (default: the
                            database's own address)
    CASEWORK_CONTEXT_KEY    signs who asks, for PostgreSQL's row security; at least 32 characters (default: derived
                            from CASEWORK_SECRET_KEY). After a change of either: `casework db secure`
    CASEWORK_PG_BIN         the folder of pg_dump and pg_restore, where they are not on PATH
    CASEWORK_SECRET_KEY     signs cookies and forms; at least 32 characters
    CASEWORK_KEYS_FILE      the key file (mode 0600), or CASEWORK_KEYS with its text
    CASEWORK_LOG_ORIGIN     the name of the log, as its checkpoints bear it; never changed once the log has begun
    CASEWORK_LOG_KEY_FILE   the file of the key that signs the log (mode 0600), or CASEWORK_LOG_KEY with its text.
                            Only the process that seals needs it
    CASEWORK_LOG_MEMORY_FILE  where it is remembered what that key signed last, so that no log which was cut back or
                            begun anew is signed (default: the key's file with .signed after it; for a key that is
                            set as text, the process's memory alone)
    CASEWORK_WITNESSES      where checkpoints are sent, parted by ";": folder:/path; s3+https://…; smtp://…
    CASEWORK_WITNESS_S3_KEY, _S3_SECRET, _SMTP_USER, _SMTP_PASSWORD   what buckets and mail servers ask for
    CASEWORK_WITNESS_HOURS  how old the newest receipt of each witness may be (default 24), for /readyz
    CASEWORK_METRICS_TOKEN  who sends it as a bearer token may read /metrics; without one there is no /metrics
    CASEWORK_KEYS_PASSPHRASE_FILE  the passphrase of a wrapped key file (mode 0600); else it is asked for
    CASEWORK_ESCROW_FILE    where the newest keys file (every person's wrapped key) is kept
    CASEWORK_PROXIES        how many proxies in front may name the client's address (default 0: none)
"""
from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import make_url

from .kernel.crypto import derive
from .kernel.walled import RUNTIME
from .kernel.watched import Watched

DEMO_SECRET = "published demo secret: never for a real case"

DEFAULTS: dict[str, Any] = {
    "ENV": "production", "DATABASE_URL": "", "OWNER_URL": "", "CONTEXT_KEY": "", "PG_BIN": "", "SECRET_KEY": "",
    "KEYS_FILE": "", "KEYS": "", "ESCROW_FILE": "", "PROXIES": 0,
    "ALLOW_SQLITE": False, "PASSWORD_COST": "full", "POOL_SIZE": 8, "STATEMENT_SECONDS": 60,
    "LOG_ORIGIN": "casework.example/log", "LOG_KEY_FILE": "", "LOG_KEY": "", "LOG_MEMORY_FILE": "",
    "WITNESSES": "", "WITNESS_HOURS": 24,
    "WITNESS_S3_KEY": "", "WITNESS_S3_SECRET": "", "WITNESS_SMTP_USER": "", "WITNESS_SMTP_PASSWORD": "",
    "METRICS_TOKEN": "",
}
FIXED: dict[str, Any] = {
    "MAX_CONTENT_LENGTH": 2 * 1024 * 1024, "MAX_FORM_PARTS": 2000, "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax", "SESSION_COOKIE_PATH": "/",
}


class Unsafe(Exception):
    """These settings may not serve real cases. Says which and why."""


def settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings to run under: defaults, then the environment, then what is given."""
    said = {name: os.environ[f"CASEWORK_{name}"] for name in DEFAULTS if f"CASEWORK_{name}" in os.environ}
    chosen = {**DEFAULTS, **said, **given}
    secure = chosen["ENV"] == "production"
    return {**FIXED, **chosen, **database(chosen),
            "SESSION_COOKIE_SECURE": secure, "SESSION_COOKIE_NAME": "__Host-casework" if secure else "casework",
            "PASSWORD_COST": "cheap" if chosen["ENV"] == "test" else "full"}


def database(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """How to reach it, with limits on waiting so that one stuck request does not hold the others."""
    url = address(str(chosen["DATABASE_URL"]))
    options: dict[str, Any] = {"execution_options": {"guarded": True}, "json_serializer": _as_json}
    if url.startswith("sqlite"):
        options["connect_args"] = {"factory": Watched}
    if url.startswith("postgresql"):
        if make_url(url).username == RUNTIME:  # nobody else is behind the wall
            options["execution_options"]["context_key"] = context_key(chosen)
        limits = f"-c statement_timeout={int(chosen['STATEMENT_SECONDS'])}s -c lock_timeout=15s"
        options |= {"pool_size": int(chosen["POOL_SIZE"]), "max_overflow": 4,
                    "connect_args": {"options": limits}}
    return {"SQLALCHEMY_DATABASE_URI": url, "SQLALCHEMY_ENGINE_OPTIONS": options}


def _as_json(value: Any) -> str:
    """What a column of JSON holds: no more than json.dumps would write, in a tenth of the time."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def address(url: str) -> str:
    """With the driver we use, whichever way it was written."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def context_key(chosen: Mapping[str, Any]) -> bytes:
    """What the application signs with when it tells the database who asks. The owner stores it there, in a form to
    verify with; the runtime role cannot read it."""
    given = str(chosen["CONTEXT_KEY"])
    return given.encode() if given else derive(str(chosen["SECRET_KEY"]).encode(), "wall context", "1")


def refuse_unsafe(chosen: Mapping[str, Any], *, demo_keys: bool, debug: bool) -> None:
    """Raises Unsafe when production would start with any of these. Demo people are looked for at the first request
    and by `casework check`, because they are in the database."""
    if chosen["ENV"] != "production":
        return
    wrong = [why for why, bad in (
        ("CASEWORK_SECRET_KEY is missing or shorter than 32 characters", len(str(chosen["SECRET_KEY"])) < 32),
        ("CASEWORK_SECRET_KEY is the published demo secret", chosen["SECRET_KEY"] == DEMO_SECRET),
        ("the key ring holds the published demo key", demo_keys),
        ("CASEWORK_CONTEXT_KEY is shorter than 32 characters", 0 < len(str(chosen["CONTEXT_KEY"])) < 32),
        ("debug is on", debug),
        ("SQLite needs CASEWORK_ALLOW_SQLITE=1", _sqlite(chosen) and str(chosen["ALLOW_SQLITE"]) not in ("1", "True")),
        ("passwords must be hashed at full cost", chosen["PASSWORD_COST"] != "full"),
    ) if bad]
    if wrong:
        raise Unsafe("Casework does not start like this: " + "; ".join(wrong) + ".")


def _sqlite(chosen: Mapping[str, Any]) -> bool:
    return str(chosen["SQLALCHEMY_DATABASE_URI"]).startswith("sqlite")
