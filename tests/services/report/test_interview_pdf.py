"""The PDF of an interview, read back: whole, named for what it is, and whole again with hostile words."""

from __future__ import annotations

import logging

import pytest
from pypdf import PdfReader

from services.domain import AnswerState, RatingState, ReviewedQuestion
from services.report.typefaces import MISSING
from tests.logs import said
from tests.services.report.sample import (
    QUOTE,
    WORDS,
    answer,
    answered,
    pdf_of,
    question,
    review,
    words_in,
)


def fonts_of(pdf: PdfReader) -> dict[str, bool]:
    """Whether each font of the pages is in the file."""
    found = {}
    for page in pdf.pages:
        for font in page["/Resources"]["/Font"].values():
            deep = font.get_object()
            inner = deep["/DescendantFonts"][0].get_object()
            found[str(deep["/BaseFont"])] = "/FontFile2" in inner["/FontDescriptor"].get_object()
    return found


def test_it_says_all_that_the_screen_says() -> None:
    pdf = pdf_of(review(answered(coach="gemini-3.8-flash", other=1)))
    read = words_in(pdf)
    for expected in (
        *("Interview report", "Nurse", "Harbour Clinic", "2 March 2026, 10:30", WORDS),
        *("between 2.5 and 3.0", "2 to 3 of 5", "You name your own part.", "Say what came of it."),
        *("End with one figure.", f"“{QUOTE}” 1:02", "Rated by gemini-3.8-flash"),
        *("1 of 1 questions rated", "prompt rate-1", "Page 1 of 2", "typed"),
    ):
        assert expected in read
    assert "Offline estimate" not in read
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Nurse · 2 March 2026, 10:30"
    assert [entry.title for entry in pdf.outline if not isinstance(entry, list)] == [
        "Question 1 of 1: Tell me about a mistake."
    ]


def test_quoted_words_are_marked_in_the_answer() -> None:
    tint = b"0.890 0.949 0.937 rg"  # the tint of marked words
    marked, plain = pdf_of(review(answered())), pdf_of(review(answered("Nothing to quote here.")))
    streams = [b"".join(p.get_contents().get_data() for p in pdf.pages) for pdf in (marked, plain)]  # type: ignore[union-attr]
    assert [
        tint in stream.lower().replace(b"0.8902 0.949 0.9373", b"0.890 0.949 0.937")
        for stream in streams
    ] == [True, False]
    assert "Tinted and underlined" in words_in(marked)
    assert "Tinted and underlined" not in words_in(plain)


def test_an_estimate_is_named_as_one_and_what_is_not_rated_is_no_zero() -> None:
    read = words_in(
        pdf_of(review(answered(), ReviewedQuestion(question=question("And a success?"))))
    )
    assert "Offline estimate" in read
    assert "You did not answer this question. It does not count." in read
    nothing = answer(WORDS, rating_state=RatingState.FAILED, rating_problem="The key was refused.")
    read = words_in(pdf_of(review(ReviewedQuestion(question=question(), answer=nothing))))
    assert "Not rated yet" in read
    assert "Not rated. The key was refused. Your answer is kept." in read
    assert "0.0 out of 10" not in read
    skipped = answer(said("What was said before it was skipped."), state=AnswerState.SKIPPED)
    read = words_in(pdf_of(review(ReviewedQuestion(question=question(), answer=skipped))))
    assert "You skipped this question." in read
    assert "before it was skipped" not in read


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Ich fragte die Nachtschicht, größer als öfter: „Warum?“"),
        ("ru", "Я спросил ночную смену, что их задерживает."),
        ("el", "Ρώτησα τη νυχτερινή βάρδια."),
        ("vi", "Tôi đã hỏi ca đêm điều gì làm họ chậm lại."),
        ("zh", "我问了夜班是什么拖慢了他们。"),
        ("ja", "夜勤の人に何が遅いのか聞きました。"),
        ("ko", "야간 근무자에게 무엇이 늦추는지 물었습니다."),
        ("hi", "मैंने रात की पाली से पूछा कि उन्हें क्या धीमा करता है।"),
        ("ar", "سألت الوردية الليلية عما يبطئها ثم نقلنا الطابعة."),
        ("he", "שאלתי את משמרת הלילה מה מאט אותם."),
        ("th", "ฉันถามกะกลางคืนว่าอะไรทำให้ช้า"),
        ("ta", "இரவு பணியாளர்களிடம் கேட்டேன்."),
        ("ka", "ვკითხე ღამის ცვლას."),
        ("am", "የሌሊት ፈረቃውን ጠየቅሁ።"),
    ],
)
def test_every_letter_of_many_languages_is_printed(language: str, text: str) -> None:
    pdf = pdf_of(review(answered(said(text)), language=language))
    assert MISSING not in words_in(pdf)
    assert all(fonts_of(pdf).values()), "every font is in the file"


