"""Power goes at any moment: the server is killed while money is posted, and so is the database. Nothing acknowledged
is lost, nothing is half there, and what was not answered is done once when it is sent again."""
from __future__ import annotations

import random
import subprocess
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import make_url

from casework import schema
from casework.access import tokens
from casework.cases import actions as cases
from casework.kernel.db import db
from casework.kernel.system import SYSTEM
from casework.kernel.walled import RUNTIME
from tests import world as story
from tests.conftest import app_on
from tests.counts import times
from tests.postgres import database, find_programs, server_of_its_own
from tests.serving import proof
from tests.serving.mortal import Mortal, figures
from tests.serving.posting import Poster, at_rest, posting, require_no_failure, rich_fund, send
from tests.serving.server import listening

pytestmark = [pytest.mark.slow, pytest.mark.crash]
SECONDS_TO_COME_UP = 5
POSTERS, CASES_EACH = 4, 6
HANDS = ("ada", "sam", "bud", "cerys", "pia", "bree")


@pytest.fixture
def on_sqlite(sqlite_copies, tmp_path):
    url, ids = sqlite_copies()
    with served(url, ids, tmp_path / "log") as everything:
        yield everything


@pytest.fixture
def on_postgresql(postgresql_copies, tmp_path):
    """The story on a PostgreSQL that waits for the disk, and the server on it."""
    url, ids = postgresql_copies()
    with server_of_its_own(durable=True) as server:
        copied(url, server.uri)
        durable = database(server.uri, "casework").replace("postgresql://", "postgresql+psycopg://")
        with app_on(durable).app_context():
            schema.secure()
            db.engine.dispose()
        with served(durable, ids, tmp_path / "log") as everything:
            yield *everything, server


def copied(url, target):
    """The database at this address, made anew on another server."""
    programs, source = find_programs(), make_url(url).set(drivername="postgresql").render_as_string(False)
    dump = subprocess.run([programs / "pg_dump", "--format=custom", source], check=True, capture_output=True)
    for words in ("CREATE DATABASE casework", f"CREATE ROLE {RUNTIME} LOGIN"):
        subprocess.run([programs / "psql", "-qd", target, "-c", words], check=True)
    restore = [programs / "pg_restore", "--exit-on-error", "-d", database(target, "casework")]
    subprocess.run(restore, check=True, input=dump.stdout)


@contextmanager
def served(url, ids, log):
    """The server, and the people who post to it, on a fund of their own."""
    app = app_on(url)
    with app.app_context():
        w = story.World(ids, db.session())
        hands = {name: tokens.create(SYSTEM, getattr(w, name), label="crash") for name in HANDS}
        fund = rich_fund(w)
        files = [[str(cases.open_case(w.ada, w.den, referral_source="self").id) for _ in range(CASES_EACH)]
                 for _ in range(POSTERS)]
        db.session.remove()
    with listening() as door, log.open("wb") as said:
        server = Mortal(url, door, said, app)
        server.come_up(server.start)
        yield server, [Poster(server.address, hands, mine, str(fund)) for mine in files]
        server.kill()
    with app.app_context():
        db.engine.dispose()


def test_the_server_is_killed_on_sqlite(on_sqlite):
    server, posters = on_sqlite
    survive(server, posters, times(small=2, full=200), server.kill, server.start)


@pytest.mark.postgresql
def test_the_server_is_killed_on_postgresql(on_postgresql):
    server, posters, _ = on_postgresql
    survive(server, posters, times(small=1, full=100), server.kill, server.start)


@pytest.mark.postgresql
def test_postgresql_itself_is_killed(on_postgresql):
    server, posters, postgres = on_postgresql
    survive(server, posters, times(small=1, full=20), postgres.kill, postgres.start, postgres)


def survive(server, posters, kills, kill, start, of=None):
    """Kill it so many times under load, every tenth time also while it comes up, and look each time."""
    server.seconds.clear(), server.own_seconds.clear()
    with posting(posters):
        for number in range(kills):
            time.sleep(random.uniform(0.2, 1.0))
            require_no_failure(posters)
            server.strike(kill, posters)
            if number % 10 == 1 and start == server.start:
                start()
                time.sleep(random.uniform(0, 1.5))
                kill()
            server.come_up(start, of)
            print(f"{number + 1} of {kills} kills: up again in {server.seconds[-1]:.2f} s", flush=True)
            with at_rest(posters):
                require_all_well(server, posters)
    finished(server, posters)
    assert sum(server.in_flight) > 0, "no kill hit anything: this proves nothing"
    assert max(server.own_seconds) < SECONDS_TO_COME_UP, (server.seconds, server.own_seconds)


def require_all_well(server, posters):
    """What was answered is there once and is answered again the same; what is there is whole."""
    stories = [story for poster in posters for story in list(poster.stories) if story.id and not story.looked_at]
    lived = [(story, story.answered(), story.over) for story in stories]
    require_the_same_answers(server, posters[0].tokens, stories)
    proof.require_balanced(server.app)
    with proof.snapshot(server.database) as session:
        for story, answered, over in lived:
            proof.require_whole(session, story, answered)
            story.looked_at = over


def require_the_same_answers(server, hands, stories):
    answered = [sent for story in stories for sent in list(story.sent) if sent.answered and not sent.replayed]
    with server.client() as client:
        for sent in answered:
            again = send(client, hands, sent)
            assert (again.status_code, again.text, again.headers.get("ETag")) == (sent.status, sent.text, sent.etag), (
                sent, again.text)
            sent.replayed = True


def finished(server, posters):
    """The whole database, at the end and at rest."""
    require_all_well(server, posters)
    stories = [story for poster in posters for story in poster.stories]
    with proof.snapshot(server.database) as session:
        proof.require_only(session, posters[0].fund, stories)
        proof.require_every_row_told(session)
        print(figures(server, stories, proof.done_before(session, stories)))
