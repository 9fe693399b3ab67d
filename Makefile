# Everything a person starts here. `make help` lists it; run, test and check set everything up by themselves.

.DEFAULT_GOAL := help
.PHONY: help run seed demo replay verify test check format bench faults lock setup develop

# The machine's Python: 3.11 by name if it is there and works, else python3.
PYTHON ?= $(shell python3.11 -c '' 2>/dev/null && echo python3.11 || echo python3)
VENV := .venv/bin/python
ONLY ?=

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## start everything on 127.0.0.1:8000; Ctrl-C stops it (PORT, DATA_DIR, DATABASE_URL: README)
	@$(VENV) -m tools.run

seed: setup ## lay down database, migrations and the demonstration union, without starting the server
	@$(VENV) -m tools.run --prepare

demo: setup ## tell the whole story against the running server, from the roster to the reconciled payment
	@$(VENV) -m tools.demo

replay: setup ## evaluate every stored decision anew (with the server stopped, or DATABASE_URL set); none may differ
	@$(VENV) -m tools.replay

verify: setup ## check record, seal, every row and balance (server stopped, or DATABASE_URL set; KEY=public key, COPIES=folder)
	@$(VENV) -m tools.verify_record $(if $(KEY),--key '$(KEY)') $(if $(COPIES),--copies '$(COPIES)')

test: develop ## run all tests on an embedded PostgreSQL of their own (ONLY=path or name narrows them)
	@$(VENV) -m pytest $(ONLY)

check: develop ## format, lint, types, import contracts, migrations
	@$(VENV) -m ruff format --check .
	@$(VENV) -m ruff check .
	@$(VENV) -m mypy
	@$(VENV) -m mypy -p tools
	@.venv/bin/lint-imports
	@$(VENV) -m tools.check_migrations

format: develop ## rewrite the code in the house's format
	@$(VENV) -m ruff format .
	@$(VENV) -m ruff check --fix .

bench: develop ## measure (ONLY=prefix narrows it)
	@$(VENV) -m bench $(ONLY)

faults: develop ## race it from several processes, many times over (SHORT=1: once, as make test does)
	@FAULTS_TRIALS=$(if $(SHORT),1,25) $(VENV) -m tests.faults $(ONLY)

lock: develop ## resolve requirements/*.in anew into requirements/*.txt, with hashes and without addresses
	@for name in run develop; do \
	  CUSTOM_COMPILE_COMMAND='make lock' $(VENV) -m piptools compile --quiet --upgrade --strip-extras --allow-unsafe \
	    --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	    --output-file=requirements/$$name.txt requirements/$$name.in || exit 1; \
	done

setup:
	@$(PYTHON) tools/setup.py run

develop:
	@$(PYTHON) tools/setup.py run develop
