"""Alembic's entry. Run through `casework db …`, which makes the application first."""
from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy.types import TypeDecorator

from casework.audit.guards import letting_through
from casework.kernel.db import Base
from casework.schema import as_owner


def plainly(kind: str, item: Any, _: Any) -> str | bool:
    """A migration names the database's types, never ours: ours may change, the migration may not."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def run() -> None:
    with current_app.app_context(), as_owner() as connection, letting_through():
        context.configure(connection=connection, target_metadata=Base.metadata, render_item=plainly,
                          render_as_batch=connection.dialect.name == "sqlite", compare_type=True,
                          transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
