"""How far the log is sealed: told to the auditor, to whoever watches, and to who asks whether this copy is ready."""
from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import create_engine

from casework.kernel.db import at, now
from casework.log import notes, sealer, standing
from tests.log.sealing import ORIGIN, write_events

TOKEN = "metrics token of the tests"


@pytest.fixture
def key():
    return notes.generate(ORIGIN)


@pytest.fixture
def set_to(app):
    """Settings for one test."""
    before = dict(app.config)

    def change(**settings):
        app.config.update(settings)
    yield change
    app.config.update({name: before[name] for name in ("ENV", "METRICS_TOKEN", "WITNESSES", "LOG_KEY")})


def ready(app):
    answer = app.test_client().get("/readyz")
    return answer.status_code, answer.json["checks"]


def test_what_waits_is_counted_with_the_age_of_the_oldest(world, app, key):
    sealer.everything(key)
    with at(now() - timedelta(minutes=5)):
        write_events(2)
    write_events(1)
    told = standing.standing(app.config)
    assert told.waiting.count == 3 and timedelta(minutes=5) <= told.waiting.lag < timedelta(minutes=6)
    sealer.everything(key)
    told = standing.standing(app.config)
    assert (told.waiting.count, told.waiting.lag) == (0, timedelta()) and told.checkpoint.vkey == key.vkey


def test_a_lag_of_more_than_a_minute_is_unready(world, app, key):
    sealer.everything(key)
    write_events(1)
    assert ready(app)[0] == 200
    with at(now() - timedelta(seconds=61)):
        write_events(1)
    assert ready(app) == (503, {**ready(app)[1], "log_sealed": "failed"})
    sealer.everything(key)
    assert ready(app)[0] == 200


def test_an_open_transaction_is_no_lag(world, app, copy, key):
    if copy[0].startswith("sqlite"):
        return
    sealer.everything(key)
    engine = create_engine(copy[0])
    with engine.connect() as connection, at(now() - timedelta(hours=1)):
        write_events(1, connection)
        assert standing.standing(app.config).waiting.count == 0
    engine.dispose()


def test_production_without_a_key_to_sign_with_is_unready(world, app, set_to, key):
    set_to(ENV="production")
    assert ready(app)[1]["log_key"] == ready(app)[1]["log_sealed"] == "failed"
    sealer.everything(key)
    assert (ready(app)[1]["log_key"], ready(app)[1]["log_sealed"]) == ("ok", "ok"), "another process holds the key"


def test_a_witness_that_never_heard_is_unready(world, app, set_to, tmp_path):
    set_to(WITNESSES=f"folder:{tmp_path}")
    assert ready(app)[1]["log_witnessed"] == "failed"


def test_metrics_are_for_who_has_the_token_and_hold_counts_and_ages_alone(world, app, set_to, key, tmp_path):
    client = app.test_client()
    assert client.get("/metrics").status_code == 404
    set_to(METRICS_TOKEN=TOKEN, WITNESSES=f"folder:{tmp_path}")
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    with at(now() - timedelta(minutes=2)):
        write_events(1)
    sealer.everything(key)
    with at(now() - timedelta(minutes=2)):
        write_events(2)
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    said = {family.name: family.samples for family in text_string_to_metric_families(answer.text)}
    value = {name: samples[0].value for name, samples in said.items()}
    assert value["casework_log_size"] == sealer.newest(world._session).size
    assert value["casework_log_unsealed"] == 2 and 120 <= value["casework_log_lag_seconds"] < 180
    assert value["casework_log_witness_heard_seconds"] == 0 == value["casework_log_witness_failing"]
    assert said["casework_log_witness_failing"][0].labels == {"witness": f"folder:{tmp_path}"}
