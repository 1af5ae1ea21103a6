BEGIN;

CREATE SCHEMA IF NOT EXISTS app_private;

-- Running upgrade 0002 -> 0003

ALTER TABLE interviews ADD COLUMN plan_state TEXT DEFAULT 'ready' NOT NULL;

ALTER TABLE interviews ADD COLUMN plan_problem TEXT DEFAULT '' NOT NULL;

CREATE INDEX ix_interviews_plan_state ON interviews (plan_state);

ALTER TABLE questions ADD COLUMN parent_id UUID;

ALTER TABLE questions ADD COLUMN follow_up TEXT;

ALTER TABLE questions ADD COLUMN shown BOOLEAN DEFAULT false NOT NULL;

ALTER TABLE questions ADD CONSTRAINT fk_questions_parent_id_questions FOREIGN KEY(parent_id) REFERENCES questions (id) ON DELETE CASCADE;

CREATE INDEX ix_questions_parent_id ON questions (parent_id);

CREATE INDEX ix_questions_user_id_competency ON questions (user_id, competency);

UPDATE questions SET shown=true WHERE EXISTS (SELECT * 
FROM answers 
WHERE answers.question_id = questions.id);

ALTER TABLE answers ADD COLUMN rating_due TIMESTAMP WITH TIME ZONE;

ALTER TABLE answers ADD COLUMN rating_until TIMESTAMP WITH TIME ZONE;

ALTER TABLE answers ADD COLUMN rating_tries INTEGER DEFAULT 0 NOT NULL;

DROP INDEX ix_answers_rating_state_pending;

CREATE INDEX ix_answers_rating_state_pending_rating_due ON answers (rating_state, pending, rating_due);

ALTER TABLE ratings ADD COLUMN improved_answer TEXT DEFAULT '' NOT NULL;

ALTER TABLE ratings ADD COLUMN star JSONB;

ALTER TABLE ratings ADD COLUMN last_action JSONB;

ALTER TABLE ratings ADD COLUMN passes INTEGER DEFAULT 1 NOT NULL;

ALTER TABLE ratings ADD COLUMN unsure BOOLEAN DEFAULT false NOT NULL;

ALTER TABLE scores ADD COLUMN other INTEGER;

ALTER TABLE scores ADD COLUMN evidenced BOOLEAN DEFAULT true NOT NULL;

ALTER TABLE scores ADD COLUMN unsure BOOLEAN DEFAULT false NOT NULL;

DROP INDEX ix_ratings_progress;

CREATE INDEX ix_ratings_progress ON ratings (user_id, superseded, unsure, interview_id, coach, overall, kind);

DROP INDEX ix_scores_progress;

CREATE INDEX ix_scores_progress ON scores (user_id, superseded, unsure, criterion_id, asked_at, level, other, criterion_name);

CREATE TABLE cvs (
    user_id UUID NOT NULL, 
    text TEXT NOT NULL, 
    kept_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    CONSTRAINT pk_cvs PRIMARY KEY (user_id), 
    CONSTRAINT fk_cvs_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE spending (
    user_id UUID NOT NULL, 
    day DATE NOT NULL, 
    calls INTEGER NOT NULL, 
    tokens_in INTEGER NOT NULL, 
    tokens_out INTEGER NOT NULL, 
    CONSTRAINT pk_spending PRIMARY KEY (user_id, day), 
    CONSTRAINT fk_spending_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX ix_spending_day ON spending (day);

CREATE TABLE spending_total (
    day DATE NOT NULL, 
    calls INTEGER NOT NULL, 
    tokens_in INTEGER NOT NULL, 
    tokens_out INTEGER NOT NULL, 
    CONSTRAINT pk_spending_total PRIMARY KEY (day)
);

UPDATE app_private.alembic_version SET version_num='0003' WHERE app_private.alembic_version.version_num = '0002';

COMMIT;

