.PHONY: demo test lint tests parity chaos setup accuracy golden bench pictures schema lock clean help
.DEFAULT_GOAL := help
CASE ?= samples/lupus-anifrolumab
OUT ?= demo
export OMP_THREAD_LIMIT := 1

help:  ## what can be made
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/' | expand -t 12

demo:  ## run the main job on a sample case and print where the packet is
	@infra/setup.sh run
	@.venv/bin/rebut run $(CASE)/denial.pdf $(CASE)/chart.pdf $(CASE)/policy.pdf --out $(OUT)

test: setup lint tests  ## every check and every test

setup:
	@infra/setup.sh dev

lint: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports
	@if grep -nE 'https?://' requirements.lock requirements-dev.lock; then echo "a lock file names a host"; exit 1; fi

tests: setup
	.venv/bin/pytest -n 2

parity: setup  ## hold `rebut up` to `rebut run` on the three whole samples
	.venv/bin/pytest -m parity tests/rebut/test_up.py

CASES ?= 300
chaos: setup  ## kill, stop, empty and fill everything while 300 cases are worked on; SEED=N repeats a run
	.venv/bin/python -m tests.chaos --cases $(CASES) $(if $(SEED),--seed $(SEED))

accuracy: setup  ## score the reading of the project's own samples
	.venv/bin/python -m benchmarks.accuracy

golden: setup  ## renew tests/golden from the sample letters and the fixed packet; review what it prints
	.venv/bin/python -m tests.accuracy.golden
	.venv/bin/python -m tests.packets.golden

# BENCH=--quick takes four minutes in place of two hours; BENCH=--write puts what was measured into docs/ and README.md
bench: setup  ## measure rebut against the bare engine and its peers, then reading, matching and a packet
	@.venv/bin/python -m compileall -q extractors pipeline workers rebut && .venv/bin/python -m pipeline.ahead
	.venv/bin/python -m benchmarks.speed $(BENCH)
	.venv/bin/python -m benchmarks.reading
	.venv/bin/python -m benchmarks.letter_page
	.venv/bin/python -m benchmarks.matching
	.venv/bin/python -m benchmarks.packet

pictures: setup  ## draw the pictures of the README and the guide from real output
	.venv/bin/python docs/draw.py
	.venv/bin/python docs/screens.py

schema: setup  ## export the JSON Schemas to docs/schema, and docs/settings.md
	@for name in case read criteria; do .venv/bin/rebut schema $$name > docs/schema/$$name.json; done
	@.venv/bin/rebut settings --reference > docs/settings.md

lock:  ## rewrite the lock files from pyproject.toml (needs uv)
	infra/lock.sh

clean:
	rm -rf .venv demo .pytest_cache .ruff_cache .hypothesis
