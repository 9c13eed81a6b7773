"""What must hold before this copy is given work: asked by /readyz at any time, and once before production starts."""
from __future__ import annotations

from flask import Flask
from sqlalchemy import inspect, select
from werkzeug.middleware.proxy_fix import ProxyFix

from . import schema
from .access.models import User
from .kernel.db import db
from .kernel.keyring import ring
from .log import metrics, standing, witnesses
from .settings import Unsafe
from .web import health
from .web import metrics as web_metrics


def register(app: Flask) -> None:
    """The database answers, its tables are those this code was written for, and there is a key to seal with. What is
    done is sealed within the minute, by a key that is there, into the log that was signed, and the witnesses have heard
    of it."""
    health.register(app, "database", lambda: db.session.scalar(select(1)) == 1)
    health.register(app, "tables", lambda: schema.present() == schema.head())
    health.register(app, "walls", schema.walled)
    health.register(app, "keys", lambda: bool(ring.current) and not ring.trouble)
    health.register(app, "log_key", lambda: standing.key_is_there(app.config))
    health.register(app, "log_sealed", lambda: standing.sealed_in_time(app.config))
    health.register(app, "log_holds", standing.holds)
    health.register(app, "log_witnessed", lambda: standing.witnessed(app.config))
    witnesses.named(app.config)
    web_metrics.register(app, lambda: metrics.collect(app.config))


def behind_proxies(app: Flask) -> None:
    """Believe what proxies say of the client's address only when told how many there are (CASEWORK_PROXIES)."""
    hops = int(app.config["PROXIES"])
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def refuse_demo_people(app: Flask) -> None:
    """Raises Unsafe when a production database holds people whose password is published."""
    if app.config["ENV"] != "production":
        return
    with app.app_context():
        with schema.as_owner() as connection:
            known = inspect(connection).has_table(User.__tablename__)
            demo = known and connection.scalar(select(User.id).where(User.demo).limit(1))
        db.engine.dispose()  # the workers that follow make connections of their own
        if demo:
            raise Unsafe("Casework does not start like this: the database holds the demo story's people, "
                         "and their password is published.")


def refuse_open_walls(app: Flask) -> None:
    """Raises Unsafe when production would serve past the row security of PostgreSQL. Asked before serving, not by the
    commands that raise the walls."""
    if app.config["ENV"] != "production":
        return
    with app.app_context():
        stands = schema.walled()
        db.engine.dispose()
        if not stands:
            raise Unsafe("Casework does not start like this: it connects as a role that row security does not hold, or "
                         "the policies in the database are not those of this code. Run `casework db secure` as the "
                         "owner (CASEWORK_OWNER_URL).")
