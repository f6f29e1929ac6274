#!/bin/sh
# Brings the tables of the Temporal server to the version of its image. Repeatable: setup-schema is skipped once done.
set -eu

schema=/etc/temporal/schema/postgresql/v12

prepare() {
  tool="temporal-sql-tool --plugin postgres12 --endpoint postgres --port 5432 --user temporal --database $1"
  $tool update-schema --schema-dir "$schema/$2/versioned" ||
    { $tool setup-schema --version 0.0 && $tool update-schema --schema-dir "$schema/$2/versioned"; }
}

prepare temporal temporal
prepare temporal_visibility visibility
