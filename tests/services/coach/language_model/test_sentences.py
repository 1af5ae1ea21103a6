"""Where a spoken answer is cut into sentences."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.coach.language_model.sentences import sentences_of
from services.coach.word_times import said_words
from services.domain import Transcript
from tests.services.coach.language_model.rehearsed import ANSWER, spoken


def cut(text: str) -> list[str]:
    return [text[s.start : s.end] for s in sentences_of(text)]


def test_punctuation_ends_a_sentence_but_not_a_figure() -> None:
    assert cut("We cut it by 3.5 percent. Then we left! Why? Money…  ok") == [
        "We cut it by 3.5 percent.",
        "Then we left!",
        "Why?",
        "Money…",
        "ok",
    ]


def test_chinese_and_hindi_sentences_end_with_their_own_signs() -> None:
    assert cut("我负责上线。我们晚了三天\uff01") == ["我负责上线。", "我们晚了三天\uff01"]
    assert cut("मैंने टीम को बताया। हम समय पर थे।") == ["मैंने टीम को बताया।", "हम समय पर थे।"]


def test_raw_speech_is_cut_at_the_borders_of_its_segments() -> None:
    parts = [" ".join(f"w{n}x{i}" for i in range(15)) for n in range(4)]
    segments = spoken(*parts)
    text = Transcript(segments=segments).settled_text
    found = sentences_of(text, said_words(segments, text))
    assert [text[s.start : s.end] for s in found] == parts


def test_raw_speech_is_cut_at_a_pause_within_a_segment() -> None:
    segment = spoken(" ".join(f"w{i}" for i in range(50)))[0]
    late = tuple(
        word.model_copy(update={"start": word.start + 0.8, "end": word.end + 0.8})
        if i >= 20
        else word
        for i, word in enumerate(segment.words)
    )
    segments = (segment.model_copy(update={"words": late}),)
    found = sentences_of(segment.text, said_words(segments, segment.text))
    assert segment.text[found[1].start :].startswith("w20 ")


def test_a_flow_of_words_without_any_sign_is_cut_about_every_25_words() -> None:
    lengths = [len(part.split()) for part in cut(" ".join(f"w{i}" for i in range(130)))]
    assert sum(lengths) == 130
    assert max(lengths) <= 30


def test_chinese_without_punctuation_is_cut_too() -> None:
    parts = cut("我们上线了新的系统" * 30)
    assert len(parts) > 3
    assert "".join(parts) == "我们上线了新的系统" * 30


def test_numbers_count_from_one() -> None:
    assert [s.number for s in sentences_of(ANSWER)] == [1, 2, 3, 4]


@given(st.text())
def test_sentences_lie_in_order_and_leave_out_only_white_space(text: str) -> None:
    found = sentences_of(text)
    assert "".join("".join(text[s.start : s.end] for s in found).split()) == "".join(text.split())
    assert all(a.end <= b.start for a, b in pairwise(found))
