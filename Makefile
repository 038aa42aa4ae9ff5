# Gongxue 工学. `make` lists the targets; ARGS="…" hands words on to the command behind a target.

PYTHON = $(shell for python in python3.11 python3; do $$python -c '' 2>/dev/null && echo $$python && break; done)
SETUP  = $(or $(PYTHON),python3) tools/setup.py
BIN    = .venv/bin

.PHONY: help setup run test check fix docs bench faults lock

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

setup:  ## set up what `make run` needs, and start nothing
	@$(SETUP) run

run:  ## set up what is missing, then start Gongxue with the demonstration country
	@$(SETUP) run
	@exec $(BIN)/gongxue serve $(ARGS)

test:  ## all tests: on SQLite, on PostgreSQL, in the browser  (ARGS="-k admit")
	@$(SETUP) test
	@$(BIN)/python tools/test.py $(ARGS)

check:  ## formatting, lint, types, layers, generated documents, migrations
	@$(SETUP) check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/docs.py --check
	$(BIN)/gongxue manage makemigrations --check --dry-run

fix:  ## put formatting and lint right where a tool can
	@$(SETUP) check
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs:  ## write the generated documents anew
	@$(SETUP) check
	$(BIN)/python tools/docs.py

bench:  ## measure speed and capacity
	@$(SETUP) test
	$(BIN)/gongxue bench $(ARGS)

faults:  ## the fault tests with their full counts: kills, power cuts, races
	@$(SETUP) test
	@$(BIN)/python tools/test.py faults $(ARGS)

lock:  ## write requirements/*.txt and package-lock.json anew  (ARGS=--upgrade)
	@$(SETUP) check
	$(BIN)/python tools/lock.py $(ARGS)
