# What people and the build machine run. `make help` lists it.

PYTHON ?= python3
VENV := .venv/bin
# Each worker of the suite has services of its own; on real servers there is one database.
WORKERS ?= $(if $(DATABASE_URL),0,2)
RUN := env PYTHONPATH=.:platform $(VENV)/python
LOCAL := $(RUN) -m spindle.local
MANAGE := $(VENV)/python manage.py
# For `make check`, which needs settings but neither a database nor real secrets.
ONLY_CHECKING := SPINDLE_SECRET_KEY=for-checking-only-nothing-is-ever-signed-with-this-key-0123456789
PRODUCTION := $(ONLY_CHECKING) DJANGO_SETTINGS_MODULE=spindle.settings.prod SPINDLE_DOMAIN=spindle.example

.DEFAULT_GOAL := help
.PHONY: contract disclosure help up stop reset demo shell smoke leftovers test budgets check format lock messages extract venv venv-dev

help: ## Show what there is
	@awk 'BEGIN { FS = ":.*## " } /^[a-z%-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\n  PORT, DATABASE_URL, REDIS_URL and PG_BIN are honored: see deploy/env.example.\n'

up: venv ## Bring the whole cloud up at http://localhost:8000 (PORT=8001 for another)
	@exec $(LOCAL) up

stop: ## Stop the cloud that `make up` started
	@test -x $(VENV)/python || { echo 'Spindle is not running here.'; exit 0; }; exec $(LOCAL) stop

reset: venv ## Throw all local data away
	@exec $(LOCAL) reset

demo: venv ## Add to the world of a running cloud: make demo ENTERPRISES=200 SEED=7
	@exec $(LOCAL) within -- $(VENV)/python manage.py demo --enterprises $(or $(ENTERPRISES),40) --seed $(or $(SEED),1)

shell: venv ## Open a Python shell in a running cloud
	@exec $(LOCAL) within -- $(VENV)/python manage.py shell

smoke: ## Ask a running cloud whether it answers and does its main job
	@exec $(LOCAL) smoke

leftovers: ## Fail if a process of this checkout still runs
	@exec $(LOCAL) leftovers

test: venv-dev ## Run the whole suite on services of its own (ARGS="-k booking")
	-@$(LOCAL) assets
	@exec $(RUN) -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

budgets: venv-dev ## Record how many queries each page asks (say why in the commit)
	@SPINDLE_RECORD_BUDGETS=1 $(RUN) -m pytest -k budget $(ARGS)

check: venv-dev ## Check format, lint, types, layers, migrations and settings
	$(VENV)/ruff format --check .
	$(VENV)/ruff check .
	$(VENV)/mypy
	PYTHONPATH=.:platform $(VENV)/lint-imports
	@mkdir -p var/assets
	$(ONLY_CHECKING) $(MANAGE) makemigrations --check --dry-run
	$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING

bench-%: venv-dev ## Measure one claim, as in `make bench-journey` (SIZE=small for a short run)
	@exec $(LOCAL) with-services --durable -- $(VENV)/python -m benchmarks.$(subst -,_,$*)

format: venv-dev ## Format the code and mend what the linter can
	$(VENV)/ruff format .
	$(VENV)/ruff check --fix .

contract: venv ## Write the partner API's contract to docs/api/openapi.json
	$(ONLY_CHECKING) $(MANAGE) contract

disclosure: venv ## Write who may learn each field to docs/tenancy/disclosure.json
	$(ONLY_CHECKING) $(MANAGE) classification --write

messages: venv ## Compile translations and say how complete they are
	@exec $(RUN) -m spindle.local.messages

extract: venv ## Gather the texts of the code into the catalogs (needs GNU gettext)
	@exec $(RUN) -m spindle.local.extraction

lock: venv-dev ## Resolve requirements.lock and package-lock.json anew
	$(VENV)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make lock" requirements.txt requirements-dev.txt -o requirements.lock
	npm install --package-lock-only --omit-lockfile-registry-resolved --legacy-peer-deps --ignore-scripts --no-audit --no-fund

venv:
	@command -v $(PYTHON) >/dev/null || { \
		printf '\nThere is no %s here. Install Python 3.11 or newer, or name it:\n  make up PYTHON=/path/to/python3.11\n' "$(PYTHON)" >&2; exit 1; }
	@$(PYTHON) platform/spindle/local/install.py

venv-dev:
	@$(PYTHON) platform/spindle/local/install.py --development
