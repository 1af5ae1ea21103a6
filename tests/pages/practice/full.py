"""A rating with everything that a rating can have, kept in the database of a screen that is tested."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import numpy as np

from services.domain import (
    Answer,
    AnswerMode,
    Evidence,
    Followed,
    FollowUp,
    LastAction,
    Provenance,
    Question,
    Rating,
    Score,
    Segment,
    Star,
    Video,
    Word,
)
from services.settings import Settings
from services.storage.database import open_database
from services.storage.recordings import Recordings
from services.storage.store import Store
from tests.services.filmed import a_film

STILL = b"\xff\xd8 a still"
MODEL = "gemini-3.8-flash"
SPOKEN = "I asked the night shift what slowed them down and then we moved the printer."


def store() -> Store:
    """A second way into the same database, to put it into states that are hard to reach."""
    return Store(open_database(Settings().database))


def a_rating(question: Question, text: str, *, other: int = 0, **more: object) -> Rating:
    """By a language model in two passes; `other` is how far its second pass lies above the first."""
    words = text.split()
    quote = " ".join(words[:6])
    evidence = (Evidence(start=0, end=len(quote), quote=quote, start_s=1.2, end_s=3.0),)
    scores = tuple(
        Score(
            criterion=criterion,
            level=2,
            other=2 + (other if number == 0 else 0),
            reason="You say what you did, and leave out what it was for.",
            evidence=evidence if number == 0 else (),
            evidenced=number != 1,
        )
        for number, criterion in enumerate(question.rubric.criteria)
    )
    given: dict[str, object] = {
        "strengths": ("You name your own part.",),
        "improvements": ("Say what came of it.",),
        "next_action": "End with one figure.",
        "improved_answer": "I asked the night shift first. <b>Then</b> we moved the printer.",
        "star": Star(situation=0.4, task=0.1, action=0.5),
        "last_action": LastAction(action="Name your own part.", followed=Followed.YES),
        "provenance": Provenance(
            coach=MODEL,
            coach_version="rate-1",
            rubric_version=question.rubric.version,
            speech_model="base.en",
            passes=2,
        ),
    }
    return Rating.model_validate({"scores": scores, **given, **more})


def a_follow_up(parent: Question, kind: FollowUp = FollowUp.DEEPEN) -> Question:
    return Question(
        text="What did the others say when you proposed it?",
        kind=parent.kind,
        competency=parent.competency,
        rubric=parent.rubric,
        parent_id=parent.id,
        follow_up=kind,
    )


def spoken(
    owner: UUID,
    question: Question,
    folder: Path,
    text: str = SPOKEN,
    *,
    edited: str | None = None,
    pending: bool = False,
) -> Answer:
    """A submitted answer with words, their times and six seconds of a kept recording; not rated."""
    kept = store()
    answer = kept.open_answer(owner, question.id, AnswerMode.SPOKEN)
    said = text.split()
    words = tuple(
        Word(start=n * 0.4, end=n * 0.4 + 0.3, text=word, probability=0.9)
        for n, word in enumerate(said)
    )
    end = words[-1].end
    kept.append_segment(
        owner, answer.id, 0, Segment(start=0, end=end, text=" ".join(said), words=words)
    )
    kept.heard(owner, answer.id, pending=pending)
    pcm = folder / f"{answer.id}.pcm"
    tone = 3_000 * np.sin(np.arange(6 * 16_000) * 2 * np.pi * 220 / 16_000)
    pcm.write_bytes(tone.astype("<i2").tobytes())
    recordings = Recordings(Settings().data_dir / "recordings")
    recording = recordings.put_flac(owner, answer.interview_id, answer.id, pcm)
    assert recording is not None
    kept.keep_recording(owner, answer.id, recording)
    return kept.submit(owner, answer.id, edited)


def filmed(owner: UUID, answer: Answer, seconds: float = 6.0, offset_s: float = 0.0) -> bytes:
    """A kept video of an answer, with a still of it. Returns its file."""
    file, recordings = Settings().data_dir / "film", Recordings(Settings().data_dir / "recordings")
    place = (owner, answer.interview_id, answer.id)
    film = a_film(seconds)
    file.write_bytes(film)
    video = Video(
        key=recordings.put_video(*place, file, "video/webm"),
        media_type="video/webm",
        seconds=seconds,
        size=len(film),
        offset_s=offset_s,
        thumbnail_key=recordings.put_thumbnail(*place, STILL),
    )
    store().keep_video(owner, answer.id, video)
    return film
