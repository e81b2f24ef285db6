# Needs Python >= 3.11 and make, nothing else. `make help` lists the commands.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help run test install check bench format lock names picture clean

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(INSTALLED) ## the bot: on Telegram with BOT_TOKEN, else a chat in this terminal
	@exec $(BIN)/python -m bot run

# What is compiled is kept, also where the environment says otherwise: every program that the tests start reads it.
test: $(INSTALLED) ## all tests
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

install: $(INSTALLED) ## only the install, from the hash-pinned lock file

check: $(INSTALLED) ## linters, formatter, types, import directions, catalogues, names, what is deployed, data
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@PYTHONPATH=. $(BIN)/lint-imports
	@$(BIN)/python scripts/check_catalogues.py
	@$(BIN)/python scripts/check_facts.py
	@$(BIN)/python scripts/build_names.py --check
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml docker-compose.small.yml
	@$(BIN)/python scripts/check_deploy.py
	@$(BIN)/python -m bot load --check

bench: $(INSTALLED) ## benchmarks: tables here, JSON under build/bench/
	@$(BIN)/python -m benchmarks

format: $(INSTALLED) ## formats the code and sorts its imports
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

names: $(INSTALLED) ## builds the name index anew from CLDR and data/names
	@$(BIN)/python scripts/build_names.py

picture: $(INSTALLED) ## draws docs/conversation.svg from a real conversation
	@$(BIN)/python scripts/draw_conversation.py

lock: ## resolves requirements.lock anew (needs uv)
	@uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade --quiet --output-file requirements.lock

clean: ## removes what was installed and built
	@rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(INSTALLED): requirements.lock pyproject.toml
	@echo "installing into $(VENV), once …" >&2
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, not " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock </dev/null >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . </dev/null >&2
	@touch $@
