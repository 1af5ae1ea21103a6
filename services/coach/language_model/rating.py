"""An answer judged by a language model; every number and every quote is checked or made by code.

submission -> reading (numbered sentences, times)
           -> passes (prompt, reply, checks, quotes found in the text; two at once)
           -> scores (levels side by side, evidence asked for once more)
           -> star, advice, the check of the last advice, a follow-up question
"""

from __future__ import annotations

from collections.abc import Sequence

from services.coach.language_model.cleaning import clean, clean_line, clean_lines
from services.coach.language_model.following_up import follow_up_of
from services.coach.language_model.passes import judged_in_passes
from services.coach.language_model.prompting import version
from services.coach.language_model.rating_shapes import Check, Whole
from services.coach.language_model.reading import Reading
from services.coach.language_model.scores import scores_of
from services.coach.language_model.star import star_of
from services.coach.screening import screen
from services.domain import Kind, LastAction, Provenance, Rating, Score
from services.errors import RatingFailed
from services.ports import Judgement, LanguageModel, Purpose, Submission

_ADDRESSED = 0.5  # share of words that speak to the rater
_MOST_ADVICE = 3
_ADVICE = 300  # characters of one piece of advice
_IMPROVED = 4_000  # characters; about four minutes of speech


def judge(model: LanguageModel, submission: Submission, *, passes: int) -> Judgement:
    """Judge an answer by its question's rubric in one or two independent passes.

    Takes seconds; two calls run at once when `passes` is 2, and up to three more follow where a reply
    has flaws. Raises `RatingFailed` when there is not a single word, and a `LanguageModelError`
    when no pass came through: there is never a made-up number.
    """
    reading = Reading(submission)
    if not reading.plain.letters:
        raise RatingFailed("There are no words to rate yet.", "Record or type an answer first.")
    made = judged_in_passes(model, reading, passes)
    scores = scores_of(model, reading, made)
    if _talked_into(scores, submission):
        raise RatingFailed(
            "Your answer speaks to whoever rates it and says nothing else.",
            "Answer the question in your own words.",
        )
    advice = made[0].reply
    whole = advice if isinstance(advice, Whole) else None
    name = model.name(Purpose.RATE)
    told = whole is not None and submission.question.kind is Kind.BEHAVIOURAL
    rating = Rating(
        scores=scores,
        strengths=clean_lines(advice.strengths, _MOST_ADVICE, _ADVICE),
        improvements=clean_lines(advice.improvements, _MOST_ADVICE, _ADVICE),
        next_action=clean_line(advice.next_action, _ADVICE),
        improved_answer=clean(whole.improved_answer, _IMPROVED) if whole else "",
        star=star_of(whole.story, reading) if whole and told else None,
        last_action=_checked(whole.last_action, submission) if whole else None,
        provenance=Provenance(
            coach=name,
            coach_version=version("rate"),
            rubric_version=submission.question.rubric.version,
            speech_model=submission.speech_model,
            passes=len(made),
        ),
    )
    follow_up = follow_up_of(whole.follow_up, whole.key_points, reading, name) if whole else None
    return Judgement(rating, follow_up)


def _talked_into(scores: Sequence[Score], submission: Submission) -> bool:
    """Whether these levels rest on nothing but words to the rater: an answer gets none for asking."""
    above = [score for score in scores if score.high > 1]
    if not above or any(score.evidence for score in above):
        return False
    question = submission.question
    return screen(submission.text, question.text, question.key_points).addressed >= _ADDRESSED


def _checked(check: Check | None, submission: Submission) -> LastAction | None:
    if check is None or not submission.last_action:
        return None
    return LastAction(
        action=submission.last_action,
        followed=check.followed,
        comment=clean_line(check.comment, _ADVICE),
    )
