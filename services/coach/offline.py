"""The coach that needs no key and no network: questions from the bank, levels from the rater."""

from __future__ import annotations

from collections.abc import Iterator

from services.coach import planning, rating
from services.coach.asked_kind import kind_of
from services.coach.bank import load
from services.coach.following_up import follow_up
from services.coach.language_model.own_question import own_question
from services.coach.language_model.tongue import tongue_of
from services.coach.repeats import repeats
from services.coach.rubrics import rubric_for
from services.coach.word_times import said_words, seconds_of
from services.domain import AUTO, OWN, Evidence, Question, Rating, Setup, Turn
from services.errors import RatingFailed
from services.ports import Brief, Judgement, Submission

_LANGUAGE = "en"  # of the bank, and all that the rater understands


class OfflineCoach:
    """Implements `ports.Coach`. Holds no state, so any thread may call it."""

    name = rating.NAME
    label = "Offline estimate"
    talks = False

    def plan(self, brief: Brief) -> Iterator[Question]:
        """Questions of the bank, none that was asked before in these or nearly these words while
        others are left. What was asked before also varies the choice among equals."""
        seen = brief.seen | _much_like(brief.past)
        yield from planning.plan(brief.setup, seen, seed=len(brief.seen))

    def write_up(self, setup: Setup, text: str) -> Question:
        """The candidate's question with the general rubric of its kind, which is guessed.

        Nobody here can answer it, so it has no model answer and no key points. Raises `InvalidInput`.
        """
        asked = own_question(text)
        kind = kind_of(asked)
        return Question(
            text=asked,
            kind=kind,
            difficulty=setup.difficulty,
            rubric=rubric_for(kind),
            source=OWN,
        )

    def judge(self, submission: Submission) -> Judgement:
        """Levels with evidence, the same for the same words.

        Raises `RatingFailed` for no words, and for another language than English: its levels would
        say nothing.
        """
        question = submission.question
        _understood(submission)
        found = rating.rate(
            submission.setup.job, question, submission.text, speech_model=submission.speech_model
        )
        return Judgement(_timed(found, submission), follow_up(submission, found))

    def talk(
        self, submission: Submission, rating: Rating, turns: tuple[Turn, ...]
    ) -> Iterator[str]:
        """Nothing: word lists hold no conversation."""
        return iter(())


def _much_like(past: tuple[str, ...]) -> frozenset[str]:
    """Questions of the bank that others asked this candidate in nearly the same words.

    Those of the bank itself are known by their source.
    """
    banked = {q.text for q in load()}
    others = [text for text in past if text not in banked]
    return frozenset(q.source for q in load() if others and repeats(q.text, others))


def _understood(submission: Submission) -> None:
    """Raises `RatingFailed` unless question and answer are English, as far as that can be said."""
    question = submission.question
    asked = " ".join((question.text, question.model_answer, *question.key_points))
    said = tongue_of(submission.text)
    if not said and submission.setup.language not in (_LANGUAGE, AUTO):
        said = submission.setup.language  # too short to say, so it is what was agreed on
    if {said, tongue_of(asked)} - {"", _LANGUAGE}:
        raise RatingFailed(
            "The offline estimate understands English answers only.",
            "Your answer is kept; a coach on a language model can rate it.",
        )


def _timed(found: Rating, submission: Submission) -> Rating:
    """With the seconds at which the words of each piece of evidence were said."""
    said = said_words(submission.segments, submission.text)
    if not said:
        return found

    def timed(evidence: Evidence) -> Evidence:
        start_s, end_s = seconds_of(said, evidence.start, evidence.end)
        return evidence.model_copy(update={"start_s": start_s, "end_s": end_s})

    scores = tuple(
        score.model_copy(update={"evidence": tuple(map(timed, score.evidence))})
        for score in found.scores
    )
    return found.model_copy(update={"scores": scores})
