# make run: install, index the corpus, serve.   make test: everything that must hold.

PYTHON ?= python3
TORCH := 2.13.0
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup run test coverage test-long lint bench bench-load bench-peers evaluate browser tesseract wheel audit lock clean

setup: .venv/.installed

run: .venv/.installed
	$(BIN)/assistant index
	$(BIN)/assistant serve $(if $(PORT),--port $(PORT))

test: .venv/.installed-test browser tesseract lint
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder $(COVERED)

# The same with the coverage of lines and branches, which takes a quarter more time.
coverage:
	$(MAKE) test COVERED="--cov=assistant --cov-branch --cov-report=term:skip-covered"

# The long forms: many crashes, faults, places of damage, questions at once.
test-long: .venv/.installed-test
	$(BIN)/pytest -m long

lint: .venv/.installed-test
	$(BIN)/ruff format --check assistant tests
	$(BIN)/ruff check assistant tests
	$(BIN)/mypy
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec compose.yaml

bench: .venv/.installed-test
	$(BIN)/assistant index
	$(BIN)/python -m tests.benchmarks.asking
	$(BIN)/python -m tests.benchmarks.loading
	$(BIN)/python -m tests.benchmarks.indexing $(if $(CORPUS),--corpus $(CORPUS))

# A server under load: many clients, a flood of questions, slow connections, a stop.
bench-load: .venv/.installed-test
	$(BIN)/assistant index
	$(BIN)/python -m tests.benchmarks.load

# Two peers, from their released packages in an environment of their own, and ours, with the same
# embedder and the weights of READER (packaged): indexing, starting, asking and memory, then the readers
# alone on questions about paragraphs: the project's own, or SQuAD 2.0's:
# make bench-peers SAMPLE=200 SQUAD=folder of dev-v2.0.json, plain or gzipped
bench-peers: .venv/.installed build/peers/.installed
	$(BIN)/python -m tests.benchmarks.peers_reader build/peers/reader $(READER)
	$(BIN)/python -m tests.benchmarks.peers_asking build/peers/reader
	$(BIN)/python -m tests.benchmarks.peers build/peers/reader $(if $(READER),--reader $(READER)) \
	  $(if $(SQUAD),--squad $(SQUAD)) $(if $(SAMPLE),--sample $(SAMPLE))

build/peers/.installed: constraints.txt
	$(PYTHON) -m venv build/peers
	build/peers/bin/pip install --quiet --constraint constraints.txt torch==$(TORCH) \
	  haystack-ai==3.4.0 transformers-haystack==2.0.0 sentence-transformers-haystack==2.0.0 \
	  'txtai[api]==9.14.0'
	@touch $@

# Every figure about answers in README and guide: the article's questions, the project's own dev
# questions asked of one index and of each document alone, and the reader alone. SQuAD's dev files
# are not in the project:
# make evaluate SQUAD=folder of dev-v1.1.json and dev-v2.0.json, plain or gzipped
DEV := $(BIN)/assistant evaluate assistant/train/questions --where split=dev
ask_squad = $(if $(SQUAD),$(BIN)/assistant evaluate $(wildcard $(SQUAD)/dev-v$(1)*) --out runs/reader-squad-$(1))

evaluate: .venv/.installed
	$(BIN)/assistant index
	$(BIN)/assistant evaluate tests/data/article_questions.jsonl --out runs/article
	$(DEV) --where source=articles --open --out runs/articles-open
	$(DEV) --where source=articles --out runs/articles-alone
	$(DEV) --where source=voices --open --out runs/voices-open
	$(DEV) --where source=voices --out runs/voices-alone
	$(DEV) --where set=followups --open --out runs/followups
	$(DEV) --where set=paragraphs --out runs/reader-paragraphs
	$(DEV) --where source=articles --reader-only --out runs/reader-articles
	$(DEV) --where source=voices --reader-only --out runs/reader-voices
	$(DEV) --where source=voices --where set=pairs --reader-only --out runs/reader-pairs
	$(call ask_squad,1.1)
	$(call ask_squad,2.0)
	$(BIN)/python -m tests.benchmarks.readme runs

# The browser that the tests drive.
browser:
	@sh tests/browser/install.sh

# The program that recognises scans; without it those tests are skipped.
tesseract:
	@sh tests/install_tesseract.sh

# The same bytes from the same commit, wherever it is built.
wheel: .venv/.installed-test
	$(BIN)/python -m build --wheel --no-isolation --outdir dist
	cd dist && sha256sum *.whl

# Known vulnerabilities of the pinned versions. It asks pypi.org, and fails without an answer for each.
audit: build/audit/.installed
	build/audit/bin/pip-audit --strict --disable-pip --no-deps --requirement constraints.txt || \
	  { echo "make audit: vulnerable, or not known without a connection to pypi.org (see above)"; exit 1; }

build/audit/.installed:
	$(PYTHON) -m venv build/audit
	build/audit/bin/pip install --quiet pip-audit==2.10.1
	@touch $@

# Exact versions of all that a run and the tests need; torch without the suffix of one build.
lock:
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet torch==$(TORCH) -e '.[test]'
	build/lock/bin/pip freeze --all --exclude pip --exclude-editable | sed 's/+cpu$$//' > constraints.txt
	rm -rf build/lock
	@echo "Then: make setup test, and python -m tests.dependencies writes sbom.cdx.json again"

clean:
	rm -rf .venv build dist runs indexes/*/

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is $$($(PYTHON) --version): Python 3.11 or newer is needed (PYTHON=python3.12 make ...)"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	@touch $@

.venv/.installed-test: .venv/.installed
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[test]'
	@touch $@
