BEGIN;

CREATE SCHEMA IF NOT EXISTS app_private;

-- Running upgrade 0004 -> 0005

ALTER TABLE answers ADD COLUMN video_key TEXT;

ALTER TABLE answers ADD COLUMN video_media_type TEXT;

ALTER TABLE answers ADD COLUMN video_seconds FLOAT;

ALTER TABLE answers ADD COLUMN video_size INTEGER;

ALTER TABLE answers ADD COLUMN video_offset_s FLOAT;

ALTER TABLE answers ADD COLUMN thumbnail_key TEXT;

ALTER TABLE ratings ADD COLUMN set_aside BOOLEAN DEFAULT false NOT NULL;

DROP INDEX ix_ratings_progress;

CREATE INDEX ix_ratings_progress ON ratings (user_id, superseded, unsure, set_aside, interview_id, coach, overall, kind);

ALTER TABLE scores ADD COLUMN set_aside BOOLEAN DEFAULT false NOT NULL;

DROP INDEX ix_scores_progress;

CREATE INDEX ix_scores_progress ON scores (user_id, superseded, unsure, set_aside, criterion_id, asked_at, level, other, criterion_name);

CREATE TABLE preferences (
    user_id UUID NOT NULL, 
    record_video BOOLEAN DEFAULT false NOT NULL, 
    pace_meter BOOLEAN DEFAULT false NOT NULL, 
    self_rating BOOLEAN DEFAULT true NOT NULL, 
    CONSTRAINT pk_preferences PRIMARY KEY (user_id), 
    CONSTRAINT fk_preferences_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE sound_figures (
    answer_id UUID NOT NULL, 
    user_id UUID NOT NULL, 
    figures JSONB NOT NULL, 
    CONSTRAINT pk_sound_figures PRIMARY KEY (answer_id), 
    CONSTRAINT fk_sound_figures_answer_id_answers FOREIGN KEY(answer_id) REFERENCES answers (id) ON DELETE CASCADE, 
    CONSTRAINT fk_sound_figures_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE self_ratings (
    answer_id UUID NOT NULL, 
    user_id UUID NOT NULL, 
    levels JSONB NOT NULL, 
    rated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    CONSTRAINT pk_self_ratings PRIMARY KEY (answer_id), 
    CONSTRAINT fk_self_ratings_answer_id_answers FOREIGN KEY(answer_id) REFERENCES answers (id) ON DELETE CASCADE, 
    CONSTRAINT fk_self_ratings_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE shares (
    id UUID NOT NULL, 
    user_id UUID NOT NULL, 
    interview_id UUID NOT NULL, 
    token_hash TEXT NOT NULL, 
    name TEXT NOT NULL, 
    includes JSONB NOT NULL, 
    created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    revoked_at TIMESTAMP WITH TIME ZONE, 
    opened_at TIMESTAMP WITH TIME ZONE, 
    CONSTRAINT pk_shares PRIMARY KEY (id), 
    CONSTRAINT fk_shares_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, 
    CONSTRAINT fk_shares_interview_id_interviews FOREIGN KEY(interview_id) REFERENCES interviews (id) ON DELETE CASCADE, 
    CONSTRAINT uq_shares_token_hash UNIQUE (token_hash)
);

CREATE TABLE mentor_notes (
    id UUID NOT NULL, 
    user_id UUID NOT NULL, 
    share_id UUID NOT NULL, 
    answer_id UUID NOT NULL, 
    mentor TEXT NOT NULL, 
    levels JSONB NOT NULL, 
    note TEXT NOT NULL, 
    noted_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    CONSTRAINT pk_mentor_notes PRIMARY KEY (id), 
    CONSTRAINT fk_mentor_notes_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, 
    CONSTRAINT fk_mentor_notes_share_id_shares FOREIGN KEY(share_id) REFERENCES shares (id) ON DELETE CASCADE, 
    CONSTRAINT fk_mentor_notes_answer_id_answers FOREIGN KEY(answer_id) REFERENCES answers (id) ON DELETE CASCADE, 
    CONSTRAINT uq_mentor_notes_share_id_answer_id UNIQUE (share_id, answer_id)
);

CREATE INDEX ix_sound_figures_user_id ON sound_figures (user_id);

CREATE INDEX ix_self_ratings_user_id ON self_ratings (user_id);

CREATE INDEX ix_shares_user_id_interview_id ON shares (user_id, interview_id);

CREATE INDEX ix_shares_interview_id ON shares (interview_id);

CREATE INDEX ix_mentor_notes_user_id_answer_id ON mentor_notes (user_id, answer_id);

CREATE INDEX ix_mentor_notes_answer_id ON mentor_notes (answer_id);

ALTER TABLE public.preferences ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.preferences FORCE ROW LEVEL SECURITY;

REVOKE ALL ON public.preferences FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON public.preferences FOR ALL TO app_service USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON public.preferences TO authenticated;

CREATE POLICY own ON public.preferences FOR ALL TO authenticated USING (preferences.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid) WITH CHECK (preferences.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid);

GRANT SELECT (user_id, record_video, pace_meter, self_rating), UPDATE (user_id) ON public.preferences TO app_service;

ALTER TABLE public.sound_figures ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sound_figures FORCE ROW LEVEL SECURITY;

REVOKE ALL ON public.sound_figures FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON public.sound_figures FOR ALL TO app_service USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON public.sound_figures TO authenticated;

CREATE POLICY own ON public.sound_figures FOR ALL TO authenticated USING (sound_figures.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid) WITH CHECK (sound_figures.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid AND EXISTS (SELECT 1 FROM public.answers p WHERE p.id = sound_figures.answer_id AND p.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid));

GRANT SELECT (answer_id, user_id), UPDATE (user_id) ON public.sound_figures TO app_service;

ALTER TABLE public.self_ratings ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.self_ratings FORCE ROW LEVEL SECURITY;

REVOKE ALL ON public.self_ratings FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON public.self_ratings FOR ALL TO app_service USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON public.self_ratings TO authenticated;

CREATE POLICY own ON public.self_ratings FOR ALL TO authenticated USING (self_ratings.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid) WITH CHECK (self_ratings.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid AND EXISTS (SELECT 1 FROM public.answers p WHERE p.id = self_ratings.answer_id AND p.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid));

GRANT SELECT (answer_id, user_id), UPDATE (user_id) ON public.self_ratings TO app_service;

ALTER TABLE public.shares ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.shares FORCE ROW LEVEL SECURITY;

REVOKE ALL ON public.shares FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON public.shares FOR ALL TO app_service USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON public.shares TO authenticated;

CREATE POLICY own ON public.shares FOR ALL TO authenticated USING (shares.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid) WITH CHECK (shares.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid AND EXISTS (SELECT 1 FROM public.interviews p WHERE p.id = shares.interview_id AND p.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid));

GRANT SELECT (id, user_id, interview_id, token_hash, expires_at, revoked_at), UPDATE (user_id) ON public.shares TO app_service;

ALTER TABLE public.mentor_notes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.mentor_notes FORCE ROW LEVEL SECURITY;

REVOKE ALL ON public.mentor_notes FROM PUBLIC, anon, authenticated;

CREATE POLICY chores ON public.mentor_notes FOR ALL TO app_service USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON public.mentor_notes TO authenticated;

CREATE POLICY own ON public.mentor_notes FOR ALL TO authenticated USING (mentor_notes.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid) WITH CHECK (mentor_notes.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid AND EXISTS (SELECT 1 FROM public.shares p WHERE p.id = mentor_notes.share_id AND p.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid) AND EXISTS (SELECT 1 FROM public.answers p WHERE p.id = mentor_notes.answer_id AND p.user_id = (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid));

GRANT SELECT (id, user_id), UPDATE (user_id) ON public.mentor_notes TO app_service;

GRANT DELETE ON public.preferences TO app_service;

GRANT SELECT (video_key, video_media_type, video_seconds, video_size, video_offset_s, thumbnail_key), UPDATE (video_key, video_media_type, video_seconds, video_size, video_offset_s, thumbnail_key) ON public.answers TO app_service;

UPDATE app_private.alembic_version SET version_num='0005' WHERE app_private.alembic_version.version_num = '0004';

COMMIT;

