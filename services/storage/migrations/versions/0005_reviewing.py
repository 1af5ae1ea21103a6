"""Recording with picture, retakes, preferences, and what is added to an answer afterwards: how it sounded,
self-ratings, links for mentors and their notes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_TIME = sa.DateTime(timezone=True)
_ME = "(select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid"
# New tables of a candidate's, and the parents that a row must share its owner with.
_OWNED = {
    "preferences": {},
    "sound_figures": {"answer_id": "answers"},
    "self_ratings": {"answer_id": "answers"},
    "shares": {"interview_id": "interviews"},
    "mentor_notes": {"share_id": "shares", "answer_id": "answers"},
}
# Columns that the chores, and whoever looks up the link of a share, read.
_SERVICE_READS = {
    "preferences": "user_id, record_video, pace_meter, self_rating",  # with every login
    "sound_figures": "answer_id, user_id",
    "self_ratings": "answer_id, user_id",
    "shares": "id, user_id, interview_id, token_hash, expires_at, revoked_at",
    "mentor_notes": "id, user_id",
}
_VIDEO = {
    "video_key": sa.Text,
    "video_media_type": sa.Text,
    "video_seconds": sa.Float,
    "video_size": sa.Integer,
    "video_offset_s": sa.Float,
    "thumbnail_key": sa.Text,
}
_RATINGS = ("user_id", "superseded", "unsure")
_RATINGS_REST = ("interview_id", "coach", "overall", "kind")
_SCORES_REST = ("criterion_id", "asked_at", "level", "other", "criterion_name")


def upgrade() -> None:
    for name, kind in _VIDEO.items():
        op.add_column("answers", sa.Column(name, kind(), nullable=True))
    for table, rest in (("ratings", _RATINGS_REST), ("scores", _SCORES_REST)):
        op.add_column(table, _switch("set_aside", sa.false()))
        op.drop_index(f"ix_{table}_progress", table)
        op.create_index(f"ix_{table}_progress", table, [*_RATINGS, "set_aside", *rest])
    _tables()
    if op.get_context().dialect.name == "postgresql":
        _secure()


def _tables() -> None:
    op.create_table(
        "preferences",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        _switch("record_video", sa.false()),
        _switch("pace_meter", sa.false()),
        _switch("self_rating", sa.true()),
        _part_of("preferences", "user_id", "users"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_preferences")),
    )
    op.create_table(
        "sound_figures",
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("figures", _JSON, nullable=False),
        _part_of("sound_figures", "answer_id", "answers"),
        _part_of("sound_figures", "user_id", "users"),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_sound_figures")),
    )
    op.create_table(
        "self_ratings",
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("levels", _JSON, nullable=False),
        sa.Column("rated_at", _TIME, nullable=False),
        _part_of("self_ratings", "answer_id", "answers"),
        _part_of("self_ratings", "user_id", "users"),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_self_ratings")),
    )
    op.create_table(
        "shares",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("interview_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("includes", _JSON, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("revoked_at", _TIME, nullable=True),
        sa.Column("opened_at", _TIME, nullable=True),
        _part_of("shares", "user_id", "users"),
        _part_of("shares", "interview_id", "interviews"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shares")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_shares_token_hash")),
    )
    op.create_table(
        "mentor_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("mentor", sa.Text(), nullable=False),
        sa.Column("levels", _JSON, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("noted_at", _TIME, nullable=False),
        _part_of("mentor_notes", "user_id", "users"),
        _part_of("mentor_notes", "share_id", "shares"),
        _part_of("mentor_notes", "answer_id", "answers"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentor_notes")),
        sa.UniqueConstraint(
            "share_id", "answer_id", name=op.f("uq_mentor_notes_share_id_answer_id")
        ),
    )
    for table, columns in (
        ("sound_figures", ["user_id"]),
        ("self_ratings", ["user_id"]),
        ("shares", ["user_id", "interview_id"]),
        ("shares", ["interview_id"]),
        ("mentor_notes", ["user_id", "answer_id"]),
        ("mentor_notes", ["answer_id"]),
    ):
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)


def _switch(name: str, default: sa.ColumnElement[bool]) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=default)


def _part_of(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{parent}")
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=name, ondelete="CASCADE")


def _secure() -> None:
    """On PostgreSQL alone: a candidate's tables as all others are."""
    for table, parents in _OWNED.items():
        op.execute(f"ALTER TABLE public.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE public.{table} FORCE ROW LEVEL SECURITY")
        op.execute(f"REVOKE ALL ON public.{table} FROM PUBLIC, anon, authenticated")
        op.execute(
            f"CREATE POLICY chores ON public.{table} FOR ALL TO app_service "
            "USING (true) WITH CHECK (true)"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON public.{table} TO authenticated")
        mine = f"{table}.user_id = {_ME}"
        within = "".join(
            f" AND EXISTS (SELECT 1 FROM public.{parent} p "
            f"WHERE p.id = {table}.{column} AND p.user_id = {_ME})"
            for column, parent in parents.items()
        )
        op.execute(
            f"CREATE POLICY own ON public.{table} FOR ALL TO authenticated "
            f"USING ({mine}) WITH CHECK ({mine}{within})"
        )
        op.execute(
            f"GRANT SELECT ({_SERVICE_READS[table]}), UPDATE (user_id) ON public.{table} "
            "TO app_service"
        )
    op.execute("GRANT DELETE ON public.preferences TO app_service")
    videos = ", ".join(_VIDEO)
    op.execute(f"GRANT SELECT ({videos}), UPDATE ({videos}) ON public.answers TO app_service")


def downgrade() -> None:
    for table in reversed(_OWNED):
        op.drop_table(table)
    for table, rest in (("ratings", _RATINGS_REST), ("scores", _SCORES_REST)):
        op.drop_index(f"ix_{table}_progress", table)
        op.drop_column(table, "set_aside")
        op.create_index(f"ix_{table}_progress", table, [*_RATINGS, *rest])
    for name in _VIDEO:
        op.drop_column("answers", name)
