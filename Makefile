# make run      serve the page          (HOST, PORT, SHARE=1)
# make test     check everything        (make fast: without a browser)
# make help     the rest

SHELL := /bin/sh
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))
# The first that really runs: a version manager's shim may stand on the path without a Python behind it.
PYTHON ?= $(shell for p in python3.12 python3.11 python3; do $$p -c '$(FITS)' 2>/dev/null && { command -v $$p; break; }; done)
VENV ?= .venv
PY := $(VENV)/bin/python
HOST ?= 127.0.0.1
PORT ?= 7860
PARALLEL ?= -n 2 --dist loadfile
SHARE ?= 0
DATA ?= data
FUZZ_S ?= 600
AGAIN := --last-failed --last-failed-no-failures none
UNIT := not browser and not hostile and not hosting
ENGINE ?= $(shell command -v podman || command -v docker)
WHEELS ?= cpu
METHODS := $(patsubst core/%/train.py,%,$(wildcard core/*/train.py))
NARROW := ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2

.PHONY: help venv run ray soak test audit lock fast slow narrow lint types hostile fuzz browser chromium bench \
  screenshots docs assets study evaluate card push space image image-check nginx clean $(METHODS:%=train-%)
.DEFAULT_GOAL := help

help:
	@sed -n 's/^## //p' Makefile

## make venv         make .venv with Python 3.11 or 3.12
venv: $(PY)

$(PY):
	@test -n "$(PYTHON)" || { echo "Install Python 3.11 or 3.12 (or name one: make run PYTHON=/path/to/python3.12)."; exit 1; }
	@"$(PYTHON)" -c '$(FITS)' \
	  || { echo "$(PYTHON) is not Python 3.11 or 3.12."; exit 1; }
	"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/run.stamp: requirements.txt | $(PY)
	$(PY) -m pip install -q -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt requirements-ray.txt requirements.txt | $(PY)
	$(PY) -m pip install -q -r requirements-dev.txt
	@touch $@ $(VENV)/run.stamp

## make run          serve the page on HOST:PORT (127.0.0.1:7860); SHARE=1 for a public link
run: $(VENV)/run.stamp
	HOST=$(HOST) PORT=$(PORT) SHARE=$(SHARE) $(PY) app.py

## make bench        what the page costs, to docs/bench.md (40 minutes on a free machine)
bench: chromium
	$(PY) -m tests.bench

## make soak         a class of a hundred on one server for ten minutes, with a training beside it; prints a table
soak: $(VENV)/dev.stamp
	$(PY) -m tests.soak.table

## make ray          serve the page with its questions answered by replicas of Ray Serve (RAY_ADDRESS, REPLICAS)
ray: $(VENV)/run.stamp
	$(PY) -m pip install -q -r requirements-ray.txt
	HOST=$(HOST) PORT=$(PORT) SHARE=$(SHARE) $(PY) -m deploy.ray_serve

## make test         ruff, mypy, pytest with the browser tests
# A test that fails is tried once more, alone. What passes then depends on time: the log names it, and it is a defect of the
# page or of the test.
test: lint types chromium nginx
	$(PY) -m pytest -m "not browser" $(PARALLEL) || $(PY) -m pytest -m "not browser" $(AGAIN)
	$(PY) -m pytest -m browser || $(PY) -m pytest -m browser $(AGAIN)

## make audit        known holes in the locked packages (needs the network), and bandit on the code
audit: $(VENV)/dev.stamp
	$(PY) -m bandit -q -c pyproject.toml -r app.py core demos deploy
	$(PY) -m pip_audit -r requirements.lock --require-hashes --disable-pip --strict

## make lock         write requirements.lock anew: the newest versions that requirements.txt allows, with their hashes
lock: $(VENV)/dev.stamp
	$(PY) -m pip install -q uv
	$(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --upgrade --no-header \
	  --no-emit-index-url --no-emit-find-links -o requirements.lock requirements.txt

## make fast         ruff, mypy, and the tests that take under a second
fast: lint types
	$(PY) -m pytest -m "$(UNIT) and not slow" $(PARALLEL)

## make slow         run all tests but the browser's, hostile calls and several servers; write tests/slow.txt anew
slow: $(VENV)/dev.stamp
	$(PY) -m pytest -m "$(UNIT)" $(PARALLEL) -p tests.slow

## make hostile      hundreds of wrong calls and files against a running page; says how many, and their memory
hostile: $(VENV)/dev.stamp
	$(PY) -m pytest -m hostile -s

## make narrow       training and numerical tests with the instruction set of an AVX2 processor
narrow: $(VENV)/dev.stamp
	$(NARROW) $(PY) -m pytest tests/core $(PARALLEL) || $(NARROW) $(PY) -m pytest tests/core $(AGAIN)

## make fuzz         spoil pictures and sounds for FUZZ_S seconds (600) until one breaks the decoders; installs atheris
fuzz: $(VENV)/dev.stamp
	$(PY) -m pip install -q atheris
	$(PY) -m tests.hostile.fuzz_decoding -max_total_time=$(FUZZ_S)

lint: $(VENV)/dev.stamp
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: $(VENV)/dev.stamp
	$(PY) -m mypy

browser: $(VENV)/dev.stamp chromium
	$(PY) -m pytest tests/browser

# For the test of the image, where Debian's package can be installed; elsewhere that test is skipped.
nginx:
	@command -v nginx >/dev/null || { command -v apt-get >/dev/null && test "$$(id -u)" = 0 \
	  && apt-get -q update && apt-get -q install -y --no-install-recommends nginx; } || echo "No nginx."

# The browser of the tests: one that is there, else Debian's, else the one that Playwright installs.
chromium: $(VENV)/dev.stamp
	@if command -v chromium >/dev/null || test -x "$$PRETEXT_CHROMIUM" || $(PY) -m tests.browser.chromium; then exit 0; fi; \
	if command -v apt-get >/dev/null && test "$$(id -u)" = 0 \
	  && apt-get -q update && apt-get -q install -y --no-install-recommends chromium; then exit 0; fi; \
	if command -v apt-get >/dev/null && test "$$(id -u)" = 0; then libraries=--with-deps; fi; \
	$(PY) -m playwright install $$libraries chromium && $(PY) -m tests.browser.chromium && exit 0; \
	echo "No Chromium: install your system's chromium package, or name a browser in PRETEXT_CHROMIUM, then repeat."; exit 1

## make screenshots  take the pictures of the README and docs/ anew
screenshots: chromium
	@if command -v apt-get >/dev/null && test "$$(id -u)" = 0 && ! fc-list :lang=zh | grep -q .; \
	  then apt-get -q update && apt-get -q install -y --no-install-recommends fonts-noto-cjk; fi
	$(PY) -m tests.browser.screenshots

## make docs         write the generated pages of docs/: checkpoints, API calls, study
docs: $(VENV)/dev.stamp
	$(PY) -m tests.docs

## make train-METHOD   train the recipe's default checkpoint, or NAME=..., again by its card, on data unpacked under DATA
$(METHODS:%=train-%): train-%: $(VENV)/run.stamp
	$(PY) -m core.cards repeat "$*$(NAME:%=/%)" --root "$(DATA)" $(FLAGS)

## make study        train what the study of generators lacks on data unpacked under DATA, then write its report
study: $(VENV)/dev.stamp
	$(PY) -m core.generation.study --root "$(DATA)" --seeds 0,1,2 $(FLAGS)
	$(PY) -m core.generation.study --data mnist --root "$(DATA)" --seeds 0,1 --steps 1000 $(FLAGS)
	$(PY) -m core.generation.evaluation --data cifar10 --root "$(DATA)"
	$(PY) -m core.generation.evaluation --data mnist --root "$(DATA)"
	$(PY) -m core.generation.report

## make evaluate     measure every bundled checkpoint anew, on data unpacked under DATA, beside its card
evaluate: $(VENV)/run.stamp
	$(PY) -m core.evaluate --cards --root "$(DATA)"

## make card         measure NAME=METHOD/NAME and write the figures into its card
card: $(VENV)/run.stamp
	$(PY) -m core.cards measure "$(NAME)" --root "$(DATA)"

## make push         upload NAME=METHOD/NAME with its card to the Hugging Face Hub as REPO=USER/MODEL
push: $(VENV)/run.stamp
	$(PY) -m core.cards push "$(NAME)" --repo "$(REPO)"

## make space        publish the page as SPACE=USER/NAME on Hugging Face; without SPACE its files are checked and listed
space: $(VENV)/run.stamp
	$(PY) -m deploy.space $(SPACE)

## make image        build the container image `pretext`; WHEELS=cuda for machines with a GPU
image:
	@test -n "$(ENGINE)" || { echo "Install podman or docker; make image-check needs neither."; exit 1; }
	$(ENGINE) build -f Containerfile -t pretext --build-arg WHEELS=$(WHEELS) .

## make image-check  the image's files and commands without a container engine, two of them behind nginx
image-check: nginx chromium
	$(PY) -m pytest tests/deploy/test_image.py -v -rs

## make assets       draw and play the bundled emoji, digits and sounds anew
assets: $(VENV)/dev.stamp
	$(PY) -m core.data.make_emoji
	$(PY) -m core.data.make_digits --data $(DATA)
	$(PY) -m core.data.make_sounds

## make clean        remove what was made here, but not the training runs
clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .gradio
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
