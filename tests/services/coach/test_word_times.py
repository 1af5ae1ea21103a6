"""Times of words in the text that is rated."""

from __future__ import annotations

from services.coach.word_times import said_words, seconds_of, word_spans
from services.domain import Segment, Transcript, Word
from tests.services.coach.language_model.rehearsed import spoken

HEARD = spoken("so I told my manager", "and we launched on Friday")


def test_every_word_of_an_unedited_transcript_has_its_time() -> None:
    text = Transcript(segments=HEARD).settled_text
    spans = word_spans(HEARD, text)
    assert [text[start:end] for start, end, _, _ in spans] == text.split()
    assert spans[0][2:] == (0.0, 0.4)
    assert spans[5][2] == HEARD[1].words[0].start


def test_an_edited_word_has_no_time_and_its_neighbours_keep_theirs() -> None:
    text = "So, I told our director and we launched on Friday."
    timed = {text[start:end]: start_s for start, end, start_s, _ in word_spans(HEARD, text)}
    assert "director" not in timed
    assert "our" not in timed
    assert timed["told"] == 1.0
    assert timed["Friday"] == HEARD[1].words[-1].start


def test_a_typed_answer_has_no_times() -> None:
    assert word_spans((), "I told my manager") == ()


def test_a_text_that_was_written_anew_has_no_times() -> None:
    assert word_spans(HEARD, "Something else entirely") == ()


def test_chinese_words_are_found_in_a_text_without_spaces() -> None:
    words = (
        Word(start=0.0, end=0.5, text="我们", probability=0.9),
        Word(start=0.5, end=1.0, text="上线", probability=0.9),
    )
    spans = word_spans((Segment(start=0, end=1, text="我们上线", words=words),), "我们上线了")
    assert spans == ((0, 2, 0.0, 0.5), (2, 4, 0.5, 1.0))


def test_the_seconds_of_a_quote_are_those_of_its_first_and_last_word() -> None:
    text = Transcript(segments=HEARD).settled_text
    said = said_words(HEARD, text)
    start = text.index("told")
    assert seconds_of(said, start, start + len("told my manager")) == (1.0, 2.4)
    assert seconds_of(said, len(text), len(text) + 5) == (None, None)


def test_a_long_answer_that_was_edited_in_many_places_is_aligned() -> None:
    words = [f"{'the' if i % 3 else 'word'}{'' if i % 3 else i}" for i in range(5_000)]
    heard = spoken(" ".join(words))
    edited = " ".join("EDIT" if i % 50 == 0 else word for i, word in enumerate(words))
    assert len(word_spans(heard, edited)) > 4_500
