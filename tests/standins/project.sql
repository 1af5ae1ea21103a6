-- What a new project at Supabase has that matters to us: its roles, its schema for accounts, and the
-- default rights that its owner gives to whoever can reach it.
create role anon nologin;
create role authenticated nologin;
create role service_role nologin bypassrls;
create role authenticator login noinherit password 'authenticator';
grant anon, authenticated, service_role to authenticator;
create role app_backend login noinherit password 'backend';
