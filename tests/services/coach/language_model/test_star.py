"""Shares of a story."""

from __future__ import annotations

import pytest

from services.coach.language_model.rating_shapes import Part, Stretch
from services.coach.language_model.reading import Reading
from services.coach.language_model.star import star_of
from services.domain import Star, Transcript, Word
from tests.services.coach.language_model.rehearsed import spoken, submission


def stretch(first: int, last: int, part: Part) -> Stretch:
    return Stretch(first=first, last=last, part=part)


TEXT = "One two three four. Five six. Seven eight nine ten."
STORY = [stretch(1, 1, Part.SITUATION), stretch(2, 2, Part.TASK), stretch(3, 3, Part.ACTION)]


def test_a_typed_answer_is_shared_out_by_its_words() -> None:
    assert star_of(STORY, Reading(submission(TEXT))) == Star(situation=0.4, task=0.2, action=0.4)


def test_a_spoken_answer_is_shared_out_by_the_time_of_its_words() -> None:
    slow = spoken(TEXT)[0]
    words = tuple(
        Word(
            start=w.start * 4, end=w.start * 4 + (2.0 if i < 4 else 0.5), text=w.text, probability=1
        )
        for i, w in enumerate(slow.words)
    )
    segments = (slow.model_copy(update={"words": words}),)
    star = star_of(STORY, Reading(submission(TEXT, segments=segments)))
    assert star is not None
    assert star.situation == pytest.approx(8 / 11)
    assert star.action == pytest.approx(2 / 11)


def test_words_that_were_edited_in_take_as_long_as_the_others() -> None:
    segments = spoken("One two three four. Five six.")
    star = star_of(STORY, Reading(submission(TEXT, segments=segments)))
    assert Transcript(segments=segments).settled_text in TEXT
    assert star is not None
    assert star.action == pytest.approx(0.4)


def test_a_sentence_without_a_label_is_something_else() -> None:
    star = star_of([stretch(2, 2, Part.RESULT)], Reading(submission(TEXT)))
    assert star == Star(result=0.2)


def test_labels_beyond_the_answer_count_for_nothing_and_the_first_of_two_counts() -> None:
    story = [stretch(-5, 1, Part.ACTION), stretch(1, 10**9, Part.RESULT)]
    assert star_of(story, Reading(submission(TEXT))) == Star(action=0.4, result=0.6)
    assert (
        star_of([stretch(7, 9, Part.ACTION), stretch(3, 2, Part.TASK)], Reading(submission(TEXT)))
        is None
    )
    assert star_of([], Reading(submission(TEXT))) is None


def test_a_name_of_the_models_own_is_something_else() -> None:
    assert Stretch.model_validate({"first": 1, "last": 1, "part": "reflection"}).part is Part.OTHER
    assert Stretch.model_validate({"first": 1, "last": 1, "part": "Action"}).part is Part.ACTION
