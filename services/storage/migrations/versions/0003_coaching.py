"""What coaches on language models need: plans that grow, ratings that wait, CVs and spending."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_TIME = sa.DateTime(timezone=True)
_NUMBERS = ("calls", "tokens_in", "tokens_out")


def upgrade() -> None:
    _interviews()
    _answers()
    _ratings()
    op.create_table(
        "cvs",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kept_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_cvs_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_cvs")),
    )
    op.create_table(
        "spending",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _NUMBERS),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_spending_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "day", name=op.f("pk_spending")),
    )
    op.create_index(op.f("ix_spending_day"), "spending", ["day"])
    op.create_table(
        "spending_total",
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _NUMBERS),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_spending_total")),
    )


def _interviews() -> None:
    op.add_column(
        "interviews", sa.Column("plan_state", sa.Text(), nullable=False, server_default="ready")
    )
    op.add_column(
        "interviews", sa.Column("plan_problem", sa.Text(), nullable=False, server_default="")
    )
    op.create_index(op.f("ix_interviews_plan_state"), "interviews", ["plan_state"])
    # A foreign key: SQLite takes it only with the table written anew, which the batch does there.
    with op.batch_alter_table("questions") as batch:
        batch.add_column(sa.Column("parent_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("follow_up", sa.Text(), nullable=True))
        batch.add_column(
            sa.Column("shown", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.create_foreign_key(
            op.f("fk_questions_parent_id_questions"),
            "questions",
            ["parent_id"],
            ["id"],
            ondelete="CASCADE",
        )
    op.create_index(op.f("ix_questions_parent_id"), "questions", ["parent_id"])
    op.create_index(op.f("ix_questions_user_id_competency"), "questions", ["user_id", "competency"])
    questions = sa.table("questions", sa.column("id"), sa.column("shown", sa.Boolean()))
    answers = sa.table("answers", sa.column("question_id"))
    answered = sa.exists().where(answers.c.question_id == questions.c.id)
    op.execute(questions.update().where(answered).values(shown=True))


def _answers() -> None:
    op.add_column("answers", sa.Column("rating_due", _TIME, nullable=True))
    op.add_column("answers", sa.Column("rating_until", _TIME, nullable=True))
    op.add_column(
        "answers",
        sa.Column("rating_tries", sa.Integer(), nullable=False, server_default=sa.text("0")),
    )
    op.drop_index("ix_answers_rating_state_pending", "answers")
    op.create_index(
        op.f("ix_answers_rating_state_pending_rating_due"),
        "answers",
        ["rating_state", "pending", "rating_due"],
    )


def _ratings() -> None:
    for column in (
        sa.Column("improved_answer", sa.Text(), nullable=False, server_default=""),
        sa.Column("star", _JSON, nullable=True),
        sa.Column("last_action", _JSON, nullable=True),
        sa.Column("passes", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("unsure", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("ratings", column)
    for column in (
        sa.Column("other", sa.Integer(), nullable=True),
        sa.Column("evidenced", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("unsure", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("scores", column)
    op.drop_index("ix_ratings_progress", "ratings")
    op.create_index(
        "ix_ratings_progress",
        "ratings",
        ["user_id", "superseded", "unsure", "interview_id", "coach", "overall", "kind"],
    )
    op.drop_index("ix_scores_progress", "scores")
    op.create_index(
        "ix_scores_progress",
        "scores",
        [
            *("user_id", "superseded", "unsure"),
            *("criterion_id", "asked_at", "level", "other", "criterion_name"),
        ],
    )


def downgrade() -> None:
    for table in ("spending_total", "spending", "cvs"):
        op.drop_table(table)
    op.drop_index("ix_scores_progress", "scores")
    op.create_index(
        "ix_scores_progress",
        "scores",
        ["user_id", "superseded", "criterion_id", "asked_at", "level", "criterion_name"],
    )
    op.drop_index("ix_ratings_progress", "ratings")
    op.create_index(
        "ix_ratings_progress",
        "ratings",
        ["user_id", "superseded", "interview_id", "coach", "overall", "kind"],
    )
    op.drop_index("ix_answers_rating_state_pending_rating_due", "answers")
    op.create_index("ix_answers_rating_state_pending", "answers", ["rating_state", "pending"])
    for index in ("ix_questions_user_id_competency", "ix_questions_parent_id"):
        op.drop_index(index, "questions")
    op.drop_index("ix_interviews_plan_state", "interviews")
    with op.batch_alter_table("questions") as questions:
        questions.drop_constraint("fk_questions_parent_id_questions", type_="foreignkey")
        for column in ("parent_id", "follow_up", "shown"):
            questions.drop_column(column)
    for table, columns in (
        ("interviews", ("plan_state", "plan_problem")),
        ("answers", ("rating_due", "rating_until", "rating_tries")),
        ("ratings", ("improved_answer", "star", "last_action", "passes", "unsure")),
        ("scores", ("other", "evidenced", "unsure")),
    ):
        for column in columns:
            op.drop_column(table, column)
