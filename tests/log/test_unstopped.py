"""Whoever can insert one row, or set one witness wrongly, stops neither sealing nor the export nor the worker."""
from __future__ import annotations

from datetime import UTC

import pytest
from sqlalchemy import select

from casework.kernel.errors import Refusal
from casework.log import notes, sealer
from casework.log.evidence import of_events, take
from casework.log.models import LogLeaf
from casework.log.verifier import casework_verify as verifier
from tests.log.sealing import ORIGIN, checked, every_event_once, write_events

pytestmark = pytest.mark.usefixtures("in_time")


@pytest.fixture
def key():
    return notes.generate(ORIGIN)


@pytest.fixture
def judged(world, tmp_path, key):
    """What the verifier says of an export made now: (status, the first finding, why none)."""
    def run():
        path = tmp_path / "now.zip"
        path.write_bytes(b"".join(take(world.uma, of_events(world.uma, zone=UTC))))
        status, report, why = verifier.judged(str(path), key.vkey, [])
        return status, report.first, why
    return run


def change(id, what="movement"):
    return {"what": what, "id": id, "field": "id", "from": None, "to": None}


@pytest.mark.parametrize("id", ["garbage", 5, None, "\u0661", ["x"], {"x": 1}], ids=repr)
def test_an_event_that_names_what_is_no_key_is_sealed_as_it_stands_and_the_verifier_says_what_is_missing(
        world, truth, judged, key, id):
    sealer.everything(key)
    write_events(1, changes=[change(id)])
    assert judged()[0] == 0, "not sealed yet: nothing is said of it"
    sealer.everything(key)
    write_events(1)
    assert sealer.everything(key).events, "and sealing goes on"
    checked(truth)
    every_event_once(truth)
    status, first, why = judged()
    assert (status, why) == (1, "") and first.what == "missing" and first.kind == "movement"


@pytest.mark.parametrize("changes", [7, "text", [7, None, "x"], [{"id": "1"}], [change("x", ["movement"])], {"what": 1}],
                         ids=repr)
def test_changes_that_are_no_list_of_changes_name_nothing_and_stop_nothing(world, truth, judged, key, changes):
    write_events(1, changes=changes)
    sealer.everything(key)
    every_event_once(truth)
    assert judged()[0] == 0


def test_beside_what_names_nothing_a_record_is_sealed_all_the_same(world, truth, key):
    sealer.everything(key)
    grant = truth.scalar(select(LogLeaf.record_id).where(LogLeaf.what == "role_grant").limit(1))
    write_events(1, changes=[change("garbage"), change(grant.upper(), "role_grant")])
    assert sealer.everything(key).events
    checked(truth)


def test_an_event_that_has_no_one_written_form_is_refused_in_words_that_name_it(world, key):
    write_events(1, details={"half": 0.5})
    with pytest.raises(Refusal, match=r"Event \d+ cannot be sealed: no one way to write a float"):
        sealer.everything(key)
