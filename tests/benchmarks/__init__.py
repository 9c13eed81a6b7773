"""Speed, as ratios within one run. Never part of the test suite: see README.md here."""
