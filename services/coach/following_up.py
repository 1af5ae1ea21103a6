"""What the offline coach asks on: at most where an answer on the subject left a key point open.

Which of the four kinds of follow-up depends on what is weakest; the sentence comes from
following_up.toml, the same for the same answer.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from services.coach.rating import listen
from services.coach.rubrics import rubric_for
from services.coach.signs import Sign
from services.coach.weighing import Heard
from services.domain import FollowUp, Kind, Question, Rating
from services.ports import Submission

_OPEN = 0.35  # of a key point; from here on it may have been said in words that we do not know
_VAGUE = 2  # level of detail up to which nothing can be built on what was said
_SUBJECT = 2  # level of relevance from which on the answer touches its question
_SHORTEST = 12  # words; who says less does not know, and is not asked on
_PRICES = 2  # signs of a price; a single “but” may mean anything
_CRAFT = (Kind.TECHNICAL, Kind.SYSTEM_DESIGN)

SOURCE = "follow-up"


def follow_up(submission: Submission, rating: Rating) -> Question | None:
    """The question to ask on, or None. `rating` is the offline one of the same answer.

    Its key points are those still open; everything else about it is its parent's.
    """
    question = submission.question
    if submission.follow_ups_left < 1 or not question.key_points:
        return None
    heard = listen(question, submission.text)
    levels = {score.criterion.id: score.level for score in rating.scores}
    if levels.get("relevance", 5) < _SUBJECT or heard.answer.judged_words < _SHORTEST:
        return None
    still_open = _open_points(question, heard)
    if not still_open:
        return None
    wants = _wants(question, heard, levels)
    return Question(
        text=_sentence(wants, submission),
        kind=question.kind,
        competency=question.competency,
        difficulty=question.difficulty,
        model_answer=question.model_answer,
        key_points=still_open,
        rubric=rubric_for(question.kind),
        source=SOURCE,
        parent_id=question.parent_id or question.id,
        follow_up=wants,
    )


def _open_points(question: Question, heard: Heard) -> tuple[str, ...]:
    pairs = zip(question.key_points, heard.match.points, strict=True)
    return tuple(text for text, point in pairs if point.said < _OPEN)


def _wants(question: Question, heard: Heard, levels: Mapping[str, int]) -> FollowUp:
    """What is weakest; never what the question before has asked for already."""
    return next(
        (wants for wants in _weak(question.kind, heard, levels) if wants is not question.follow_up),
        FollowUp.CLARIFY if question.follow_up is FollowUp.DEEPEN else FollowUp.DEEPEN,
    )


def _weak(kind: Kind, heard: Heard, levels: Mapping[str, int]) -> tuple[FollowUp, ...]:
    """Weaknesses that can be told from the words, the one that hides most first."""
    found = []
    if levels.get("specificity", 5) <= _VAGUE:
        found.append(FollowUp.CLARIFY)
    if _result_without_number(heard):
        found.append(FollowUp.QUANTIFY)
    if kind in _CRAFT and heard.count(Sign.REASON) and heard.count(Sign.PRICE) < _PRICES:
        found.append(FollowUp.CHALLENGE)
    return tuple(found)


def _result_without_number(heard: Heard) -> bool:
    """Something came of it, and neither there nor in the next clause is a number."""
    results = {sign.clause for sign in heard.signs if sign.sign is Sign.RESULT}
    counted = {sign.clause for sign in heard.signs if sign.sign is Sign.NUMBER}
    return bool(results) and not any({r - 1, r, r + 1} & counted for r in results)


def _sentence(wants: FollowUp, submission: Submission) -> str:
    """One of the sentences that fit, none that this thread has heard."""
    question = submission.question
    heard_before = {question.text, *(asked for asked, _ in submission.thread)}
    fitting = _sentences()[wants][question.kind]
    unused = [text for text in fitting if text not in heard_before]
    digest = hashlib.blake2b(submission.text.encode("utf-8", "surrogatepass"), digest_size=4)
    return unused[int.from_bytes(digest.digest(), "big") % len(unused)]


@cache
def _sentences() -> Mapping[FollowUp, Mapping[Kind, tuple[str, ...]]]:
    text = files("services.coach").joinpath("following_up.toml").read_text("utf-8")
    return {
        FollowUp(wants): {Kind(kind): tuple(listed) for kind, listed in kinds.items()}
        for wants, kinds in tomllib.loads(text).items()
    }
