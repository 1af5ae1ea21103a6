#!/bin/sh
# Run by the image of PostgreSQL when it makes its database: the login of the app, which owns nothing and
# inherits nothing. The migrations give it its two roles.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set password="$APP_BACKEND_PASSWORD" \
    --username "${POSTGRES_USER:-postgres}" --dbname "$POSTGRES_DB" <<'SQL'
SELECT 'CREATE ROLE app_backend'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_backend') \gexec
ALTER ROLE app_backend LOGIN NOINHERIT PASSWORD :'password';
SQL
