BEGIN;

CREATE SCHEMA IF NOT EXISTS app_private;

CREATE TABLE app_private.alembic_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> 0001

CREATE TABLE throttles (
    id SERIAL NOT NULL, 
    email_hash TEXT NOT NULL, 
    address_hash TEXT, 
    at TIMESTAMP WITH TIME ZONE NOT NULL, 
    CONSTRAINT pk_throttles PRIMARY KEY (id)
);

CREATE INDEX ix_throttles_address_hash_at ON throttles (address_hash, at);

CREATE INDEX ix_throttles_at ON throttles (at);

CREATE INDEX ix_throttles_email_hash_at ON throttles (email_hash, at);

CREATE TABLE users (
    id UUID NOT NULL, 
    name TEXT NOT NULL, 
    email TEXT, 
    password_hash TEXT, 
    created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    CONSTRAINT pk_users PRIMARY KEY (id), 
    CONSTRAINT uq_users_email UNIQUE (email)
);

CREATE TABLE interviews (
    id UUID NOT NULL, 
    user_id UUID NOT NULL, 
    setup JSONB NOT NULL, 
    position TEXT NOT NULL, 
    category TEXT NOT NULL, 
    difficulty TEXT NOT NULL, 
    state TEXT NOT NULL, 
    created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    finished_at TIMESTAMP WITH TIME ZONE, 
    CONSTRAINT pk_interviews PRIMARY KEY (id), 
    CONSTRAINT fk_interviews_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX ix_interviews_user_id_created_at ON interviews (user_id, created_at);

CREATE INDEX ix_interviews_user_id_state_created_at ON interviews (user_id, state, created_at);

CREATE TABLE logins (
    id UUID NOT NULL, 
    token_hash TEXT NOT NULL, 
    user_id UUID NOT NULL, 
    created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    CONSTRAINT pk_logins PRIMARY KEY (id), 
    CONSTRAINT fk_logins_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, 
    CONSTRAINT uq_logins_token_hash UNIQUE (token_hash)
);

CREATE INDEX ix_logins_expires_at ON logins (expires_at);

CREATE INDEX ix_logins_user_id ON logins (user_id);

CREATE TABLE tickets (
    token_hash TEXT NOT NULL, 
    user_id UUID NOT NULL, 
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    CONSTRAINT pk_tickets PRIMARY KEY (token_hash), 
    CONSTRAINT fk_tickets_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX ix_tickets_expires_at ON tickets (expires_at);

CREATE INDEX ix_tickets_user_id ON tickets (user_id);

CREATE TABLE questions (
    id UUID NOT NULL, 
    user_id UUID NOT NULL, 
    interview_id UUID NOT NULL, 
    number INTEGER NOT NULL, 
    text TEXT NOT NULL, 
    kind TEXT NOT NULL, 
    competency TEXT NOT NULL, 
    difficulty TEXT NOT NULL, 
    model_answer TEXT NOT NULL, 
    key_points JSONB NOT NULL, 
    rubric JSONB NOT NULL, 
    source TEXT NOT NULL, 
    CONSTRAINT pk_questions PRIMARY KEY (id), 
    CONSTRAINT fk_questions_interview_id_interviews FOREIGN KEY(interview_id) REFERENCES interviews (id) ON DELETE CASCADE, 
    CONSTRAINT fk_questions_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, 
    CONSTRAINT uq_questions_interview_id_number UNIQUE (interview_id, number)
);

CREATE INDEX ix_questions_user_id_interview_id ON questions (user_id, interview_id);

CREATE INDEX ix_questions_user_id_source ON questions (user_id, source);

CREATE TABLE answers (
    id UUID NOT NULL, 
    user_id UUID NOT NULL, 
    interview_id UUID NOT NULL, 
    question_id UUID NOT NULL, 
    attempt INTEGER NOT NULL, 
    mode TEXT NOT NULL, 
    state TEXT NOT NULL, 
    edited TEXT, 
    sound_s FLOAT NOT NULL, 
    pending BOOLEAN NOT NULL, 
    rating_state TEXT NOT NULL, 
    rating_problem TEXT NOT NULL, 
    recording_key TEXT, 
    recording_media_type TEXT, 
    recording_seconds FLOAT, 
    recording_size INTEGER, 
    started_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    finished_at TIMESTAMP WITH TIME ZONE, 
    CONSTRAINT pk_answers PRIMARY KEY (id), 
    CONSTRAINT fk_answers_interview_id_interviews FOREIGN KEY(interview_id) REFERENCES interviews (id) ON DELETE CASCADE, 
    CONSTRAINT fk_answers_question_id_questions FOREIGN KEY(question_id) REFERENCES questions (id) ON DELETE CASCADE, 
    CONSTRAINT fk_answers_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, 
    CONSTRAINT uq_answers_question_id_attempt UNIQUE (question_id, attempt)
);

CREATE INDEX ix_answers_interview_id_user_id_state ON answers (interview_id, user_id, state);

CREATE INDEX ix_answers_pending ON answers (pending);

CREATE INDEX ix_answers_rating_state_pending ON answers (rating_state, pending);

CREATE INDEX ix_answers_user_id_state_mode_sound_s ON answers (user_id, state, mode, sound_s);

CREATE TABLE ratings (
    id UUID NOT NULL, 
    user_id UUID NOT NULL, 
    interview_id UUID NOT NULL, 
    answer_id UUID NOT NULL, 
    kind TEXT NOT NULL, 
    overall FLOAT NOT NULL, 
    strengths JSONB NOT NULL, 
    improvements JSONB NOT NULL, 
    next_action TEXT NOT NULL, 
    coach TEXT NOT NULL, 
    coach_version TEXT NOT NULL, 
    rubric_version TEXT NOT NULL, 
    speech_model TEXT NOT NULL, 
    superseded BOOLEAN NOT NULL, 
    created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    CONSTRAINT pk_ratings PRIMARY KEY (id), 
    CONSTRAINT fk_ratings_answer_id_answers FOREIGN KEY(answer_id) REFERENCES answers (id) ON DELETE CASCADE, 
    CONSTRAINT fk_ratings_interview_id_interviews FOREIGN KEY(interview_id) REFERENCES interviews (id) ON DELETE CASCADE, 
    CONSTRAINT fk_ratings_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX ix_ratings_answer_id_user_id_superseded ON ratings (answer_id, user_id, superseded);

CREATE INDEX ix_ratings_interview_id ON ratings (interview_id);

CREATE INDEX ix_ratings_progress ON ratings (user_id, superseded, interview_id, coach, overall, kind);

CREATE UNIQUE INDEX uq_ratings_current ON ratings (answer_id) WHERE NOT superseded;

CREATE TABLE segments (
    answer_id UUID NOT NULL, 
    number INTEGER NOT NULL, 
    user_id UUID NOT NULL, 
    start_s FLOAT NOT NULL, 
    end_s FLOAT NOT NULL, 
    text TEXT NOT NULL, 
    words JSONB NOT NULL, 
    CONSTRAINT pk_segments PRIMARY KEY (answer_id, number), 
    CONSTRAINT fk_segments_answer_id_answers FOREIGN KEY(answer_id) REFERENCES answers (id) ON DELETE CASCADE, 
    CONSTRAINT fk_segments_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX ix_segments_user_id_answer_id ON segments (user_id, answer_id);

CREATE TABLE scores (
    rating_id UUID NOT NULL, 
    number INTEGER NOT NULL, 
    user_id UUID NOT NULL, 
    criterion_id TEXT NOT NULL, 
    criterion_name TEXT NOT NULL, 
    criterion JSONB NOT NULL, 
    level INTEGER NOT NULL, 
    reason TEXT NOT NULL, 
    evidence JSONB NOT NULL, 
    superseded BOOLEAN NOT NULL, 
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    CONSTRAINT pk_scores PRIMARY KEY (rating_id, number), 
    CONSTRAINT fk_scores_rating_id_ratings FOREIGN KEY(rating_id) REFERENCES ratings (id) ON DELETE CASCADE, 
    CONSTRAINT fk_scores_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX ix_scores_progress ON scores (user_id, superseded, criterion_id, asked_at, level, criterion_name);

CREATE INDEX ix_scores_user_id_rating_id ON scores (user_id, rating_id);

INSERT INTO app_private.alembic_version (version_num) VALUES ('0001') RETURNING app_private.alembic_version.version_num;

COMMIT;

