"""What may be done with the keys of the ring. Each deed is in the trail before it is done; none shows a secret."""
from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..audit import remember
from ..kernel.crypto import key_id
from ..kernel.db import now
from ..kernel.errors import Conflict, Invalid
from ..kernel.key_sources import new_key, source
from ..kernel.keyring import PURPOSES, REST, KeysRefused, RingKey, State, ring
from ..kernel.system import SYSTEM
from .escrow import read_keys_file
from .models import key_place
from .rotation import rows_naming


def add(purpose: str) -> RingKey:
    """A new key of this purpose, which seals from now on. Every process takes it up at its next use of a key."""
    if purpose not in PURPOSES:
        raise Invalid(purpose=f"A key is for one of: {', '.join(PURPOSES)}.")
    made = new_key(purpose, 1 + max((key.id for key in ring.keys if key.purpose == purpose), default=0))
    source.writable()
    remember(SYSTEM, "key_ring.add", key=made.name)
    source.change(lambda keys: [*keys, _unknown(made, keys)])
    return made


def retire(name: str) -> RingKey:
    """It opens what names it, and seals nothing new. The last one of a purpose that is needed stays."""
    key = _called(name)
    if key.retired_at or key.secret is None:
        raise Conflict(f"{name} is {ring.state(key)} already.")
    if key.id == ring.current_of(key.purpose).id:
        raise Conflict(f"{name} is in use: add another {key.purpose} key first.")
    source.writable()
    remember(SYSTEM, "key_ring.retire", key=name)
    return _changed(replace(key, retired_at=now()))


def destroy(name: str, keys_file: Path | None = None) -> RingKey:
    """Gone from the ring, but for its name. Refused unless it is retired and rested, and while any row names it, in
    the database or in the newest keys file: older ones do not open any more from then on."""
    key = _called(name)
    if key.secret is None:
        raise Conflict(f"{name} is destroyed already.")
    if not key.retired_at or now() < key.retired_at + REST:
        raise Conflict(f"Retire {name} first, and let it rest for {REST.seconds // 60} minutes: somebody may be "
                       "sealing under it just now.")
    if rows := rows_naming(key.purpose, key.id):
        raise Conflict(f"{rows} rows name {name}: without it nobody could read them. Run casework keys rotate first.")
    if keys_file and (rows := _wrapped_in(keys_file, key)):
        raise Conflict(f"{rows} rows of the keys file name {name}. Run casework keys escrow first.")
    if keys_file and key.purpose == "escrow" and keys_file.exists() and read_keys_file(keys_file).escrow == name:
        raise Conflict(f"The keys file is sealed under {name}, and would be noise. Run casework keys escrow first.")
    source.writable()
    remember(SYSTEM, "key_ring.destroy", key=name)
    return _changed(key.destroyed(now()))


def drop_older(purpose: str) -> None:
    """All but the key in use are destroyed at once: what they sealed is noise from here on."""
    for key in ring.keys:
        if key.purpose == purpose and ring.state(key) not in (State.CURRENT, State.DESTROYED):
            remember(SYSTEM, "key_ring.destroy", key=key.name)
            _changed(key.destroyed(now()))


def _changed(key: RingKey) -> RingKey:
    source.change(lambda keys: [key if one.name == key.name else one for one in keys])
    return key


def _wrapped_in(keys_file: Path, key: RingKey) -> int:
    if key.purpose != "master" or not keys_file.exists():
        return 0
    wrapped = read_keys_file(keys_file).wrapped
    return sum(key_id(key_place(person_id), one) == key.id for person_id, one in wrapped.items())


def _called(name: str) -> RingKey:
    found = next((key for key in ring.keys if key.name == name), None)
    if found is None:
        raise Invalid(f"No key of the ring is called {name}.")
    return found


def _unknown(made: RingKey, keys: list[RingKey]) -> RingKey:
    if any(key.name == made.name for key in keys):
        raise KeysRefused(f"Somebody else just added {made.name}. Nothing was changed.")
    return made

