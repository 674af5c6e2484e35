# make annexes [EDITION=2022|2024|all]   make test   make lab   make reference   make clean
EDITION ?= 2022
PYTHON3 ?= python3
BIN := .venv/bin
# Python 3.11 reads the paths of an editable install in the locale's encoding: in a folder with an accent, LC_ALL=C stops it.
export LC_ALL = C.UTF-8
.DEFAULT_GOAL := help
.PHONY: help annexes test documented lint reference lab bench chaos coverage upgrade clean

help:
	@echo "make annexes [EDITION=2022|2024|all]  render the annexes into outputs/"
	@echo "make test                             run every check"
	@echo "make lab                              open JupyterLab on the notebooks"
	@echo "make bench [BENCH=2022]               time every way to render, write docs/benchmarks.md (an hour for all editions)"
	@echo "make chaos                            kill renders at random moments, write docs/reliability.md (ten minutes at most)"
	@echo "make reference                        write the reference outputs that nbval compares"
	@echo "make coverage                         which lines the tests run (half an hour)"
	@echo "make upgrade                          take the newest versions that pyproject.toml allows, write constraints.txt"
	@echo "After the first of them, the command is .venv/bin/traite; \`. .venv/bin/activate\` makes it \`traite\` in this terminal."

# The paths of an editable install, from where they are read: plain letters whatever the folder, so that .venv/bin/traite starts in any
# locale, called by anybody; `make` starts Python in a UTF-8 one because they are absolute until then.
define relative
@$(BIN)/python -c "import os, pathlib, sysconfig; \
site = pathlib.Path(sysconfig.get_path('purelib')); path = site / '_traite.pth'; \
lines = path.read_text(encoding='utf-8').splitlines(); \
path.write_text(chr(10).join(os.path.relpath(site / line, site) for line in lines), encoding='ascii')"
endef

# Paths are relative: the project works in a folder whose name has spaces and accents.
define install
@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, found `$(PYTHON3) --version`."; exit 1; }
@echo "Installing Python packages into .venv (once; a few minutes without uv), then: $(MAKECMDGOALS)"
@if command -v uv >/dev/null 2>&1; then \
	uv venv --quiet --allow-existing --python $(PYTHON3) .venv && uv pip install --quiet --python $(BIN)/python $(2) -e '.$(1)'; \
else \
	$(PYTHON3) -m venv .venv && $(BIN)/python -m pip install --quiet --disable-pip-version-check $(2) -e '.$(1)'; \
fi
$(relative)
@$(BIN)/python -c 'import matplotlib.font_manager' 2>/dev/null
@touch $@
endef

LOCKED := -c constraints.txt

.venv/installed: pyproject.toml constraints.txt
	$(call install,,$(LOCKED))

.venv/installed-for-tests: pyproject.toml constraints.txt
	$(call install,[dev],$(LOCKED))
	@touch .venv/installed

annexes: .venv/installed
	$(BIN)/python -m traite_annexes render $(EDITION)
	@echo "Open the page above in a browser. The command is .venv/bin/traite (\`. .venv/bin/activate\` makes it \`traite\`)."

# What needs one processor is done two at once; then tests, file by file in the order of their folders, so that short ones come last.
test: .venv/installed-for-tests
	$(MAKE) --no-print-directory -j2 --output-sync=target lint documented
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests

documented: .venv/installed-for-tests
	$(BIN)/python -m pytest --doctest-modules --doctest-glob='*.md' README.md docs packages traite_lib
	$(BIN)/python -m pytest --nbval-lax --nbval-current-env --nbval-cell-timeout=120 tests/reference/2022

lint: .venv/installed-for-tests
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports --no-cache

reference: .venv/installed
	$(BIN)/python tests/make_reference.py

# ploomber-engine makes papermill import it wherever both are installed: it has a folder of its own, on one contender's path.
.venv/installed-for-bench: pyproject.toml constraints.txt
	$(call install,[dev],$(LOCKED))
	@if command -v uv >/dev/null 2>&1; then uv pip install --quiet --python $(BIN)/python --target .bench ploomber-engine; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check --target .bench ploomber-engine; fi
	@touch .venv/installed .venv/installed-for-tests

bench: .venv/installed-for-bench
	$(BIN)/python benchmarks/bench.py $(BENCH)

chaos: .venv/installed-for-tests
	PYTHONPATH=tests:tests/traite_annexes $(BIN)/python tests/chaos.py

coverage: .venv/installed-for-tests
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term:skip-covered tests

# The newest versions that pyproject.toml allows, in an environment of their own; then `make test`, and commit constraints.txt.
upgrade:
	$(PYTHON3) -m venv .upgrade
	.upgrade/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	.upgrade/bin/python -m pip list --format=freeze --exclude-editable --disable-pip-version-check | grep -Ev '^(pip|setuptools)==' > constraints.txt
	rm -rf .upgrade

lab: .venv/installed
	$(BIN)/python -m jupyter lab notebooks

clean:
	rm -rf .venv .bench .upgrade outputs
