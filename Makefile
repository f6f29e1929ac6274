NODE := node_modules/.bin/node

.PHONY: help demo up down clean test faults bench lint mutants install

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

demo: install ## install, start everything, play the story, stay up until Ctrl-C (EXIT=1: end after the story)
	@$(NODE) dev/demo.ts $(if $(EXIT),--exit)

up: install ## start the system in the background; returns when it is healthy
	@$(NODE) dev/up.ts

down: install ## stop it
	@$(NODE) dev/down.ts

clean: install ## stop it and remove what it stored; downloads stay
	@$(NODE) dev/clean.ts

test: install ## run all tests with a Postgres, a Temporal and a Keycloak of their own
	@$(NODE) dev/test.ts

faults: install ## run the long fault tests, of which `make test` runs short versions
	@$(NODE) dev/test.ts faults

bench: install ## measure (NAME=post, punctuality, list, events, approval, refresh, contacts or campaign; all without it)
	@$(NODE) dev/bench.ts $(NAME)

lint: install ## types, lint, format, unused code, compose file
	@$(NODE) dev/lint.ts

mutants: install ## remove one safety at a time and show that a test turns red (NAME=some,of,them)
	@$(NODE) dev/mutants.ts $(NAME)

install:
	@command -v node >/dev/null || { echo 'Node is missing: install Node 20 or later with npm (https://nodejs.org).'; exit 1; }
	@command -v npm >/dev/null || { echo 'npm is missing: install Node 20 or later with npm (https://nodejs.org).'; exit 1; }
	@node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' || { echo "Node $$(node -v) is too old: install Node 20 or later (https://nodejs.org)."; exit 1; }
	@node dev/is-installed.mjs || { echo 'Installing the packages…'; CHROMEDRIVER_SKIP_DOWNLOAD=true npm ci --no-fund --no-audit --loglevel=error; }
