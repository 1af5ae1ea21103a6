"""A question answered once more by voice, through an outage, and beside the interview's own course."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from services.domain import Answer, AnswerMode, AnswerState, Question, RatingState
from services.errors import AlreadyAnswered, DatabaseAway, NotFound
from services.ports import SAMPLE_RATE, Samples
from services.storage.recordings import Recordings
from services.storage.store import Store
from tests.logs import said
from tests.services.machine import Machine, sound
from tests.services.rehearsal import SETUP, Rehearsal, begin, candidate, eventually, running
from tests.services.storage.stored import a_database, a_user
from tests.spoken import say
from tests.standins import postgres


@pytest.fixture
def address() -> Iterator[str]:
    server, name = postgres.server(), postgres.new_database()
    yield server.backend(name)
    postgres.drop_database(name)


@pytest.fixture(scope="module")
def speech() -> Samples:
    quiet = np.zeros(SAMPLE_RATE)
    spoken = say("my team built a new product last year")
    return np.concatenate([spoken, quiet]).astype(np.float32)


def write(here: Rehearsal, owner: UUID, question: Question, words: str) -> Answer:
    answer = here.interviews.type_instead(owner, question)
    here.interviews.submit(owner, answer, said(words))
    eventually(lambda: here.store.answer(owner, answer.id).rating_state is RatingState.RATED)
    return here.store.answer(owner, answer.id)


def test_an_attempt_by_voice_replaces_a_typed_one_and_both_keep_their_words(
    tmp_path: Path, speech: Samples
) -> None:
    with running(tmp_path) as here:
        owner = candidate(here)
        interview, question = begin(here, owner)
        first = write(here, owner, question, "I told everybody.")
        here.interviews.end(owner, interview)
        opened = here.interviews.answer_again(owner, question.id)
        standing = here.interviews.stands(owner, interview.id, question.id)
        assert (standing.again, standing.question, standing.answer) == (True, question, opened)
        live = here.spoken.listen(owner, question, seen=opened)
        assert live is not None
        live.hear_samples(speech)
        here.spoken.finish_answer(owner, opened)
        assert live.wait_finished(20)
        heard = here.interviews.stands(owner, interview.id, question.id).answer
        assert heard is not None
        assert (heard.state, heard.mode, heard.raw != "") == (
            AnswerState.HEARD,
            AnswerMode.SPOKEN,
            True,
        )
        assert here.past.review(owner, interview.id).items[0].answer == first
        here.interviews.submit(owner, heard, heard.text)
        assert here.interviews.stands(owner, interview.id, question.id).question is None
        eventually(lambda: here.store.answer(owner, opened.id).recording is not None)
        eventually(lambda: here.store.answer(owner, opened.id).rating_state is RatingState.RATED)
        one, two = here.past.attempts(owner, question.id)
        assert [one.answer.text, two.answer.text] == ["I told everybody.", heard.text]
        assert (one.counts, two.counts) == (False, True)
        # The one that was replaced keeps its sound when the other is chosen and chosen back.
        here.past.let_count(owner, one.answer.id, two.answer.id)
        here.afterwards.catch_up()
        kept = here.store.answer(owner, opened.id)
        assert kept.state is AnswerState.REPLACED
        assert here.past.recording(owner, kept)
        here.past.rate_again(owner, kept.id)
        eventually(lambda: len(here.past.earlier_ratings(owner, kept.id)) == 1)
        with pytest.raises(AlreadyAnswered):  # from a tab that still shows its review
            here.interviews.record_again(owner, heard)
        assert here.past.recording(owner, kept)


def test_a_retake_that_is_given_up_or_recorded_again_loses_nothing_else(
    tmp_path: Path, speech: Samples
) -> None:
    with running(tmp_path) as here:
        owner = candidate(here)
        interview, question = begin(here, owner)
        write(here, owner, question, "I told everybody.")
        opened = here.interviews.answer_again(owner, question.id)
        live = here.spoken.listen(owner, question, seen=opened)
        assert live is not None
        live.hear_samples(speech)
        here.interviews.record_again(owner, opened)
        again = here.interviews.stands(owner, interview.id, question.id).answer
        assert again is not None
        assert again.id != opened.id
        here.interviews.discard(owner, again.id)
        assert here.interviews.stands(owner, interview.id, question.id).question is None
        (attempt,) = here.past.attempts(owner, question.id)
        assert attempt.counts
        assert here.interviews.standing(owner, interview).question == interview.questions[1]
        assert not here.ears.spooled()
        here.interviews.answer_again(owner, question.id)
        here.past.delete(owner, interview.id)
        with pytest.raises(NotFound):
            here.past.attempts(owner, question.id)


def test_the_last_advice_and_no_follow_up_belong_to_a_retake(tmp_path: Path) -> None:
    with running(tmp_path) as here:
        owner = candidate(here)
        setup = SETUP.model_copy(update={"follow_ups": True})
        question = here.interviews.start(owner, setup).questions[0]
        write(here, owner, question, "I told everybody.")
        (first,) = here.past.attempts(owner, question.id)
        assert first.rating is not None
        here.interviews.answer_again(owner, question.id)
        write(here, owner, question, "I told everybody and asked.")
        judged = here.coach.judged[-1]
        assert judged.last_action == first.rating.next_action
        assert (here.coach.judged[0].follow_ups_left > 0, judged.follow_ups_left) == (True, 0)


def test_a_retake_goes_on_through_an_outage_and_none_is_begun_in_one(
    address: str, tmp_path: Path
) -> None:
    with running(tmp_path, address=address) as here:
        owner = candidate(here)
        interview, question = begin(here, owner)
        first = write(here, owner, question, "I told everybody.")
        opened = here.interviews.answer_again(owner, question.id)
        typed = here.interviews.type_instead(owner, question, opened)
        here.interviews.stands(owner, interview.id, question.id)  # what the screen drew
        postgres.server().stop()
        try:
            with pytest.raises(DatabaseAway):
                here.interviews.answer_again(owner, interview.questions[1].id)
            here.interviews.save_draft(owner, typed, said("I asked fir"))
            now = here.interviews.stands(owner, interview.id, question.id).answer
            assert now is not None
            assert (now.id, now.text) == (opened.id, "I asked fir")
            here.interviews.submit(owner, now, said("I asked first."))
            assert here.interviews.stands(owner, interview.id, question.id).question is None
            assert here.interviews.waiting(owner, interview).submitted == 1
            standing = here.interviews.standing(owner, interview)
            assert standing.question == interview.questions[1], "the interview is not disturbed"
        finally:
            postgres.server().start()
        eventually(lambda: not here.outbox.all_waiting())
        one, two = here.past.attempts(owner, question.id)
        assert (one.answer.id, one.counts) == (first.id, False)
        assert (two.answer.text, two.counts) == ("I asked first.", True)
        eventually(lambda: here.store.answer(owner, opened.id).rating_state is RatingState.RATED)


@pytest.mark.parametrize("skipped", [True, False])
def test_the_sound_of_what_was_skipped_or_held_no_words_stays_after_a_retake(
    tmp_path: Path, skipped: bool
) -> None:
    engine = a_database(tmp_path)
    here = Machine(Store(engine), engine, tmp_path / "disk", Recordings(tmp_path / "kept"))
    ada = a_user(engine)
    answer = here.begin(ada)
    here.say(answer, sound(2))
    here.finish(ada, answer)
    if skipped:
        here.store.skip(ada, answer.question_id)
    else:
        here.store.submit(ada, answer.id, None)
        here.store.mark_rating(ada, answer.id, RatingState.NONE)
    again = here.store.answer_again(ada, answer.question_id)
    here.store.submit(ada, again.id, "I did")
    assert here.keep(answer.id)
    assert len(here.heard(ada, answer)) == 2 * SAMPLE_RATE
    assert here.store.answer(ada, answer.id).given
