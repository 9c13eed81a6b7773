"""The system as an actor: what the clocks do by themselves. It holds no role and appears in the trail as itself."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from .conditions import Grant


@dataclass(frozen=True)
class System:
    id: UUID
    name: str = "Casework"

    @property
    def current_grants(self) -> Sequence[Grant]:
        return ()


SYSTEM = System(UUID("00000000-0000-7000-8000-000000000000"))
