"""Feedback in each of its states, on the real database."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from pages.ui.playing import WITH_PAGE
from services.domain import (
    Answer,
    AnswerMode,
    Category,
    FollowUp,
    Interview,
    Job,
    Rating,
    RatingState,
    Segment,
    Setup,
)
from services.settings import Settings
from services.storage.recordings import Recordings
from tests.pages.conftest import ANSWER, Site
from tests.pages.practice.full import MODEL, a_follow_up, a_rating, filmed, spoken, store
from tests.services.rehearsal import eventually

SCRIPT = "practice/feedback.py"


def answer_id(site: Site, interview: UUID) -> UUID:
    answer = site.past.review(site.owner, interview).items[0].answer
    assert answer is not None
    return answer.id


def test_a_rated_answer_shows_words_levels_reasons_and_the_next_step(guest: Site) -> None:
    interview = guest.interview(answered=1)
    guest.open("practice/feedback.py", interview=interview.id)
    rating = guest.past.review(guest.owner, interview.id).items[0].rating
    assert rating is not None
    for expected in (
        "Offline estimate",
        "What was good",
        "What to improve",
        "1 of 2 questions rated",
    ):
        assert expected in guest.words or expected in str(guest.tab.main)
    for score in rating.scores:
        assert score.criterion.name in guest.words
        assert score.criterion.levels[score.level - 1] in guest.words
        assert score.reason.split(":")[0] in guest.words
    assert f"{rating.overall:.1f} out of 10" in guest.words


def test_an_unanswered_question_is_not_a_zero(guest: Site) -> None:
    interview = guest.interview(answered=1)
    guest.interviews.skip(guest.owner, interview.questions[1])
    guest.open("practice/feedback.py", interview=interview.id)
    rating = guest.past.review(guest.owner, interview.id).items[0].rating
    assert rating is not None
    assert "You skipped this question. It does not count." in guest.words
    overall = next(
        html.value
        for html in guest.tab.html
        if "overall" in html.value and "<style" not in html.value
    )
    assert f"{rating.overall:.1f}" in overall


def test_a_failed_rating_says_why_and_can_be_tried_again(guest: Site) -> None:
    interview = guest.interview(answered=1)
    failed = answer_id(guest, interview.id)
    store().mark_rating(guest.owner, failed, RatingState.FAILED, "The coach was not there.")
    guest.open("practice/feedback.py", interview=interview.id)
    assert "Not rated. The coach was not there. Your answer is kept." in guest.words
    guest.press("Rate again")
    assert "Not rated." not in guest.words
    eventually(lambda: not guest.interviews.considers(guest.owner, failed))
    answer = guest.past.review(guest.owner, interview.id).items[0].answer
    assert answer is not None
    assert answer.rating_state is RatingState.RATED
    guest.open("practice/feedback.py", interview=interview.id)
    assert "Not rated." not in guest.words


def test_html_and_emoji_codes_in_an_answer_are_shown_as_typed(guest: Site) -> None:
    interview = guest.interview()
    answer = guest.interviews.type_instead(guest.owner, interview.questions[0])
    guest.submit(answer, ANSWER + " <script>alert(1)</script> **loud** :smile:")
    guest.open("practice/feedback.py", interview=interview.id)
    assert r"\<script\>alert\(1\)\<\/script\> \*\*loud\*\*" in "\n".join(
        m.value for m in guest.tab.markdown
    )
    assert not any("alert" in html.value for html in guest.tab.html)


@pytest.mark.parametrize("edited", [True, False])
def test_words_that_may_be_misheard_are_named_beside_what_was_heard(
    guest: Site, edited: bool
) -> None:
    interview, kept = guest.interview(), store()
    answer = kept.open_answer(guest.owner, interview.questions[0].id, AnswerMode.SPOKEN)
    heard = (
        Segment(start=0, end=2, text="I asked the team."),
        Segment(start=3, end=4, text="thank you", certain=False),
    )
    for index, segment in enumerate(heard):
        kept.append_segment(guest.owner, answer.id, index, segment)
    kept.heard(guest.owner, answer.id, pending=False)
    answer = kept.answer(guest.owner, answer.id)
    guest.submit(answer, ANSWER if edited else answer.raw)
    guest.open("practice/feedback.py", interview=interview.id)
    assert "We may have misheard 1 passage, near “thank you”." in guest.words
    assert (":gray-background[thank you]" in guest.words) is edited


@pytest.mark.parametrize("named", ["unknown", "broken", "missing", "somebody else's"])
def test_what_is_not_yours_and_what_does_not_exist_look_the_same(guest: Site, named: str) -> None:
    theirs = guest.interview(answered=1, position="Their secret job")
    guest.open("account/account.py")
    guest.press("Sign out")
    guest.press("Try without an account")
    query = {"unknown": uuid4(), "broken": "zzz", "missing": "", "somebody else's": theirs.id}[
        named
    ]
    guest.open("practice/feedback.py", interview=query)
    assert guest.words.splitlines() == [
        "Feedback",
        "There is no feedback at this address. It may have been deleted, or the link is incomplete.",
    ]
    assert guest.labels == ["Practise again", "History"]


def test_an_unfinished_interview_can_be_continued(guest: Site) -> None:
    interview = guest.interview(answered=1)
    guest.open("practice/feedback.py", interview=interview.id)
    assert "Continue" in guest.labels
    guest.interviews.end(guest.owner, interview)
    guest.open("practice/feedback.py", interview=interview.id)
    assert "Continue" not in guest.labels


# --- what a language model's rating has besides ------------------------------------------------


def rated_by_a_model(site: Site, **more: object) -> tuple[Interview, Rating]:
    """An interview whose first answer was estimated first and then rated by a language model."""
    interview = site.interview(answered=1)
    rating = a_rating(interview.questions[0], ANSWER, **more)  # type: ignore[arg-type]
    store().add_rating(site.owner, answer_id(site, interview.id), rating)
    return interview, rating


def badges(site: Site) -> list[str]:
    found = [re.match(r":(\w+)-badge\[:material/\w+: (.*)\]", m.value) for m in site.tab.markdown]
    return [f"{badge[1]} {badge[2]}".replace("\\", "") for badge in found if badge]


def test_the_badge_names_who_rated_whoever_would_rate_now(guest: Site) -> None:
    interview, _ = rated_by_a_model(guest)
    guest.open(SCRIPT, interview=interview.id)
    assert badges(guest) == [f"gray Rated by {MODEL}"]
    second = guest.interviews.type_instead(guest.owner, interview.questions[1])
    guest.submit(second, ANSWER)
    guest.open(SCRIPT, interview=interview.id)
    assert badges(guest) == [f"gray Rated by {MODEL}", "gray Offline estimate"]


def test_everything_that_a_rating_says_is_on_its_card(guest: Site) -> None:
    interview, rating = rated_by_a_model(guest, other=1)
    guest.open(SCRIPT, interview=interview.id)
    low, high = rating.overall_range
    for expected in (
        f"**{rating.overall:.1f} out of 10** between {low:.1f} and {high:.1f}",
        "We did not find words of yours that show this level.",
        "What you set out to do last time",
        "**You did it.**",
        "No result heard",
        "Written by the coach from your own facts.",
        f"Rated by {MODEL} · prompt rate-1 · rubric {rating.provenance.rubric_version}",
        "heard by base.en · judged 2 times independently",
        "Earlier ratings",
        "Offline estimate",
    ):
        assert expected in guest.words or expected in str(guest.tab.main)
    assert guest.labels.count("Rate again") == 1


def test_what_a_model_wrote_is_never_formatting(guest: Site) -> None:
    loud = "**Loud** <img src=x> [link](https://example.com) ![](https://example.com/x.png)"
    interview, _ = rated_by_a_model(
        guest, strengths=(loud,), improvements=(loud,), next_action=loud, improved_answer=loud
    )
    guest.open(SCRIPT, interview=interview.id)
    texts = [str(e.value) for kind in ("markdown", "success") for e in guest.tab.get(kind)]
    shown = [text for text in texts if "Loud" in text]
    assert len(shown) == 4
    assert all(r"\*\*Loud\*\* \<img src\=x\> \[link\]\(https" in text for text in shown)
    assert not any("Loud" in html.value for html in guest.tab.html)


def test_a_coach_that_is_unsure_says_so_once_and_offers_another_rating(guest: Site) -> None:
    interview, _ = rated_by_a_model(guest, other=2)
    guest.open(SCRIPT, interview=interview.id)
    assert guest.words.count("stays out of your progress until it is rated again") == 1
    assert "<span>2 or 4 of 5</span>" in "".join(html.value for html in guest.tab.html)
    assert guest.labels.count("Rate again") == 1


def test_a_coach_that_is_out_leaves_an_estimate_and_the_time_of_its_next_try(guest: Site) -> None:
    interview = guest.interview(answered=1)
    due = datetime.now(UTC) + timedelta(hours=1)
    waiting = answer_id(guest, interview.id)
    store().mark_rating(guest.owner, waiting, RatingState.WAITING, "The model is busy.", due)
    guest.tab.context = {"timezone": "Mars/Olympus"}
    guest.open(SCRIPT, interview=interview.id)
    assert (
        "The coach could not rate this yet: The model is busy. "
        f"It tries again by itself at {due:%H:%M} UTC."
    ) in guest.words
    assert badges(guest) == ["gray Offline estimate", "orange Offline estimate"]
    assert "By fixed rules on this server" in guest.words
    guest.press("Try now")
    assert "It tries again" not in guest.words
    assert badges(guest) == ["gray Offline estimate"]


@pytest.mark.parametrize("before", [True, False])
def test_an_answer_that_is_being_rated_says_so(guest: Site, before: bool) -> None:
    interview = guest.interview(answered=1)
    if before:
        store().add_rating(
            guest.owner,
            answer_id(guest, interview.id),
            a_rating(interview.questions[0], ANSWER),
        )
    assert store().claim_rating(guest.owner, answer_id(guest, interview.id), 60)
    guest.open(SCRIPT, interview=interview.id)
    assert "Your answer is being rated" in guest.words
    assert not {"Rate again", "Try now"} & set(guest.labels)


def test_follow_ups_stand_right_under_their_question(guest: Site) -> None:
    interview = guest.interview()
    first = interview.questions[0]
    for kind in (FollowUp.QUANTIFY, FollowUp.CHALLENGE):
        assert store().add_follow_up(guest.owner, first.id, a_follow_up(first, kind))
    guest.open(SCRIPT, interview=interview.id)
    captions = [c.value for c in guest.tab.caption if "uestion " in c.value]
    assert captions == [
        "Question 1 of 2 · Behavioural",
        "Follow-up to question 1 · Put a number on it",
        "Follow-up to question 1 · Challenge",
        "Question 2 of 2 · Behavioural",
    ]


def test_a_quote_plays_the_recording_from_where_it_was_said(guest: Site, tmp_path: Path) -> None:
    interview = guest.interview()
    answer = spoken(guest.owner, interview.questions[0], tmp_path)
    store().add_rating(guest.owner, answer.id, a_rating(interview.questions[0], answer.text))
    guest.open(SCRIPT, interview=interview.id)
    assert not guest.tab.get("audio")
    guest.press("0:01")
    (player,) = guest.tab.get("audio")
    assert (player.proto.start_time, player.proto.autoplay) == (1, True)


def test_a_recording_that_is_gone_says_why(guest: Site, tmp_path: Path) -> None:
    interview = guest.interview()
    expired, unwanted = (spoken(guest.owner, q, tmp_path) for q in interview.questions)
    removals = store().removals(Recordings(Settings().data_dir / "recordings"))
    removals.drop_sound(guest.owner, expired.id, "expired:30")
    removals.drop_sound(guest.owner, unwanted.id, "not kept")
    guest.open(SCRIPT, interview=interview.id)
    assert "The recording was deleted after 30 days, as you chose." in guest.words
    assert "No recording was kept, as you chose." in guest.words
    assert not [e for e in guest.tab.expander if e.label.startswith("Recording")]


def test_what_stands_around_a_rating_is_in_the_language_of_the_interview(guest: Site) -> None:
    setup = Setup(
        job=Job(position="Enfermera"),
        category=Category.BEHAVIOURAL,
        question_count=1,
        language="es",
    )
    interview = guest.interviews.start(guest.owner, setup)
    answer = guest.interviews.type_instead(guest.owner, interview.questions[0])
    store().submit(guest.owner, answer.id, ANSWER)
    store().add_rating(guest.owner, answer.id, a_rating(interview.questions[0], ANSWER))
    guest.open(SCRIPT, interview=interview.id)
    for expected in ("Lo que estuvo bien", "Pregunta 1 de 1", "2,5 de 10", "La próxima vez:"):
        assert expected in guest.words
    assert "Valorar de nuevo" in guest.labels


def test_without_a_language_model_there_is_nobody_to_ask(guest: Site) -> None:
    interview, _ = rated_by_a_model(guest)
    guest.open(SCRIPT, interview=interview.id)
    assert "Ask the coach about this rating" not in [e.label for e in guest.tab.expander]


def test_an_answer_with_a_picture_shows_it_from_where_it_was_said(
    guest: Site, tmp_path: Path
) -> None:
    interview = guest.interview()
    whole, partly = (spoken(guest.owner, q, tmp_path) for q in interview.questions)
    filmed(guest.owner, whole, 6.0)
    filmed(guest.owner, partly, 2.0, offset_s=3.5)
    for answer, question in zip((whole, partly), interview.questions, strict=True):
        store().add_rating(guest.owner, answer.id, a_rating(question, answer.text))
    guest.open(SCRIPT, interview=interview.id)
    labels = [e.label for e in guest.tab.expander if e.label.startswith("Video")]
    assert labels == ["Video, 0:06, 0.1 MB", "Video, 0:02, 0.1 MB"]
    for button in [b for b in guest.tab.button if b.label == "0:01"]:
        button.click()
    guest.tab.run()
    first, second = guest.tab.get("video")
    assert (first.proto.start_time, first.proto.autoplay) == (1, True)
    assert (second.proto.start_time, second.proto.autoplay) == (0, False)
    (sound,) = guest.tab.get("audio")  # of the answer that has more sound than picture
    assert (sound.proto.start_time, sound.proto.autoplay) == (1, True)
    assert "The camera was on from 0:03 to 0:05" in guest.words


def test_a_tab_without_our_cookie_gets_the_sound_of_a_large_video_and_reads_small_ones_once(
    guest: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interview = guest.interview()
    small, large = (spoken(guest.owner, q, tmp_path) for q in interview.questions)
    for answer, question in zip((small, large), interview.questions, strict=True):
        filmed(guest.owner, answer, 6.0)
        store().add_rating(guest.owner, answer.id, a_rating(question, answer.text))
    video = store().answer(guest.owner, large.id).video
    assert video is not None
    much = video.model_copy(update={"size": WITH_PAGE + 1})
    store().keep_video(guest.owner, large.id, much)
    read: list[UUID] = []

    def reading(owner: UUID, answer: Answer) -> bytes:
        read.append(answer.id)
        return film(owner, answer)

    film = guest.past.video
    monkeypatch.setattr(guest.past, "video", reading)
    guest.open(SCRIPT, interview=interview.id)
    for _ in range(2):
        for button in [b for b in guest.tab.button if b.label == "0:01"]:
            button.click()
        guest.tab.run()
    assert read == [small.id]
    assert (len(guest.tab.get("video")), len(guest.tab.get("audio"))) == (1, 1)
    assert "too large for a tab that keeps no cookie" in guest.words


def test_a_report_is_offered_in_each_form(guest: Site) -> None:
    interview = guest.interview(answered=1)
    guest.open(SCRIPT, interview=interview.id)
    buttons = [button.proto.label for button in guest.tab.get("download_button")]
    assert buttons == [
        *("PDF, to read and print", "CSV, a row for each criterion"),
        *("CSV, a row for each answer", "JSON, for programs"),
    ]