def test_what_cannot_be_printed_is_named_and_the_rest_stays(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        read = words_in(pdf_of(review(answered("We sent it up \U0001f680\ufe0f and it flew."))))
    assert f"We sent it up {MISSING} and it flew." in read
    assert f"{MISSING}: rocket (U+1F680) (1 in all). They are in the JSON file" in read
    assert "missing the following glyphs" not in caplog.text


def test_hostile_words_are_printed_as_typed() -> None:
    text = (
        "<script>alert(1)</script> **bold** --under-- {nb} {page} [x](javascript:1) "
        "\\) Tj ET\x00\x07\x1b[31m\u202egnp.exe\u2028next =cmd|' /C calc'!A0 %s {0}"
    )
    pdf = pdf_of(review(answered(text), position="A\r\nB {nb} **x** (\\"))
    read = words_in(pdf)
    for typed in (
        "<script>alert(1)</script> **bold** --under-- {nb} {page}",
        "\\) Tj ET",
        "%s {0}",
    ):
        assert typed in read
    assert "gnp.exe" in read, "no text runs the other way because a sign in it says so"
    assert not any("/Annots" in page for page in pdf.pages), "nothing can be pressed"
    assert "/JavaScript" not in str(pdf.trailer["/Root"])


def test_thirty_thousand_characters_are_all_there_on_many_pages() -> None:
    sentences = [f"Sentence {number} of a very long answer." for number in range(800)]
    text = " ".join(sentences)[:29_000] + " " + "x" * 900
    pdf = pdf_of(review(answered(said(text))))
    read = words_in(pdf)
    for page, number in ((0, 1), (len(pdf.pages) - 1, len(pdf.pages))):
        assert f"Page {number} of {len(pdf.pages)}" in pdf.pages[page].extract_text()
    # Page headers and footers stand between; every sentence is there, and in order.
    places = [read.find(f"Sentence {number} of") for number in range(0, 600, 50)]
    assert -1 not in places
    assert places == sorted(places)
    assert read.count("x" * 80) >= 9, "a word that fits no line is broken, not lost"
    assert sum(page.extract_text().count("x") for page in pdf.pages) >= 900
    assert 8 <= len(pdf.pages) <= 14


@pytest.mark.parametrize(
    "text",
    [
        "नमस्ते " + "_" * 1200,
        "مرحبا " + "-" * 3000,
        "สวัสดี " + "." * 3000,
        "नमस्ते" + " " * 3000 + "_",
        "Well" + "\u0301" * 30_000 + " done",
    ],
    ids=["underscores", "dashes", "dots", "blanks", "accents"],
)
def test_a_row_of_one_sign_makes_no_report_impossible(text: str) -> None:
    assert "You say what you did." in words_in(pdf_of(review(answered(said(text)))))


def test_the_top_of_each_page_tells_no_letter_to_the_log_and_stays_on_the_page(
    caplog: pytest.LogCaptureFixture,
) -> None:
    long = " ".join(["I did it."] * 900)
    with caplog.at_level(logging.DEBUG):
        odd = pdf_of(review(answered(long), position="Nurse \U0001f984"))
    assert "missing the following glyphs" not in caplog.text
    assert odd.pages[1].extract_text().startswith(f"Nurse {MISSING} · 2 March 2026, 10:30")
    assert odd.metadata is not None
    assert odd.metadata.title == "Nurse \U0001f984 · 2 March 2026, 10:30"
    wide = pdf_of(review(answered(long), position="护士长" * 40)).pages[1]
    head = wide.extract_text().split("…")[0]
    assert 40 < head.count("护") + head.count("士") + head.count("长") < 56, "166 mm at 8.5 points"


def test_a_rating_that_is_kept_back_is_said_to_come() -> None:
    item = answered()
    assert item.answer is not None
    unseen = item.model_copy(update={"rating": None})
    read = words_in(pdf_of(review(unseen), kept_back={item.answer.id}))
    assert "The coach's rating appears when you have given yours." in read
