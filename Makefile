# Everything that the project is operated and developed with. `make help` lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What this installation is told by a file, if there is one (see .env.sample).
ENV := set -a; [ ! -f .env ] || . ./.env; set +a;

.DEFAULT_GOAL := help
.PHONY: help install run test check fix docs messages lock bench screenshots clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(VENV)/installed ## install everything into .venv (needs Python 3.11 or newer and the network once)

$(VENV)/installed: pyproject.toml requirements.lock tools/install
	@PYTHON='$(PYTHON)' VENV='$(VENV)' tools/install
	@touch $@

run: install translations ## start the platform and say where it is; Ctrl-C stops it
	@$(ENV) exec $(BIN)/yichuang up

test: install translations ## run all tests, on a database of their own
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: install translations ## look for faults without running anything: style, types, layers, templates, catalogue
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --check --lint yichuang
	$(BIN)/yichuang catalogue check
	$(BIN)/yichuang docs --check
	$(BIN)/python -W ignore::RuntimeWarning -m django makemigrations --check --dry-run --settings yichuang.config.settings

fix: install ## correct style where a tool can do it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	-$(BIN)/djlint --quiet --reformat yichuang

docs: install translations ## draw the generated pages of docs/ anew
	$(BIN)/yichuang docs

messages: install ## bring the files of translations up to date with the pages
	$(BIN)/python tools/messages.py

lock: install ## pin every package anew, with hashes and without hosts
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-emit-index-url \
	  --no-header --python-version 3.11 --upgrade --quiet --output-file requirements.lock

bench: install ## measure speed on a database of its own and print one table
	$(BIN)/python -m bench

screenshots: install translations ## take the pictures of the README in a real browser
	YICHUANG_SCREENSHOTS=1 $(BIN)/python -m pytest tests/test_journey_browser.py tests/test_authoring_browser.py

clean: ## remove the environment and what tools left; the data of the platform stays
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# Translations are compiled where their text is newer.
TEXTS := $(wildcard yichuang/web/locale/*/LC_MESSAGES/django.po)
.PHONY: translations
translations: install $(TEXTS:.po=.mo)
%.mo: %.po
	@$(BIN)/pybabel --quiet compile --input-file=$< --output-file=$@
