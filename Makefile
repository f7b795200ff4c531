# Everything here needs only Python >= 3.11 and make; it sets up .venv in this folder the first time.
PYTHON ?= python3
LANGUAGE ?= en
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo demo-google test test-all lint pictures bench clean

demo: $(READY)  ## a whole day on a team's workbook, in demo/
	@$(BIN)/sheetops demo demo --language $(LANGUAGE)

demo-google: $(READY)  ## the same day on a Google spreadsheet, on the local server of the tests
	@$(BIN)/python -m tests.google_demo demo-google $(LANGUAGE)

test: $(READY)  ## the quick suite
	@$(BIN)/python -m pytest -m "not slow" -n 2 --dist worksteal

test-all: $(READY)  ## every test, the long ones with their figures
	@$(BIN)/python -m pytest -n 2 -rs --hypothesis-profile full
	@$(BIN)/python -m pytest -m slow -s

lint: $(READY)  ## style, types and floors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

$(READY): pyproject.toml constraints.txt
	@echo "setting up .venv (once; a minute or two)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; try make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@$(BIN)/python -m compileall -q sheetops  # who runs it by cron or as a service may not be allowed to
	@touch $(READY)

pictures: $(READY)  ## the pictures of the README, made anew from the demo
	@$(BIN)/python docs/make_pictures.py

bench: .bench/.ready  ## sheetops beside its peers and the limits of the machine, into docs/benchmarks.md
	@$(BIN)/python -m bench --write docs/benchmarks.md $(BENCH)

# paper-xlsx takes openpyxl's name, so it lies in a folder of its own.
.bench/.ready: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --target .bench/paper 'paper-xlsx>=0.2'
	@touch $@

clean:
	rm -rf .venv .bench demo demo-google dist build
