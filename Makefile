# make demo and make test need Python 3.11+, git and make, nothing else: they set themselves up in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check lint lock clean

demo: $(VENV)/lab.done
	@$(BIN)/trailkeep demo

test: $(VENV)/dev.done
	@$(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder

check: lint test

lint: $(VENV)/dev.done
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

lock: $(VENV)/dev.done
	@$(BIN)/pip install --quiet uv && PATH=$(CURDIR)/$(BIN):$$PATH scripts/lock

$(VENV)/%.done: requirements/%.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: apt-get install python3 python3-venv, or make PYTHON=/path/to/python $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "trailkeep needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv is missing: apt-get install python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setting up $(VENV) from requirements/$*.txt (a minute, the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/$*.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src || true
	@touch $@

clean:
	rm -rf $(VENV) .demo
