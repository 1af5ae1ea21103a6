"""How an answer was said, of answers whose words and voice are written down here."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.delivery import delivery_of
from services.domain import (
    Answer,
    AnswerMode,
    AnswerState,
    Delivery,
    PausePlace,
    Segment,
    SoundFigures,
    Word,
)
from tests.logs import said

WORD_S = 0.3


def answer(*texts: str, mode: AnswerMode = AnswerMode.SPOKEN, sound_s: float = 60.0) -> Answer:
    """Segments one after the other, from second 1, a word every 0.3 s; `|` is a pause of a second."""
    at, segments = 1.0, []
    for text in texts:
        words, start = [], at
        for word in said(text).split():
            if word == "|":
                at += 1.0
                continue
            words.append(Word(start=at, end=at + WORD_S, text=word, probability=0.9))
            at += WORD_S
        segments.append(Segment(start=start, end=at, text=text, words=tuple(words)))
    return Answer(
        id=uuid4(),
        interview_id=uuid4(),
        question_id=uuid4(),
        attempt=1,
        mode=mode,
        state=AnswerState.SUBMITTED,
        segments=tuple(segments),
        sound_s=sound_s,
        started_at=datetime.now(UTC),
    )


def delivery(*texts: str, language: str = "en", sound: SoundFigures | None = None) -> Delivery:
    found = delivery_of(answer(*texts), sound, language)
    assert found is not None
    return found


def test_pace_counts_pauses_and_articulation_does_not() -> None:
    spoken = delivery("I led the move of our reports, | and then I ran both for two weeks.")
    assert spoken.words == 15
    assert spoken.speech_s == pytest.approx(15 * WORD_S + 1)
    assert spoken.words_per_minute == pytest.approx(60 * 15 / 5.5)
    assert spoken.articulation_rate == pytest.approx(60 / WORD_S)
    assert spoken.first_word_s == pytest.approx(1)
    assert spoken.speaking_share == pytest.approx(4.5 / 60)


def test_a_pause_lies_between_clauses_or_inside_one() -> None:
    spoken = delivery(
        "We lost the order. | It was my | mistake and | the manager knew it | because I told her"
    )
    assert [pause.place for pause in spoken.pauses] == [
        PausePlace.BETWEEN,  # the recogniser ends a sentence
        PausePlace.WITHIN,  # "my" leads on
        PausePlace.WITHIN,  # so does "and", wherever it is
        PausePlace.BETWEEN,  # "because" opens a clause
    ]
    assert all(pause.seconds == pytest.approx(1) for pause in spoken.pauses)


def test_outside_english_only_punctuation_tells_and_nothing_is_compared() -> None:
    spoken = delivery("Wir haben das, | und dann | kam der Auftrag", language="de-DE")
    assert [pause.place for pause in spoken.pauses] == [PausePlace.BETWEEN, PausePlace.WITHIN]
    assert not spoken.norms
    assert delivery("We did it", language="en-GB").norms


def test_without_any_punctuation_nobody_hears_of_pauses_inside_a_sentence() -> None:
    spoken = delivery("we lost | the order it was my | mistake")
    places = [pause.place for pause in spoken.pauses]
    assert places == [PausePlace.BETWEEN, PausePlace.WITHIN]  # "my" leads on all the same


def test_the_longest_run_is_the_longest_speech_without_a_pause() -> None:
    run = delivery("one two | one two three four | one two three").longest_run
    assert run is not None
    assert run.words == 4
    assert (run.start, run.end) == pytest.approx((2.6, 3.8))


def test_the_voice_says_where_a_stretched_word_really_ended() -> None:
    spoken = answer("it broke", "then we")
    words = [w.model_copy() for s in spoken.segments for w in s.words]
    words[1] = words[1].model_copy(
        update={"end": 3.0}
    )  # "broke" into the silence, to the next word
    words[2] = words[2].model_copy(update={"start": 3.0, "end": 3.4})
    words[3] = words[3].model_copy(update={"start": 3.4, "end": 3.7})
    segment = Segment(start=1, end=3.7, text="", words=tuple(words))
    spoken = spoken.model_copy(update={"segments": (segment,)})
    without = delivery_of(spoken, None, "en")
    assert without is not None
    assert without.pauses == ()
    voice = ((0.9, 1.6), (2.9, 3.8))
    held = delivery_of(spoken, SoundFigures(step_s=0.32, voice=voice), "en")
    assert held is not None
    assert [(p.start, p.end) for p in held.pauses] == [(1.6, 2.9)]
    assert held.first_word_s == 0.9


def test_what_was_typed_or_has_no_times_has_no_delivery() -> None:
    assert delivery_of(answer("I wrote it", mode=AnswerMode.TYPED), None, "en") is None
    assert delivery_of(answer(), None, "en") is None


def test_a_few_words_have_no_rate_and_are_not_zero() -> None:
    spoken = delivery("Yes, um, I did")
    assert spoken.words_per_minute is None
    assert spoken.articulation_rate is None
    assert spoken.fillers_per_minute is None
    assert [filler.text for filler in spoken.fillers] == ["um"]
    assert spoken.loudness_range_db is None


def test_a_script_without_spaces_has_pauses_and_no_words_a_minute() -> None:
    spoken = delivery(
        " ".join("\u6211\u5011\u5718\u968a\u53bb\u5e74\u505a\u4e86\u65b0\u7522\u54c1\u5f88\u597d"),
        language="zh",
    )
    assert spoken.words_per_minute is None
    assert spoken.fillers_per_minute is None
    assert spoken.speech_s == pytest.approx(13 * WORD_S)


def test_phrases_that_come_again_are_counted_once_and_as_long_as_they_are() -> None:
    phrase = "the quarterly budget report"
    spoken = delivery(f"I wrote {phrase}. We sent {phrase}. They lost {phrase}. And then I went.")
    assert [(one.text, one.times) for one in spoken.repeated] == [(phrase, 3)]
    assert len(spoken.repeated[0].at) == 3
    assert delivery(said("and then I " * 5)).repeated == ()  # grammar alone


def test_loudness_is_taken_over_voiced_sound_alone() -> None:
    levels = (-60.0,) * 20 + (-30.0,) * 10 + (-20.0,) * 10
    sound = SoundFigures(step_s=0.5, levels=levels, voice=((10.0, 20.0),), clipped=0.01)
    spoken = delivery("I led the move of our reports and ran both for weeks", sound=sound)
    assert spoken.loudness_range_db == pytest.approx(10)
    assert spoken.clipped == 0.01
