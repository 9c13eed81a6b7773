"""What a list of disbursements can be asked for."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from ..access.models import Office
from .models import Disbursement

SORTS = {"number": Disbursement.number, "requested_at": Disbursement.requested_at}


def wanted(args: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """The filters that were asked for, as conditions."""
    columns = {"state": Disbursement.state, "fund": Disbursement.fund_id, "case": Disbursement.case_id}
    where: list[ColumnElement[bool]] = [column == args[name] for name, column in columns.items() if args.get(name)]
    return [*where, Disbursement.office_id == _office(args["office"])] if args.get("office") else where


def asked(args: Mapping[str, Any]) -> dict[str, Any]:
    """The same for the trail."""
    return {name: str(args[name]) for name in ("state", "office", "fund") if args.get(name)}


def _office(said: str) -> Any:
    """An office by its id or its code."""
    try:
        return UUID(said)
    except ValueError:
        return select(Office.id).where(Office.code == said.upper()).scalar_subquery()
