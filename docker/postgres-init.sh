#!/bin/bash
# Run once, when the database folder is empty: a role and a database for each part, none of them a superuser.
set -euo pipefail

role() {
  psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set name="$1" --set password="$2" <<SQL
create role :"name" login $3 password :'password';
SQL
}

role chorally_owner "$DATABASE_OWNER_PASSWORD" createrole
role temporal "$TEMPORAL_DATABASE_PASSWORD" ''
role keycloak "$KEYCLOAK_DATABASE_PASSWORD" ''

createdb --username "$POSTGRES_USER" --owner chorally_owner chorally
createdb --username "$POSTGRES_USER" --owner temporal temporal
createdb --username "$POSTGRES_USER" --owner temporal temporal_visibility
createdb --username "$POSTGRES_USER" --owner keycloak keycloak
