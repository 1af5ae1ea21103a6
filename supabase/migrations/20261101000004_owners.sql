BEGIN;

CREATE SCHEMA IF NOT EXISTS app_private;

-- Running upgrade 0003 -> 0004

ALTER TABLE public.logins SET SCHEMA app_private;

ALTER TABLE public.tickets SET SCHEMA app_private;

ALTER TABLE public.throttles SET SCHEMA app_private;

ALTER TABLE public.spending SET SCHEMA app_private;

ALTER TABLE public.spending_total SET SCHEMA app_private;

ALTER TABLE users ADD COLUMN email_verified BOOLEAN DEFAULT false NOT NULL;

ALTER TABLE users ADD COLUMN media_days INTEGER DEFAULT 90;

CREATE TABLE app_private.passwords (
    user_id UUID NOT NULL, 
    hash TEXT NOT NULL, 
    CONSTRAINT pk_passwords PRIMARY KEY (user_id), 
    CONSTRAINT fk_passwords_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

INSERT INTO app_private.passwords (user_id, hash) SELECT users.id, users.password_hash 
FROM users 
WHERE users.password_hash IS NOT NULL;

ALTER TABLE users DROP COLUMN password_hash;

CREATE TABLE app_private.identities (
    issuer TEXT NOT NULL, 
    subject TEXT NOT NULL, 
    user_id UUID NOT NULL, 
    linked_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    CONSTRAINT pk_identities PRIMARY KEY (issuer, subject), 
    CONSTRAINT fk_identities_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX ix_identities_user_id ON app_private.identities (user_id);

CREATE TABLE consents (
    user_id UUID NOT NULL, 
    kind TEXT NOT NULL, 
    version TEXT NOT NULL, 
    agreed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    CONSTRAINT pk_consents PRIMARY KEY (user_id, kind, version), 
    CONSTRAINT fk_consents_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

ALTER TABLE app_private.logins ALTER COLUMN token_hash DROP NOT NULL;

ALTER TABLE app_private.logins ADD COLUMN tab_hash TEXT;

ALTER TABLE app_private.logins ADD COLUMN device TEXT DEFAULT '' NOT NULL;

ALTER TABLE app_private.logins ADD CONSTRAINT uq_logins_tab_hash UNIQUE (tab_hash);

DROP TABLE app_private.tickets;

CREATE TABLE app_private.tickets (
    token_hash TEXT NOT NULL, 
    login_id UUID NOT NULL, 
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    CONSTRAINT pk_tickets PRIMARY KEY (token_hash), 
    CONSTRAINT fk_tickets_login_id_logins FOREIGN KEY(login_id) REFERENCES app_private.logins (id) ON DELETE CASCADE
);

CREATE INDEX ix_tickets_login_id ON app_private.tickets (login_id);

CREATE INDEX ix_tickets_expires_at ON app_private.tickets (expires_at);

CREATE TABLE app_private.locks (
    name TEXT NOT NULL, 
    holder UUID NOT NULL, 
    until TIMESTAMP WITH TIME ZONE NOT NULL, 
    CONSTRAINT pk_locks PRIMARY KEY (name)
);

CREATE TABLE app_private.places (
    id UUID NOT NULL, 
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    CONSTRAINT pk_places PRIMARY KEY (id)
);

CREATE TABLE app_private.removals (
    key TEXT NOT NULL, 
    moved_to TEXT, 
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    CONSTRAINT pk_removals PRIMARY KEY (key)
);

ALTER TABLE answers ADD COLUMN rating_claim UUID;

ALTER TABLE answers ADD COLUMN place_id UUID;

ALTER TABLE answers ADD COLUMN recorded_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE answers ADD COLUMN recording_gone TEXT DEFAULT '' NOT NULL;

UPDATE answers SET recorded_at=coalesce(answers.finished_at, answers.started_at) WHERE answers.recording_key IS NOT NULL;

CREATE INDEX ix_answers_recorded_at ON answers (recorded_at);

DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anon') THEN CREATE ROLE anon NOLOGIN; END IF; END $$;

DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN CREATE ROLE authenticated NOLOGIN; END IF; END $$;

DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'app_service') THEN CREATE ROLE app_service NOLOGIN; END IF; END $$;

DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'app_backend') THEN CREATE ROLE app_backend LOGIN NOINHERIT; END IF; END $$;

ALTER ROLE app_backend NOINHERIT;

GRANT authenticated, app_service TO app_backend;

GRANT USAGE ON SCHEMA public TO authenticated, app_service;

REVOKE ALL ON SCHEMA app_private FROM PUBLIC, anon, authenticated;

GRANT USAGE ON SCHEMA app_private TO app_service;

ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.users FORCE ROW LEVEL SECURITY;

REVOKE ALL ON public.users FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON public.users FOR ALL TO app_service USING (true) WITH CHECK (true);

ALTER TABLE public.interviews ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.interviews FORCE ROW LEVEL SECURITY;

REVOKE ALL ON public.interviews FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON public.interviews FOR ALL TO app_service USING (true) WITH CHECK (true);

ALTER TABLE public.questions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.questions FORCE ROW LEVEL SECURITY;

REVOKE ALL ON public.questions FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON public.questions FOR ALL TO app_service USING (true) WITH CHECK (true);

ALTER TABLE public.answers ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.answers FORCE ROW LEVEL SECURITY;

REVOKE ALL ON public.answers FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON public.answers FOR ALL TO app_service USING (true) WITH CHECK (true);

ALTER TABLE public.segments ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.segments FORCE ROW LEVEL SECURITY;

REVOKE ALL ON public.segments FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON public.segments FOR ALL TO app_service USING (true) WITH CHECK (true);

ALTER TABLE public.ratings ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.ratings FORCE ROW LEVEL SECURITY;

REVOKE ALL ON public.ratings FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON public.ratings FOR ALL TO app_service USING (true) WITH CHECK (true);

ALTER TABLE public.scores ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.scores FORCE ROW LEVEL SECURITY;

REVOKE ALL ON public.scores FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON public.scores FOR ALL TO app_service USING (true) WITH CHECK (true);

ALTER TABLE public.cvs ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cvs FORCE ROW LEVEL SECURITY;

REVOKE ALL ON public.cvs FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON public.cvs FOR ALL TO app_service USING (true) WITH CHECK (true);

ALTER TABLE public.consents ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.consents FORCE ROW LEVEL SECURITY;

REVOKE ALL ON public.consents FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON public.consents FOR ALL TO app_service USING (true) WITH CHECK (true);

ALTER TABLE app_private.logins ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.logins FORCE ROW LEVEL SECURITY;

REVOKE ALL ON app_private.logins FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON app_private.logins FOR ALL TO app_service USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON app_private.logins TO app_service;

ALTER TABLE app_private.tickets ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.tickets FORCE ROW LEVEL SECURITY;

REVOKE ALL ON app_private.tickets FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON app_private.tickets FOR ALL TO app_service USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON app_private.tickets TO app_service;

ALTER TABLE app_private.throttles ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.throttles FORCE ROW LEVEL SECURITY;

REVOKE ALL ON app_private.throttles FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON app_private.throttles FOR ALL TO app_service USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON app_private.throttles TO app_service;

ALTER TABLE app_private.spending ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.spending FORCE ROW LEVEL SECURITY;

REVOKE ALL ON app_private.spending FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON app_private.spending FOR ALL TO app_service USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON app_private.spending TO app_service;

ALTER TABLE app_private.spending_total ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.spending_total FORCE ROW LEVEL SECURITY;

REVOKE ALL ON app_private.spending_total FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON app_private.spending_total FOR ALL TO app_service USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON app_private.spending_total TO app_service;

ALTER TABLE app_private.passwords ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.passwords FORCE ROW LEVEL SECURITY;

REVOKE ALL ON app_private.passwords FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON app_private.passwords FOR ALL TO app_service USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON app_private.passwords TO app_service;

ALTER TABLE app_private.identities ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.identities FORCE ROW LEVEL SECURITY;

REVOKE ALL ON app_private.identities FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON app_private.identities FOR ALL TO app_service USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON app_private.identities TO app_service;

ALTER TABLE app_private.locks ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.locks FORCE ROW LEVEL SECURITY;

REVOKE ALL ON app_private.locks FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON app_private.locks FOR ALL TO app_service USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON app_private.locks TO app_service;

ALTER TABLE app_private.places ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.places FORCE ROW LEVEL SECURITY;

REVOKE ALL ON app_private.places FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON app_private.places FOR ALL TO app_service USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON app_private.places TO app_service;

ALTER TABLE app_private.removals ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.removals FORCE ROW LEVEL SECURITY;

REVOKE ALL ON app_private.removals FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON app_private.removals FOR ALL TO app_service USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON app_private.removals TO app_service;

ALTER TABLE app_private.alembic_version ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.alembic_version FORCE ROW LEVEL SECURITY;

REVOKE ALL ON app_private.alembic_version FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON app_private.alembic_version FOR ALL TO app_service USING (true) WITH CHECK (true);

GRANT SELECT ON app_private.alembic_version TO app_service;

REVOKE ALL ON ALL SEQUENCES IN SCHEMA app_private FROM PUBLIC, anon, authenticated;

GRANT USAGE ON ALL SEQUENCES IN SCHEMA app_private TO app_service;

GRANT SELECT ON public.users TO authenticated;

GRANT SELECT, INSERT, UPDATE, DELETE ON public.users TO app_service;

CREATE POLICY own ON public.users FOR SELECT TO authenticated USING (id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid);

CREATE FUNCTION app_private.is_my_question(question uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$ SELECT EXISTS (SELECT 1 FROM public.questions q WHERE q.id = question AND q.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid) $$;

REVOKE ALL ON FUNCTION app_private.is_my_question(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION app_private.is_my_question(uuid) TO authenticated;

CREATE FUNCTION app_private.forget_auth_user(person uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ DECLARE gone bigint; BEGIN IF to_regclass('auth.users') IS NULL THEN RETURN false; END IF; EXECUTE 'DELETE FROM auth.users WHERE id = $1' USING person; GET DIAGNOSTICS gone = ROW_COUNT; RETURN gone > 0; END $$;

REVOKE ALL ON FUNCTION app_private.forget_auth_user(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION app_private.forget_auth_user(uuid) TO app_service;

GRANT SELECT, INSERT, UPDATE, DELETE ON public.interviews TO authenticated;

CREATE POLICY own ON public.interviews FOR ALL TO authenticated USING (interviews.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid) WITH CHECK (interviews.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid);

GRANT SELECT (id, user_id), UPDATE (user_id) ON public.interviews TO app_service;

GRANT SELECT, INSERT, UPDATE, DELETE ON public.questions TO authenticated;

CREATE POLICY own ON public.questions FOR ALL TO authenticated USING (questions.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid) WITH CHECK (questions.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid AND (questions.interview_id IS NULL OR EXISTS (SELECT 1 FROM public.interviews p WHERE p.id = questions.interview_id AND p.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid)) AND (parent_id IS NULL OR app_private.is_my_question(parent_id)));

GRANT SELECT (id, user_id), UPDATE (user_id) ON public.questions TO app_service;

GRANT SELECT, INSERT, UPDATE, DELETE ON public.answers TO authenticated;

CREATE POLICY own ON public.answers FOR ALL TO authenticated USING (answers.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid) WITH CHECK (answers.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid AND (answers.interview_id IS NULL OR EXISTS (SELECT 1 FROM public.interviews p WHERE p.id = answers.interview_id AND p.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid)) AND (answers.question_id IS NULL OR EXISTS (SELECT 1 FROM public.questions p WHERE p.id = answers.question_id AND p.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid)));

GRANT SELECT (id, user_id, interview_id, state, pending, started_at, finished_at, rating_state, rating_due, rating_until, place_id, recording_key, recording_media_type, recording_seconds, recording_size, recorded_at, recording_gone), UPDATE (user_id, pending, place_id, recording_key, recording_media_type, recording_seconds, recording_size, recorded_at, recording_gone) ON public.answers TO app_service;

GRANT SELECT, INSERT, UPDATE, DELETE ON public.segments TO authenticated;

CREATE POLICY own ON public.segments FOR ALL TO authenticated USING (segments.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid) WITH CHECK (segments.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid AND (segments.answer_id IS NULL OR EXISTS (SELECT 1 FROM public.answers p WHERE p.id = segments.answer_id AND p.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid)));

GRANT SELECT (answer_id, number, user_id), UPDATE (user_id) ON public.segments TO app_service;

GRANT SELECT, INSERT, UPDATE, DELETE ON public.ratings TO authenticated;

CREATE POLICY own ON public.ratings FOR ALL TO authenticated USING (ratings.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid) WITH CHECK (ratings.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid AND (ratings.interview_id IS NULL OR EXISTS (SELECT 1 FROM public.interviews p WHERE p.id = ratings.interview_id AND p.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid)) AND (ratings.answer_id IS NULL OR EXISTS (SELECT 1 FROM public.answers p WHERE p.id = ratings.answer_id AND p.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid)));

GRANT SELECT (id, user_id), UPDATE (user_id) ON public.ratings TO app_service;

GRANT SELECT, INSERT, UPDATE, DELETE ON public.scores TO authenticated;

CREATE POLICY own ON public.scores FOR ALL TO authenticated USING (scores.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid) WITH CHECK (scores.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid AND (scores.rating_id IS NULL OR EXISTS (SELECT 1 FROM public.ratings p WHERE p.id = scores.rating_id AND p.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid)));

GRANT SELECT (rating_id, number, user_id), UPDATE (user_id) ON public.scores TO app_service;

GRANT SELECT, INSERT, UPDATE, DELETE ON public.cvs TO authenticated;

CREATE POLICY own ON public.cvs FOR ALL TO authenticated USING (cvs.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid) WITH CHECK (cvs.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid);

GRANT SELECT (user_id, kept_at), UPDATE (user_id) ON public.cvs TO app_service;

GRANT SELECT, INSERT ON public.consents TO authenticated;

CREATE POLICY own ON public.consents FOR ALL TO authenticated USING (consents.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid) WITH CHECK (consents.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid);

GRANT SELECT (user_id, kind, version, agreed_at), UPDATE (user_id) ON public.consents TO app_service;

GRANT DELETE ON public.cvs, public.consents TO app_service;

UPDATE app_private.alembic_version SET version_num='0004' WHERE app_private.alembic_version.version_num = '0003';

COMMIT;

