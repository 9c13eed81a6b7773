"""The benchmarks are run by hand; that they still fit the product is seen here."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = sorted(path.stem for path in (Path(__file__).parent / "benchmarks").glob("[a-z]*.py"))


def test_every_benchmark_finds_what_it_asks_of_the_product():
    imports = "; ".join(f"import tests.benchmarks.{name}" for name in BENCHMARKS)
    done = subprocess.run([sys.executable, "-W", "error", "-c", imports], capture_output=True, text=True,
                          cwd=Path(__file__).parents[1], check=False)
    assert BENCHMARKS and done.returncode == 0, done.stderr
