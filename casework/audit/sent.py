"""The values that a statement is really sent with."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter


class Sent:
    """What the execution under way sends for each parameter, once for each set of parameters."""

    def __init__(self, context: Any, parameters: Any) -> None:
        self._sets: Sequence[Mapping[str, Any]] = context.compiled_parameters
        given = [parameters] if isinstance(parameters, Mapping) else parameters or ()
        names = {name for one in given for name in one}
        self.overruled = any(bind.unique and not names.isdisjoint((bind.key, name))
                             for bind, name in context.compiled.bind_names.items())
        """Was a value given for a parameter that stands in the statement with its own, by the name it is sent by?"""

    def values(self, bind: BindParameter[Any]) -> list[Any] | None:
        """The values of one parameter; None when that cannot be known."""
        if self.overruled or (bind.unique and bind.callable):
            return None
        if bind.unique:
            return [bind.value]
        return [one[bind.key] for one in self._sets] if all(bind.key in one for one in self._sets) else None
