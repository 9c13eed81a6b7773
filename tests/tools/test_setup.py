"""What is installed is what was locked, from wherever it is fetched; and the pages find what they borrow."""

import json
import re
from pathlib import Path

import psycopg
import pytest

import hatch_build
from tests.postgres import database

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
ADDRESS = re.compile(r"\w+://")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_a_lock_pins_every_package_by_hash_and_names_no_address(lock):
    packages = re.split(r"\n(?=\S)", lock.read_text().strip())
    assert packages
    assert all("==" in package and "--hash=sha256:" in package for package in packages)
    assert not ADDRESS.search(lock.read_text())


def test_the_browser_lock_pins_every_package_by_hash_and_names_no_address():
    packages = {name: entry for name, entry in browser_lock()["packages"].items() if name}
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())


def test_the_assets_are_the_ones_that_the_lock_describes():
    assert hatch_build.is_built(ROOT), "run make install"


def test_every_picture_and_font_of_the_style_sheet_is_there():
    style = hatch_build.vendor(ROOT) / hatch_build.STYLE
    asked = re.findall(r"url\((\.\./[^)?#]+)", style.read_text())
    absent = {path for path in asked if not (style.parent / path).is_file()}
    assert asked
    assert {Path(path).suffix for path in absent} <= hatch_build.UNREAD


def test_every_text_among_the_assets_has_a_compressed_copy():
    texts = [file for file in hatch_build.vendor(ROOT).rglob("*") if file.suffix in hatch_build.COMPRESSED]
    assert texts
    assert all(file.with_name(f"{file.name}.gz").is_file() for file in texts)


@pytest.mark.postgresql
def test_the_postgresql_of_the_tests_gives_each_database_its_own_address(pg_server):
    with psycopg.connect(pg_server, autocommit=True) as server:
        server.execute("create database apart")
    with psycopg.connect(database(pg_server, "apart")) as apart:
        assert apart.execute("select current_database()").fetchone() == ("apart",)


def browser_lock() -> dict:
    return json.loads((ROOT / "package-lock.json").read_text())
