"""Speed, as figures of one run: `python -m tests.benchmarks.NAME`. Never part of the suite."""
