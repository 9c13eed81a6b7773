# Casework. `make run` shows it, `make test` proves it, `make help` lists the rest.

V    := .venv
B    := $(V)/bin
PORT ?= 8000
export PORT

# Thousands of small databases come and go in the tests: in memory where the system offers a folder for that.
SCRATCH := $(shell test -w /dev/shm && echo TMPDIR=/dev/shm)

# The first Python on this machine that is new enough; `make PY=/path/to/python` names another.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PY   ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
          $$p -c '$(NEW_ENOUGH)' 2>/dev/null && { echo $$p; break; }; done)

UV   := $(B)/uv pip install --quiet --python $(B)/python
LOCK := $(B)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
          --no-emit-index-url --no-emit-find-links --no-header --no-annotate $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help run demo-reset serve test quick crash bench lint install lock clean

help:                  ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 22

run: $(V)/.run         ## set everything up, tell the demo story once, and serve it (PORT=8000)
	@$(B)/casework demo --port $(PORT)

demo-reset: $(V)/.run  ## throw the demo data away and begin the story again
	@$(B)/casework demo --port $(PORT) --reset

serve: $(V)/.run       ## serve for production with gunicorn; needs CASEWORK_DATABASE_URL and the keys
	@exec $(B)/gunicorn --no-control-socket --preload --worker-class gthread \
	    --workers "$$(getconf _NPROCESSORS_ONLN)" --threads 3 \
	    --bind "$${BIND:-127.0.0.1:$(PORT)}" --max-requests 20000 --max-requests-jitter 2000 wsgi:app

test: lint             ## everything: style, types, rooms, then the whole suite on both databases and in a browser
	@$(B)/python -m tests.browser.chromium
	@$(SCRATCH) $(B)/python -m pytest -n 2 --dist worksteal

quick: $(V)/.test      ## a developer's loop: style, and the tests that need no told story, in seconds
	@$(B)/ruff check --quiet
	@$(SCRATCH) $(B)/python -m pytest -n 2 -x -m "not slow and not browser and not postgresql and not world"

crash: $(V)/.test      ## what `make test` does a few times, in full: hundreds of kills, many rows. Takes long
	@$(SCRATCH) CASEWORK_TEST_FULL=1 $(B)/python -m pytest -m crash

bench: $(V)/.test      ## how fast, as ratios in one run: see tests/benchmarks/README.md
	@$(B)/python -m tests.benchmarks

lint: $(V)/.test       ## style, types and the order of the rooms
	@$(B)/ruff check --quiet
	@$(B)/mypy --no-error-summary
	@$(B)/lint-imports > $(V)/rooms.txt || { cat $(V)/rooms.txt; exit 1; }

install: $(V)/.test    ## the environment alone, with everything the tests need

lock: $(V)/.uv         ## resolve the dependencies anew; UPGRADE=--upgrade takes newer ones
	echo uv | $(LOCK) - -o requirements/bootstrap.txt
	printf 'hatchling\nnodejs-wheel-binaries\n' | $(LOCK) - -o requirements/build.txt
	$(LOCK) pyproject.toml --extra server --extra postgres -o requirements/run.txt
	$(LOCK) pyproject.toml --extra server --extra postgres --extra test -o requirements/test.txt
	$(LOCK) pyproject.toml --all-extras -o requirements/dev.txt

clean:                 ## remove the environment and the built assets; the data in instance/ stays
	rm -rf $(V) casework/static/vendor

# ── How the environment comes about: a pinned uv, then the locked set, then the project with its assets ──────────────

$(V)/.uv: requirements/bootstrap.txt
	@test -n "$(PY)" || { echo "Casework needs Python 3.11 or newer, and found none. Name one: make PY=/path/to/python"; exit 1; }
	@$(PY) -c '$(NEW_ENOUGH)' || { echo "Casework needs Python 3.11 or newer; $(PY) is older or missing."; exit 1; }
	@$(PY) -c 'import venv, ensurepip' 2>/dev/null || \
	    { echo "This Python cannot make virtual environments. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Setting up $(V) …"
	@$(PY) -m venv $(V)
	@$(B)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $@

$(V)/.run: $(V)/.uv requirements/run.txt requirements/build.txt pyproject.toml package.json package-lock.json hatch_build.py
	@echo "Installing the locked packages …"
	@$(UV) --require-hashes -r requirements/run.txt
	@echo "Building the browser assets …"
	@$(UV) --no-deps --build-constraints requirements/build.txt -e .
	@touch $@

$(V)/.test: $(V)/.run requirements/test.txt
	@echo "Installing what the tests need …"
	@$(UV) --require-hashes -r requirements/test.txt
	@touch $@
