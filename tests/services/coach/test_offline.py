"""The offline coach: the bank, the rater, and what it does not pretend to be able to."""

from __future__ import annotations

import pytest

from services.coach import bank
from services.coach.offline import OfflineCoach
from services.coach.rubrics import rubric_for
from services.domain import (
    AUTO,
    OWN,
    Category,
    Difficulty,
    Job,
    Kind,
    Question,
    Segment,
    Setup,
    Turn,
    Word,
)
from services.errors import InvalidInput, RatingFailed
from services.ports import Brief, Submission

COACH = OfflineCoach()
SETUP = Setup(job=Job(position="Python developer"), category=Category.BEHAVIOURAL, question_count=5)
QUESTION = next(q for q in COACH.plan(Brief(SETUP)) if q.key_points)
SPANISH = (
    "El año pasado tuve un problema con un compañero que no quería hablar conmigo, y entonces decidí "
    "que lo mejor era preguntarle qué pasaba antes de que fuera más difícil para todos."
)


def submission(text: str, language: str = "en", question: Question = QUESTION) -> Submission:
    setup = SETUP.model_copy(update={"language": language})
    return Submission(setup=setup, question=question, text=text, speech_model="base.en")


def test_a_plan_is_as_long_as_asked_for_and_carries_the_own_levels_of_its_questions() -> None:
    banked = {q.source: q for q in bank.load()}
    planned = list(COACH.plan(Brief(SETUP)))
    assert [q.number for q in planned] == [1, 2, 3, 4, 5]
    for question in planned:
        assert question.rubric == rubric_for(question.kind, banked[question.source].levels)


def test_nothing_that_was_asked_before_comes_while_others_are_left() -> None:
    first = list(COACH.plan(Brief(SETUP)))
    seen = frozenset(q.source for q in first)
    again = list(COACH.plan(Brief(SETUP, seen=seen, past=tuple(q.text for q in first))))
    assert not seen & {q.source for q in again}


def test_nor_what_a_model_asked_in_nearly_the_same_words() -> None:
    first = next(COACH.plan(Brief(SETUP)))
    past = (first.text.replace("Tell me about", "Describe").rstrip(".") + ", please.",)
    assert first.text not in past
    assert first.source not in {q.source for q in COACH.plan(Brief(SETUP, past=past))}


def test_a_question_of_ones_own_gets_the_general_rubric_of_its_kind_and_nothing_invented() -> None:
    setup = SETUP.model_copy(update={"difficulty": Difficulty.HARD})
    question = COACH.write_up(setup, " What would you do if a guest\nrefused to pay? ")
    assert question.text == "What would you do if a guest refused to pay?"
    assert question.source == OWN
    assert question.kind is Kind.SITUATIONAL
    assert question.difficulty is Difficulty.HARD
    assert question.rubric == rubric_for(Kind.SITUATIONAL)
    assert question.model_answer == ""
    assert question.key_points == ()


def test_an_answer_to_it_can_be_rated_and_is_not_asked_on() -> None:
    question = COACH.write_up(SETUP, "Tell me about a time you helped a new colleague.")
    answer = (
        "Last year a new colleague joined our team and could not set up her machine, so I sat with her for an "
        "hour each day, and after a week she shipped her first change."
    )
    judgement = COACH.judge(submission(answer, question=question))
    assert len(judgement.rating.scores) == 5
    assert judgement.follow_up is None


def test_a_question_of_ones_own_without_words_is_refused() -> None:
    with pytest.raises(InvalidInput):
        COACH.write_up(SETUP, " ? ")


def test_a_rating_is_an_estimate_and_says_what_made_it() -> None:
    rating = COACH.judge(submission(QUESTION.model_answer)).rating
    assert rating.is_estimate
    assert rating.provenance.speech_model == "base.en"
    assert rating.provenance.passes == 1
    assert rating.star is None
    assert rating.last_action is None


def test_evidence_has_the_seconds_at_which_its_words_were_said() -> None:
    spoken = QUESTION.model_answer.split()
    words = tuple(
        Word(start=n * 0.5, end=n * 0.5 + 0.4, text=word, probability=0.9)
        for n, word in enumerate(spoken)
    )
    segment = Segment(start=0, end=len(spoken) * 0.5, text=" ".join(spoken), words=words)
    given = submission(" ".join(spoken))
    timed = Submission(given.setup, given.question, given.text, segments=(segment,))
    evidence = [e for s in COACH.judge(timed).rating.scores for e in s.evidence]
    assert evidence
    for piece in evidence:
        before = len(given.text[: piece.start].split())
        assert piece.start_s == pytest.approx(before * 0.5)
        assert piece.end_s is not None
        assert piece.end_s > piece.start_s


def test_a_typed_answer_has_no_seconds() -> None:
    rating = COACH.judge(submission(QUESTION.model_answer)).rating
    assert all(e.start_s is None for score in rating.scores for e in score.evidence)


@pytest.mark.parametrize("language", ["en", "es", AUTO])
def test_an_answer_in_another_language_gets_no_number(language: str) -> None:
    with pytest.raises(RatingFailed, match="English"):
        COACH.judge(submission(SPANISH, language))


def test_nor_does_a_short_one_where_another_language_was_agreed_on() -> None:
    with pytest.raises(RatingFailed, match="English"):
        COACH.judge(submission("Vale, gracias.", "es"))


def test_nor_an_english_answer_to_a_question_in_another_language() -> None:
    foreign = QUESTION.model_copy(
        update={"text": SPANISH, "model_answer": SPANISH, "key_points": (SPANISH[:80],)}
    )
    with pytest.raises(RatingFailed, match="English"):
        COACH.judge(submission(QUESTION.model_answer, "es", foreign))


def test_an_english_answer_is_rated_whatever_language_was_agreed_on() -> None:
    assert COACH.judge(submission(QUESTION.model_answer, "es")).rating.scores


def test_no_words_are_not_rated() -> None:
    with pytest.raises(RatingFailed, match="no words"):
        COACH.judge(submission("..."))


def test_it_does_not_talk() -> None:
    rating = COACH.judge(submission(QUESTION.model_answer)).rating
    turns = (Turn(by_candidate=True, text="Why?"),)
    assert not COACH.talks
    assert list(COACH.talk(submission("."), rating, turns)) == []
