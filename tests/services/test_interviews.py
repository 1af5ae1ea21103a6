"""Interviews on a real database, real ears and real files; engine and coach say what a test decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import cast
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlalchemy import event, update

from services.accounts.logins import Logins
from services.domain import (
    Answer,
    AnswerMode,
    AnswerState,
    InterviewState,
    Question,
    RatingState,
)
from services.errors import AlreadyAnswered, InvalidInput, NotFound
from services.last_known import LastKnown
from services.ports import SAMPLE_RATE, Samples
from services.spoken_answers import SpokenAnswers
from services.storage.database import SERVICE, writing
from services.storage.store import Store
from services.storage.tables import AnswerRow, UserRow
from tests.doubles import ScriptedEngine
from tests.services.rehearsal import (
    SETUP,
    Rehearsal,
    answer_to,
    begin,
    candidate,
    eventually,
    rehearsal,
    upload,
)
from tests.services.storage.stored import current_answer
from tests.spoken import say


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Rehearsal]:
    running = rehearsal(tmp_path, instant_s=20)  # however busy this machine is
    yield running
    running.interviews.shutdown()


@pytest.fixture(scope="module")
def speech() -> Samples:
    return np.concatenate([say("my team built a new product last year"), np.zeros(16_000)]).astype(
        np.float32
    )


def speak_answer(running: Rehearsal, owner: UUID, question: Question, sound: Samples) -> Answer:
    """Say it, finish, and wait until it can be reviewed."""
    upload(running.spoken, running.place.folder, owner, question, sound)

    def is_heard() -> bool:
        answer = current_answer(running.store, owner, question.id)
        live = running.ears.get(answer.id) if answer is not None else None
        return live is None or live.over  # as far as a model is there

    eventually(is_heard)
    return answer_to(running, owner, question)


def test_a_spoken_answer_is_heard_submitted_rated_and_kept(
    here: Rehearsal, speech: Samples
) -> None:
    owner = candidate(here)
    interview, question = begin(here, owner)
    answer = speak_answer(here, owner, question, speech)
    assert answer.raw.startswith("word0")
    submitted = here.interviews.submit(owner, answer, "What I meant to say.")
    assert submitted.rating_state is RatingState.RATED
    assert here.coach.rated == ["What I meant to say."]
    assert submitted.raw == answer.raw, "the raw transcript stays as it was heard"
    eventually(lambda: answer_to(here, owner, question).recording is not None)
    sound = here.past.recording(owner, answer_to(here, owner, question))
    assert sound.startswith(b"fLaC")
    assert here.interviews.standing(owner, interview).question == interview.questions[1]


class StoreWhereAnswersFinishMeanwhile:
    """The real store, whose `open_answer` returns what it found only once that is out of date."""

    def __init__(self, store: Store, finish: Callable[[Answer], None]) -> None:
        self._store, self._finish = store, finish

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def open_answer(self, owner: UUID, question_id: UUID, mode: AnswerMode) -> Answer:
        found = self._store.open_answer(owner, question_id, mode)
        self._finish(found)
        return found


def test_an_answer_that_finishes_while_it_is_looked_up_is_not_begun_again(
    here: Rehearsal, speech: Samples
) -> None:
    owner = candidate(here)
    _, question = begin(here, owner)

    def finish(answer: Answer) -> None:
        live = here.afterwards.listen(answer)
        live.hear_samples(speech)
        live.finish()
        eventually(lambda: answer_to(here, owner, question).state is AnswerState.HEARD)
        eventually(lambda: here.ears.get(answer.id) is None)  # its sound is encoded, all is done

    store = StoreWhereAnswersFinishMeanwhile(here.store, finish)
    late_tab = SpokenAnswers(cast(Store, store), here.ears, here.afterwards, LastKnown(here.outbox))
    assert late_tab.listen(owner, question) is None
    assert here.ears.get(answer_to(here, owner, question).id) is None
    assert answer_to(here, owner, question).state is AnswerState.HEARD


def test_an_answer_is_stored_before_it_is_rated_and_can_be_rated_again(here: Rehearsal) -> None:
    owner = candidate(here)
    interview, question = begin(here, owner)
    here.coach.failing = True
    answer = here.interviews.type_instead(owner, question)
    submitted = here.interviews.submit(owner, answer, "I owned it.")
    assert submitted.rating_state is RatingState.FAILED
    assert submitted.rating_problem == "The coach is not well today. Rate again later."
    assert here.past.review(owner, interview.id).overall is None
    here.coach.failing = False
    here.past.rate_again(owner, answer.id)
    assert here.past.review(owner, interview.id).overall == 5.0


def test_a_question_is_answered_once_however_many_tabs_submit(here: Rehearsal) -> None:
    owner = candidate(here)
    _, question = begin(here, owner)
    answer = here.interviews.type_instead(owner, question)
    here.interviews.submit(owner, answer, "From the first tab.")
    with pytest.raises(AlreadyAnswered):
        here.interviews.submit(owner, answer, "From the second tab.")
    assert answer_to(here, owner, question).text == "From the first tab."


def test_silence_gives_no_words_and_cannot_be_submitted(here: Rehearsal) -> None:
    owner = candidate(here)
    _, question = begin(here, owner)
    answer = speak_answer(here, owner, question, np.zeros(3 * SAMPLE_RATE, np.float32))
    assert answer.raw == ""
    with pytest.raises(InvalidInput, match="no words"):
        here.interviews.submit(owner, answer, "  ")
    assert answer_to(here, owner, question).state is AnswerState.HEARD


def test_recording_again_opens_a_second_attempt_and_keeps_the_first_aside(
    here: Rehearsal, speech: Samples
) -> None:
    owner = candidate(here)
    _, question = begin(here, owner)
    first = speak_answer(here, owner, question, speech)
    here.interviews.record_again(owner, first)
    second = speak_answer(here, owner, question, speech)
    assert (second.attempt, second.state) == (2, AnswerState.HEARD)
    assert here.store.answer(owner, first.id).state is AnswerState.REPLACED


def test_without_a_model_the_recording_waits_and_is_rated_when_a_model_comes(
    tmp_path: Path, speech: Samples
) -> None:
    without = rehearsal(tmp_path, model="base.en")  # known, not downloaded: nothing is loaded
    owner = candidate(without)
    interview, question = begin(without, owner)
    answer = speak_answer(without, owner, question, speech)
    assert answer.pending
    submitted = without.interviews.submit(owner, answer, "")
    assert submitted.rating_state is RatingState.WAITING
    without.interviews.shutdown()

    after = rehearsal(tmp_path)
    eventually(lambda: answer_to(after, owner, question).rating_state is RatingState.RATED)
    assert after.coach.rated[0].startswith("word0")
    assert not answer_to(after, owner, question).pending
    assert after.past.review(owner, interview.id).overall == 5.0
    after.interviews.shutdown()


def test_a_model_that_comes_in_the_moment_in_which_an_answer_ends_completes_it(
    tmp_path: Path, speech: Samples
) -> None:
    may_load, ending, may_end = Event(), Event(), Event()

    def load(engine: ScriptedEngine) -> ScriptedEngine:
        assert may_load.wait(20)
        return engine

    here = rehearsal(tmp_path, load=load, round_s=0.05)
    owner = candidate(here)
    _, question = begin(here, owner)
    live = here.spoken.listen(owner, question)
    assert live is not None
    live.hear_samples(speech)

    def hold(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("UPDATE answers") and "pending" in statement:
            ending.set()
            assert may_end.wait(20)

    event.listen(here.database, "before_cursor_execute", hold)
    live.finish()
    assert ending.wait(20), "without a model the answer ends with its words still to come"
    may_load.set()
    eventually(lambda: here.ears.can_hear)
    here.afterwards.catch_up()  # as when a model comes: there is nothing to complete yet
    may_end.set()
    eventually(lambda: not answer_to(here, owner, question).pending)
    assert answer_to(here, owner, question).raw.startswith("word0")
    here.interviews.shutdown()


def test_what_was_said_before_the_server_died_comes_back(tmp_path: Path, speech: Samples) -> None:
    first = rehearsal(tmp_path)
    owner = candidate(first)
    _, question = begin(first, owner)
    live = first.spoken.listen(owner, question)
    assert live is not None
    live.hear_samples(speech)
    eventually(lambda: live.snapshot().seconds >= len(speech) / SAMPLE_RATE - 0.01)
    first.interviews.shutdown()  # without finish: as far as the answer knows, the power went

    again = rehearsal(tmp_path)
    eventually(lambda: again.ears.can_hear)
    back = again.spoken.listen(owner, question)
    assert back is not None
    back.finish()
    eventually(lambda: answer_to(again, owner, question).state is AnswerState.HEARD)
    assert answer_to(again, owner, question).raw != ""
    again.interviews.shutdown()


def test_ending_an_interview_submits_what_has_been_said_and_leaves_the_rest_unanswered(
    here: Rehearsal, speech: Samples
) -> None:
    owner = candidate(here)
    interview, question = begin(here, owner)
    live = here.spoken.listen(owner, question)
    assert live is not None
    live.hear_samples(speech)
    here.interviews.end(owner, interview)
    review = here.past.review(owner, interview.id)
    assert review.interview.state is InterviewState.FINISHED
    assert review.items[0].rating is not None
    assert review.items[1].answer is None
    assert review.overall == 5.0, "an unanswered question is not a zero"


def test_ending_without_a_speech_model_submits_the_recording_to_be_rated_later(
    tmp_path: Path, speech: Samples
) -> None:
    without = rehearsal(tmp_path, model="base.en")
    owner = candidate(without)
    interview, question = begin(without, owner)
    live = without.spoken.listen(owner, question)
    assert live is not None
    live.hear_samples(speech)
    without.interviews.end(owner, interview)
    answer = answer_to(without, owner, question)
    assert (answer.state, answer.rating_state) == (AnswerState.SUBMITTED, RatingState.WAITING)
    assert answer.pending
    without.interviews.shutdown()


def test_an_ended_interview_can_be_gone_on_with_while_questions_are_left(here: Rehearsal) -> None:
    owner = candidate(here)
    interview, question = begin(here, owner)
    here.interviews.skip(owner, question)
    here.interviews.end(owner, interview)
    here.past.reopen(owner, interview.id)
    standing = here.interviews.standing(owner, here.store.interview(owner, interview.id))
    assert standing.question == interview.questions[1]


def test_sound_that_was_not_encoded_before_a_restart_is_encoded_after_it(
    tmp_path: Path, speech: Samples
) -> None:
    first = rehearsal(tmp_path)
    owner = candidate(first)
    _, question = begin(first, owner)
    answer = speak_answer(first, owner, question, speech)
    eventually(lambda: answer_to(first, owner, question).recording is not None)
    first.interviews.shutdown()
    (tmp_path / "recordings").rename(tmp_path / "elsewhere")
    with writing(first.database, SERVICE) as db:  # the moment before the encoder had run
        db.execute(update(AnswerRow).values(recording_key=None))
    (tmp_path / "spool" / f"{answer.id}.pcm").write_bytes(b"\0\0" * SAMPLE_RATE)
    (tmp_path / "spool" / f"{uuid4()}.pcm").write_bytes(b"\0\0")  # of a deleted answer

    again = rehearsal(tmp_path)
    eventually(lambda: answer_to(again, owner, question).recording is not None)
    eventually(lambda: list((tmp_path / "spool").rglob("*.pcm")) == [])
    again.interviews.shutdown()


def test_an_answer_submitted_just_before_the_server_died_gets_its_last_words_and_its_rating(
    tmp_path: Path, speech: Samples
) -> None:
    first = rehearsal(tmp_path, model="base.en")  # no model: nothing can be settled in time
    owner = candidate(first)
    interview, question = begin(first, owner)
    live = first.spoken.listen(owner, question)
    assert live is not None
    live.hear_samples(speech)
    eventually(lambda: live.snapshot().seconds > 0)
    first.store.submit(owner, answer_to(first, owner, question).id, None)
    first.interviews.shutdown()  # before anything that follows a submit had its turn

    again = rehearsal(tmp_path)
    eventually(lambda: answer_to(again, owner, question).rating_state is RatingState.RATED)
    assert answer_to(again, owner, question).raw != ""
    eventually(lambda: answer_to(again, owner, question).recording is not None)
    assert again.past.review(owner, interview.id).overall == 5.0
    again.interviews.shutdown()


def test_one_answer_that_cannot_be_rated_stops_no_other(here: Rehearsal) -> None:
    owner = candidate(here)
    interview, first = begin(here, owner)
    for question in interview.questions:
        answer = here.interviews.type_instead(owner, question)
        here.store.submit(owner, answer.id, "cursed" if question == first else "fine")
    here.coach.cursed = "cursed"
    here.judging.wake()
    eventually(
        lambda: (
            [answer_to(here, owner, q).rating_state for q in interview.questions]
            == [RatingState.FAILED, RatingState.RATED]
        )
    )


def test_recording_again_in_one_tab_cannot_take_away_what_another_submitted(
    here: Rehearsal, speech: Samples
) -> None:
    owner = candidate(here)
    _, question = begin(here, owner)
    answer = speak_answer(here, owner, question, speech)
    here.interviews.submit(owner, answer, answer.raw)
    with pytest.raises(AlreadyAnswered):
        here.interviews.record_again(owner, answer)
    eventually(lambda: answer_to(here, owner, question).recording is not None)
    assert here.past.recording(owner, answer_to(here, owner, question)).startswith(b"fLaC")


def test_a_guest_whom_no_browser_knows_any_more_is_forgotten_with_all_sound(
    tmp_path: Path, speech: Samples
) -> None:
    running = rehearsal(tmp_path)
    lost, known = candidate(running), candidate(running)
    Logins(running.database).open(known)
    with writing(running.database, SERVICE) as db:
        db.execute(update(UserRow).values(created_at=datetime(2026, 1, 1, tzinfo=UTC)))
    _, question = begin(running, lost)
    speak_answer(running, lost, question, speech)
    eventually(lambda: answer_to(running, lost, question).recording is not None)
    running.belongings.forget_lost_guests()
    assert running.store.owner_of(UUID(int=0)) is None
    assert running.past.count(lost) == 0
    assert list((tmp_path / "recordings").rglob("*.flac")) == []
    running.interviews.start(known, SETUP)
    running.interviews.shutdown()


def test_what_was_said_to_a_skipped_question_stays_with_it(
    here: Rehearsal, speech: Samples
) -> None:
    owner = candidate(here)
    interview, question = begin(here, owner)
    live = here.spoken.listen(owner, question)
    assert live is not None
    live.hear_samples(speech)
    here.interviews.skip(owner, question)
    eventually(lambda: answer_to(here, owner, question).recording is not None)
    skipped = answer_to(here, owner, question)
    assert skipped.state is AnswerState.SKIPPED
    assert skipped.raw != ""
    assert here.past.review(owner, interview.id).items[0].rating is None


def test_deleting_an_interview_deletes_its_sound(
    here: Rehearsal, tmp_path: Path, speech: Samples
) -> None:
    owner = candidate(here)
    interview, question = begin(here, owner)
    answer = speak_answer(here, owner, question, speech)
    eventually(lambda: answer_to(here, owner, question).recording is not None)
    here.past.delete(owner, interview.id)
    with pytest.raises(NotFound):
        here.past.review(owner, interview.id)
    left = [p for folder in ("recordings", "spool") for p in (tmp_path / folder).rglob("*.*")]
    assert [p for p in left if str(answer.id) in p.name] == []


def test_nobody_reaches_the_interview_of_somebody_else(here: Rehearsal) -> None:
    interview, question = begin(here, candidate(here))
    other = candidate(here)
    for act in (
        lambda: here.interviews.open_interview(other, interview.id),
        lambda: here.past.review(other, interview.id),
        lambda: here.past.delete(other, interview.id),
        lambda: here.spoken.listen(other, question),
        lambda: here.interviews.skip(other, question),
        lambda: here.past.reopen(other, interview.id),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_guests_interviews_move_into_an_account_with_their_sound(
    here: Rehearsal, speech: Samples
) -> None:
    guest, account = candidate(here), candidate(here)
    interview, question = begin(here, guest)
    speak_answer(here, guest, question, speech)
    eventually(lambda: answer_to(here, guest, question).recording is not None)
    here.belongings.adopt(guest, account)
    assert here.past.count(guest) == 0
    moved = here.past.review(account, interview.id).items[0].answer
    assert moved is not None
    assert here.past.recording(account, moved).startswith(b"fLaC")


def test_an_answer_beyond_the_limit_is_refused_and_the_draft_stays(here: Rehearsal) -> None:
    owner = candidate(here)
    _, question = begin(here, owner)
    answer = here.interviews.type_instead(owner, question)
    here.interviews.save_draft(owner, answer, "A short draft.")
    with pytest.raises(InvalidInput, match="characters"):
        here.interviews.submit(owner, answer, "x" * 30_001)
    assert answer_to(here, owner, question).text == "A short draft."
