BEGIN;

CREATE SCHEMA IF NOT EXISTS app_private;

-- Running upgrade 0001 -> 0002

ALTER TABLE segments ADD COLUMN certain BOOLEAN DEFAULT true NOT NULL;

UPDATE app_private.alembic_version SET version_num='0002' WHERE app_private.alembic_version.version_num = '0001';

COMMIT;

