# Everything a person types. Each target does its own set-up: Python 3.11 or newer, make and git are enough.
.PHONY: run test check drills ui bench lock demo demo-release clean
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export DAGSTER_DISABLE_TELEMETRY := yes
export DBT_SEND_ANONYMOUS_USAGE_STATS := false

run: $(READY) demo            ## from raw files to published datasets
	$(BIN)/yardstick run

test: $(READY)                ## every test
	$(BIN)/pytest -n 2 --dist loadfile

check: $(READY)               ## format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	@mkdir -p var/lint
	YARDSTICK_STATE=$(CURDIR)/var DBT_TARGET_PATH=$(CURDIR)/var/lint DBT_LOG_PATH=$(CURDIR)/var/lint \
		$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models

drills: $(READY)              ## simulations and failures at full size; writes docs/reliability.md
	YARDSTICK_DRILLS=full $(BIN)/pytest -m drill

ui: $(READY) demo             ## Dagster's pages on this machine, http://127.0.0.1:3000
	$(BIN)/python -m pipelines.ui

bench: $(READY)               ## what the line costs, beside plain DuckDB
	$(BIN)/python -m benchmarks

demo: $(READY)                ## the raw files of the demo council
	@if [ -d demo ]; then $(BIN)/python -m demo var/inbox; fi

demo-release: $(READY) demo   ## make the committed release of the demo again, from nothing
	$(BIN)/python -m demo.release

lock: $(READY)                ## choose dependencies anew
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --extra dev --generate-hashes --no-emit-index-url \
		--no-emit-find-links --custom-compile-command "make lock" pyproject.toml -o requirements.lock

clean:                        ## forget all state, the virtual environment included
	rm -rf var $(VENV)

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Yardstick needs Python 3.11 or newer; say which with make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes --requirements requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@
