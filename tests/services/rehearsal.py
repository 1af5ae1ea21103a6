"""One process's worth of services on a data folder: real database, real ears, real files."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event
from uuid import UUID

from sqlalchemy import Engine

from services.adapters.local_accounts import LocalAccounts
from services.afterwards import CATCH_UP_S, ROUND_S, Afterwards
from services.belongings import Belongings
from services.coach.rubrics import rubric_for
from services.coaches import Coaches
from services.domain import Answer, Interview, Job, Kind, Question, Setup
from services.interviews import Interviews
from services.judging import INSTANT_S, PAUSES, Judging
from services.keeping import Keeping
from services.last_known import LastKnown
from services.looking_back import LookingBack
from services.plans import Plans
from services.ports import Coach, Samples, SpeechEngine
from services.speech.ears import Ears
from services.speech.model import SpeechModel
from services.speech.places import Place, take_place
from services.speech.sound import pcm_of
from services.spoken_answers import SpokenAnswers
from services.storage.database import open_database
from services.storage.outbox import Outbox
from services.storage.places import DEAD_AFTER, SEEN_EVERY_S, Places
from services.storage.recordings import Recordings
from services.storage.store import Store
from services.uploads import UploadLimits, Uploads
from tests.doubles import ScriptedCoach, ScriptedEngine
from tests.services.storage.stored import current_answer

MODEL_FOLDER = Path(__file__).parents[1] / "fixtures" / "speech-model"
UPLOADS = UploadLimits()
SETUP = Setup(job=Job(position="Nurse"), question_count=2)


@dataclass
class Rehearsal:
    """What a test may look at. `coach` is the one of this machine, offline."""

    interviews: Interviews
    spoken: SpokenAnswers
    uploads: Uploads
    past: LookingBack
    belongings: Belongings
    afterwards: Afterwards
    plans: Plans
    judging: Judging
    store: Store
    coach: ScriptedCoach
    engine: ScriptedEngine
    database: Engine
    recordings: Recordings
    ears: Ears
    coaches: Coaches
    keeping: Keeping
    outbox: Outbox
    place: Place


def eventually(what: Callable[[], bool], seconds: float = 20) -> None:
    limit = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < limit, "it never happened"
        time.sleep(0.01)


def questions(*texts: str) -> tuple[Question, ...]:
    return tuple(
        Question(
            text=text,
            kind=Kind.BEHAVIOURAL,
            rubric=rubric_for(Kind.BEHAVIOURAL),
            competency="Honesty",
        )
        for text in texts
    )


def rehearsal(
    data: Path,
    *,
    model: str = str(MODEL_FOLDER),
    load: Callable[[ScriptedEngine], SpeechEngine] = lambda engine: engine,
    language_model: Coach | None = None,
    pauses: tuple[float, ...] = PAUSES,
    instant_s: float = INSTANT_S,
    address: str = "",
    round_s: float = ROUND_S,
    dead_after: timedelta = DEAD_AFTER,
    seen_every_s: float = SEEN_EVERY_S,
    catch_up_s: float = CATCH_UP_S,
    uploads: UploadLimits = UPLOADS,
) -> Rehearsal:
    """`language_model`: a coach that everybody has instead of the one of this machine. `address`: of a
    database that is not a file in `data`. `load` may take its time."""
    engine = ScriptedEngine()
    coach = ScriptedCoach(
        questions(
            "Tell me about a mistake.", "Tell me about a success.", "Tell me about a change."
        ),
        name="offline",
    )
    database = open_database(address or f"sqlite:///{data / 'interviews.db'}")
    store = Store(database)
    speech_model = SpeechModel(
        model, cache_dir=data / "models", load=lambda _: load(engine), download=lambda *_: None
    )
    place = take_place(data / "spool")
    places = Places(database, place.id, place.former, place.settled, dead_after=dead_after)
    outbox = Outbox(database, place.folder, places, look_s=0.1)
    ears = Ears(speech_model, place.folder)
    recordings = Recordings(data / "recordings")
    keeping = Keeping(store, recordings, ears.spool_path, is_ours=places.is_ours)
    coaches = Coaches(coach, lambda _owner: language_model)
    judging = Judging(
        store, coaches, lambda: speech_model.status().name, pauses=pauses, instant_s=instant_s
    )
    afterwards = Afterwards(
        *(store, keeping, judging, ears, outbox, places),
        leave=place.release,
        round_s=round_s,
        seen_every_s=seen_every_s,
        catch_up_s=catch_up_s,
    )
    speech_model.on_ready(afterwards.catch_up)
    speech_model.load_if_here()
    afterwards.catch_up()
    plans = Plans(store, coaches)
    last = LastKnown(outbox)
    spoken = SpokenAnswers(store, ears, afterwards, last)
    reading = Uploads(spoken, store.interview, place.folder, uploads, again_s=0.05)
    return Rehearsal(
        Interviews(store, coaches, ears, afterwards, plans, judging, spoken, last),
        spoken,
        reading,
        LookingBack(store, coaches, afterwards, judging, reading),
        Belongings(store, afterwards, last, reading),
        afterwards,
        plans,
        judging,
        store,
        coach,
        engine,
        database,
        recordings,
        ears,
        coaches,
        keeping,
        outbox,
        place,
    )


@contextmanager
def running(data: Path, **options: object) -> Iterator[Rehearsal]:
    here = rehearsal(data, **options)  # type: ignore[arg-type]
    try:
        yield here
    finally:
        here.interviews.shutdown()


def candidate(running: Rehearsal) -> UUID:
    return LocalAccounts(running.database).create_guest().id


def begin(running: Rehearsal, owner: UUID) -> tuple[Interview, Question]:
    interview = running.interviews.start(owner, SETUP)
    return interview, interview.questions[0]


def answer_to(running: Rehearsal, owner: UUID, question: Question) -> Answer:
    answer = current_answer(running.store, owner, question.id)
    assert answer is not None
    return answer


def upload(
    spoken: SpokenAnswers, folder: Path, owner: UUID, question: Question, sound: Samples
) -> None:
    """Give a recording that has been read already."""
    file = folder / f"{question.id}.sound"
    file.write_bytes(pcm_of(sound))
    spoken.hear_file(owner, question, file, Event())
    file.unlink()
