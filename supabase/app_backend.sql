-- Once for a project at Supabase, in its SQL editor, before or after the migrations: the login of the app.
-- Replace the password (`openssl rand -hex 24`); no character of that needs escaping in DATABASE_URL.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_backend') THEN
    CREATE ROLE app_backend LOGIN NOINHERIT;
  END IF;
END $$;
ALTER ROLE app_backend LOGIN NOINHERIT PASSWORD 'REPLACE-THIS';
