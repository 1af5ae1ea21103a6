"""The question that a language model wants to ask on, if it is worth asking."""

from __future__ import annotations

from services.coach.language_model.cleaning import clean, clean_line, clean_lines
from services.coach.language_model.prompting import version
from services.coach.language_model.rating_prompts import language_of
from services.coach.language_model.rating_shapes import AskedOn, KeyPoint, OwnCriterion
from services.coach.language_model.reading import Reading
from services.coach.language_model.tongue import other_than
from services.coach.repeats import repeats
from services.domain import Criterion, Question, Rubric

_LONGEST = 300  # characters; a spoken question
_CRITERIA = ("relevance", "coverage", "specificity")  # what a short answer can be judged on
_FEWEST_POINTS, _MOST_POINTS = 2, 5
_POINT, _NAME, _LEVEL, _MODEL_ANSWER = 200, 60, 300, 1_500  # characters


def follow_up_of(
    asked: AskedOn | None, heard: list[KeyPoint], reading: Reading, model: str
) -> Question | None:
    """A question like others, below the one that was planned; None unless it asks for something open."""
    question = reading.submission.question
    if asked is None or not reading.wants_follow_up:
        return None
    said = {point.number for point in heard if point.said}
    left_open = {point.number for point in heard} - said
    known = range(1, len(question.key_points) + 1)
    text = clean_line(asked.text, 2 * _LONGEST)
    points = clean_lines(asked.key_points, _MOST_POINTS, _POINT)
    criteria = _criteria(asked.criteria)
    if (
        asked.key_point not in left_open
        or asked.key_point not in known
        or not text
        or len(text) > _LONGEST
        or _was_asked(text, reading)
        or other_than(text, language_of(reading.submission))
        or len(points) < _FEWEST_POINTS
        or not criteria
    ):
        return None
    return Question(
        number=question.number,
        text=text,
        kind=question.kind,
        competency=question.competency,
        difficulty=question.difficulty,
        model_answer=clean(asked.model_answer, _MODEL_ANSWER),
        key_points=points,
        rubric=Rubric(version=version("rate"), criteria=criteria),
        source=f"model:{model}",
        parent_id=question.parent_id or question.id,
        follow_up=asked.kind,
    )


def _was_asked(text: str, reading: Reading) -> bool:
    submission = reading.submission
    return repeats(text, (submission.question.text, *(asked for asked, _ in submission.thread)))


def _criteria(written: list[OwnCriterion]) -> tuple[Criterion, ...]:
    """The three criteria with five different levels each; nothing if one of them is flawed."""
    found: dict[str, Criterion] = {}
    for own in written:
        levels = clean_lines(own.levels, 5, _LEVEL)
        name = clean_line(own.name, _NAME)
        if len(levels) != 5 or not name:
            continue
        one, two, three, four, five = levels
        found.setdefault(
            own.id.strip().lower(),
            Criterion(
                id=own.id.strip().lower(),
                name=name,
                description=clean_line(own.description, _LEVEL) or name,
                levels=(one, two, three, four, five),
            ),
        )
    if not all(name in found for name in _CRITERIA):
        return ()
    return tuple(found[name] for name in _CRITERIA)
