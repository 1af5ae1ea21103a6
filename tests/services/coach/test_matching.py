"""Key points found in other words than they were written in."""

import pytest

from services.coach.matching import expected, match
from services.coach.screening import screen
from services.coach.signs import Sign, signs

QUESTION = "Tell me about a time you missed a deadline."


def said(point: str, text: str) -> float:
    want = expected(QUESTION, (point,), "")
    answer = screen(text, QUESTION, ())
    return match(answer, signs(answer), want).points[0].said


@pytest.mark.parametrize(
    ("point", "text"),
    [
        (
            "clients retry after a timeout",
            "the phone loses connection so it sends it again when nothing comes back",
        ),
        (
            "slows down inserts and updates",
            "each time you insert a row it has to be updated as well so it is slower",
        ),
        ("spoke in private", "so I asked her for a coffee just the two of us and we talked"),
        ("what they learned", "since then I always ask before I start"),
        ("stored in postgres", "and we keep that in postgress because it is what the team knows"),
    ],
)
def test_a_key_point_is_heard_in_other_words(point: str, text: str) -> None:
    assert said(point, text) > 0.3
    assert said(point, text) > said(
        point, "I like to walk in the woods when the weather is nice and dry"
    )


def test_a_key_point_spread_over_the_whole_answer_is_not_said() -> None:
    near = "I told the client about the new date before it was too late for them to react"
    far = (
        "the client was nice and we had met in May at a fair in town where it rained a lot and we had soup "
        "and many people were there because it was a date that everybody likes and later on I told a joke"
    )
    assert said("told the client about the new date", near) > said(
        "told the client about the new date", far
    )


def test_signs_of_a_story_are_found_in_speech() -> None:
    answer = screen(
        "last year I had to move the server and I called the vendor and in the end it took four hours less "
        "and since then I always test first",
        QUESTION,
        (),
    )
    kinds = {found.sign for found in signs(answer)}
    assert {Sign.SITUATION, Sign.TASK, Sign.ACTION, Sign.RESULT, Sign.LESSON, Sign.NUMBER} <= kinds
