"""What the ears are told about an answer, and what they tell that is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from services.adapters.local_accounts import LocalAccounts
from services.afterwards import Afterwards
from services.coaches import Coaches
from services.domain import AUTO, Job, Question, Setup
from services.interviews import Interviews
from services.judging import Judging
from services.keeping import Keeping
from services.last_known import LastKnown
from services.plans import Plans
from services.ports import SAMPLE_RATE
from services.speech.ears import Ears
from services.speech.live_transcript import LiveTranscript
from services.speech.model import SpeechModel
from services.speech.places import take_place
from services.spoken_answers import SpokenAnswers
from services.storage.database import open_database
from services.storage.outbox import Outbox
from services.storage.places import Places
from services.storage.recordings import Recordings
from services.storage.store import Store
from tests.doubles import ScriptedCoach
from tests.services.rehearsal import questions, upload
from tests.services.storage.stored import current_answer


class Overheard(Ears):
    """Real ears that note what they were told."""

    told: dict[str, Any]

    def open(self, answer_id: UUID, **told: Any) -> LiveTranscript:
        self.told = told
        return super().open(answer_id, **told)


@dataclass
class Room:
    interviews: Interviews
    spoken: SpokenAnswers
    store: Store
    ears: Overheard
    owner: UUID
    folder: Path

    def begin(self, language: str = "en") -> tuple[Question, Question]:
        job = Job(position="Data engineer", tech_stack=("Kafka", "Airflow"))
        setup = Setup(job=job, question_count=2, language=language)
        first, second = self.interviews.start(self.owner, setup).questions
        return first, second


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """No speech model is here: sound is kept and no word is made of it."""
    database = open_database(f"sqlite:///{tmp_path / 'interviews.db'}")
    store, recordings = Store(database), Recordings(tmp_path / "recordings")
    nowhere: Callable[..., Any] = pytest.fail  # nothing may be loaded or downloaded
    model = SpeechModel("base", cache_dir=tmp_path / "models", load=nowhere, download=nowhere)
    coaches = Coaches(
        ScriptedCoach(questions("Tell me about a mistake.", "Tell me about a success."))
    )
    place = take_place(tmp_path / "spool")
    places = Places(database, place.id)
    ears = Overheard(model, place.folder)
    keeping = Keeping(store, recordings, ears.spool_path)
    judging, plans = Judging(store, coaches), Plans(store, coaches)
    outbox = Outbox(database, place.folder, places)
    afterwards = Afterwards(store, keeping, judging, ears, outbox, places, leave=place.release)
    last = LastKnown(outbox)
    spoken = SpokenAnswers(store, ears, afterwards, last)
    interviews = Interviews(store, coaches, ears, afterwards, plans, judging, spoken, last)
    yield Room(
        interviews, spoken, store, ears, LocalAccounts(database).create_guest().id, place.folder
    )
    interviews.shutdown()


def test_the_ears_are_told_the_names_that_may_be_said(room: Room) -> None:
    first, _ = room.begin()
    room.spoken.listen(room.owner, first)
    assert room.ears.told["prompt"] == (
        "Data engineer interview. Kafka, Airflow. Tell me about a mistake."
    )
    assert room.ears.told["language"] == "en"


def test_a_language_that_was_detected_is_kept_for_the_rest_of_the_interview(room: Room) -> None:
    first, second = room.begin(AUTO)
    room.spoken.listen(room.owner, first)
    assert room.ears.told["language"] == ""
    room.ears.told["on_language"]("es")
    room.spoken.listen(room.owner, second)
    assert room.ears.told["language"] == "es"
    assert room.ears.told["prompt"] == "Data engineer. Kafka, Airflow."
    last = room.interviews.offered(room.owner).setup
    assert last is not None
    assert last.language == "es"


def test_a_language_that_was_chosen_is_told_and_stays(room: Room) -> None:
    first, second = room.begin("de")
    room.spoken.listen(room.owner, first)
    assert room.ears.told["language"] == "de"
    room.ears.told["on_language"]("es")
    room.spoken.listen(room.owner, second)
    assert room.ears.told["language"] == "de"


def test_a_speaker_waits_for_words_and_a_recorded_file_does_not(room: Room) -> None:
    first, second = room.begin()
    room.spoken.listen(room.owner, first)
    assert room.ears.told["live_words"]
    upload(room.spoken, room.folder, room.owner, second, np.zeros(SAMPLE_RATE, np.float32))
    assert not room.ears.told["live_words"]


def test_a_transcript_that_is_made_later_lets_speakers_go_first(room: Room) -> None:
    first, _ = room.begin()
    upload(room.spoken, room.folder, room.owner, first, np.zeros(SAMPLE_RATE, np.float32))
    answer = current_answer(room.store, room.owner, first.id)
    assert answer is not None
    room.ears.close(answer.id)
    room.spoken.transcribe(room.owner, answer)
    assert not room.ears.told["live_words"]


def test_the_figures_of_listening_are_those_of_the_ears(room: Room) -> None:
    assert room.interviews.hearing().answers == 0
    first, _ = room.begin()
    room.spoken.listen(room.owner, first)
    assert room.interviews.hearing().answers == 1
