.DEFAULT_GOAL := help
SHELL := /bin/bash
PY := .venv/bin/python
# Each OCR process stays on one thread: more only get in each other's way (measured 8.6 s against 1.2 s a page).
export OMP_THREAD_LIMIT = 1
export OMP_NUM_THREADS = 1

.PHONY: help setup setup-all demo test test-all lint format bench bench-screening bench-small bench-mrz bench-faults bench-register bench-audit train-mrz lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## system packages and .venv; done by every other target
	@.ci/setup

demo: setup ## make registers of the Ministry of Utopia and scans; screen and audit them
	@.venv/bin/overseal demo --out out-demo

lint: setup ## ruff, mypy --strict, import contracts
	.venv/bin/ruff format --no-cache --check .
	.venv/bin/ruff check --no-cache .
	.venv/bin/mypy
	.venv/bin/lint-imports

test: lint ## lint, then every test that needs no more than two cores and 12 minutes
	$(PY) -m pytest -m "not slow and not postgres"

test-all: lint setup-all ## every test
	$(PY) -m pytest

setup-all: ## setup, and what test-all needs beyond: a Postgres server, which the tests start themselves
	@.ci/setup all

format: setup ## rewrite the code in the house style
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: bench-screening bench-register ## documents and register, with fresh seeds; writes results/screening.json and register.json

bench-screening: setup ## 1,000 clean documents and 25 of each planted kind, fresh seed; writes tests/bench/results/screening.json
	$(PY) -m tests.bench.screening

bench-small: setup ## the same with a tenth of the documents; writes nothing
	$(PY) -m tests.bench.screening --scale 0.1 --no-write

bench-mrz: setup ## our MRZ reader beside its peers: make bench-mrz MRZ_REAL=DIR; writes tests/bench/results/mrz.json
	$(PY) -m tests.bench.mrz $(if $(MRZ_REAL),--real $(MRZ_REAL))

bench-faults: setup-all ## kills, stores away, engines, machines, nights, mutated files, cost beside reading; an hour; writes results/faults.json
	$(PY) -m tests.bench.faults

bench-register: setup ## a ministry of 100,000 permits with planted rows, one of a million for speed; writes results/register.json
	$(PY) -m tests.bench.register

bench-audit: setup ## ten fresh seeds of a million permits, leads beside what auditors use today; writes results/audit.json
	$(PY) -m tests.bench.audit

train-mrz: setup ## train the network of MRZ lines anew on drawn lines, an hour of two cores; writes out-train/
	python3 -m venv .venv-train
	.venv-train/bin/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r requirements-train.txt
	PYTHONPATH=. .venv-train/bin/python -m pipeline.mrz.training --out out-train

lock: setup ## pin requirements.txt anew from pyproject.toml, and those of the benchmark's peers
	python3 -m venv .venv-lock && .venv-lock/bin/pip install --quiet pip-tools
	.venv-lock/bin/pip-compile --quiet --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --no-emit-options --no-header --strip-extras --extra dev --extra linkage --extra postgres --extra dask --extra remote --output-file requirements.txt pyproject.toml
	rm -rf .venv-lock
	$(PY) -m tests.bench.mrz.lock

clean: ## remove .venv and what runs left
	rm -rf .venv .venv-peers .venv-train out-demo .mypy_cache .ruff_cache .pytest_cache
