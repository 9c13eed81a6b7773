"""The verifier by itself: one file and one wheel, run where nothing of Casework is."""
from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from casework.log.verifier import casework_verify as verifier
from tests.log.exported import Log, packed

FILE = Path(verifier.__file__)


def test_it_imports_nothing_of_the_application_and_says_its_verdict_in_words_and_for_machines(tmp_path):
    log = Log()
    log.leaves[6]["amount"] += 1
    bundle = packed(tmp_path / "b.zip", log.files())
    alone = (tmp_path / "casework_verify.py")
    alone.write_bytes(FILE.read_bytes())

    def run(*words):
        return subprocess.run([sys.executable, "-I", str(alone), str(bundle), *words], capture_output=True, text=True,
                              cwd=tmp_path, timeout=30, check=False)
    said = run("--key", log.signer.vkey)
    assert said.returncode == 1
    assert "Record 6 (movement m-1) is altered" in said.stdout
    told = json.loads(run("--key", log.signer.vkey, "--json").stdout)
    assert told["verdict"] == "does not hold"
    assert (told["first"]["index"], told["first"]["id"]) == (6, "m-1")
    assert run("--key", "nonsense").returncode == 2
    assert run().returncode == 2
    assert "casework" not in {line.split()[1].split(".")[0] for line in alone.read_text().splitlines()
                              if line.startswith(("import ", "from "))}


@pytest.mark.slow
def test_its_own_wheel_runs_where_only_cryptography_is(tmp_path):
    """Built from its folder, put into an environment of its own, and run by its command."""
    built = subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
                           cwd=FILE.parent, capture_output=True, text=True, timeout=60, check=False)
    assert built.returncode == 0, built.stderr
    wheel, place = next(tmp_path.glob("*.whl")), tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True, timeout=60)
    installed = subprocess.run([sys.executable, "-m", "pip", "--python", str(place / "bin" / "python"), "install", "-q",
                                "--no-deps", "--no-index", "--disable-pip-version-check", str(wheel)],
                               capture_output=True, text=True, timeout=60, check=False)
    assert installed.returncode == 0, installed.stderr
    lent(next(place.glob("lib/python*/site-packages")))
    log = Log()
    bundle = packed(tmp_path / "b.zip", log.files())
    done = subprocess.run([place / "bin" / "casework-verify", str(bundle), "--key", log.signer.vkey], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "This log holds" in done.stdout


@pytest.mark.slow
def test_the_wheel_of_casework_carries_it_for_the_bundle(tmp_path):
    root = FILE.parent.parent.parent.parent
    built = subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=root,
                           env={**os.environ, "CASEWORK_SKIP_ASSETS": "1"}, capture_output=True, text=True, timeout=120,
                           check=False)
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        assert wheel.read("casework/log/verifier/casework_verify.py") == FILE.read_bytes()


def lent(site):
    """The installed `cryptography` and what it stands on, and nothing else of this environment."""
    import cryptography
    here = Path(cryptography.__file__).parent.parent
    for name in ("cryptography", "cffi", "pycparser"):
        if (here / name).is_dir():
            (site / name).symlink_to(here / name)
    for file in here.glob("_cffi_backend*"):
        (site / file.name).symlink_to(file)
