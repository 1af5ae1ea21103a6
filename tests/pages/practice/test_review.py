"""The review screen in each of its states, on the real database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from benchmarks.querying import SCRIPT_THREAD, sent_to
from pages.ui.context import services
from services.domain import Interview, Preferences, SoundFigures, Video
from services.settings import Settings
from services.storage.recordings import Recordings
from tests.logs import said
from tests.pages.conftest import ANSWER, Site
from tests.pages.practice.full import SPOKEN, a_rating, filmed, spoken, store
from tests.services.filmed import a_film

SCRIPT = "practice/review.py"
EDITED = said("I asked the whole night shift what slowed them down and then we moved the printer.")


def player(site: Site) -> dict[str, Any]:
    """What the player in the browser is given."""
    (drawn,) = site.tab.get("bidi_component")
    data: dict[str, Any] = json.loads(drawn.proto.json)
    return data


def text_of(view: dict[str, Any]) -> str:
    return "".join(word[0] + word[1] for word in view["words"])


def switch(site: Site, label: str) -> Any:
    return next(group for group in site.tab.get("button_group") if group.label == label)


def test_a_spoken_answer_brings_its_recording_its_words_and_its_marks(
    guest: Site, tmp_path: Path
) -> None:
    interview = guest.interview()
    answer = spoken(guest.owner, interview.questions[0], tmp_path)
    store().add_rating(guest.owner, answer.id, a_rating(interview.questions[0], answer.text))
    store().keep_sound_figures(guest.owner, answer.id, SoundFigures(step_s=1, levels=(-36.0,) * 6))
    guest.open(SCRIPT, interview=interview.id)
    drawn = player(guest)
    assert [media["kind"] for media in drawn["media"]] == ["audio"]
    assert drawn["bar"]["levels"] == [50] * 6
    assert [lane["kind"] for lane in drawn["bar"]["lanes"]] == ["run", "evidence"]
    (view,) = drawn["views"]
    assert text_of(view) == SPOKEN
    assert view["words"][3] == ["night", " ", 1.2, 1.5, "q"]
    assert "Tinted words are quoted in the rating." in view["legend"]
    assert [heading.value for heading in guest.tab.subheader] == ["How you spoke"]


def test_an_edited_answer_shows_both_texts_and_what_differs(guest: Site, tmp_path: Path) -> None:
    interview = guest.interview()
    answer = spoken(guest.owner, interview.questions[0], tmp_path, edited=EDITED)
    assert answer.text == EDITED
    guest.open(SCRIPT, interview=interview.id)
    heard, submitted, between = player(guest)["views"]
    assert [view["name"] for view in (heard, submitted, between)] == [
        "As heard",
        "As submitted",
        "Differences",
    ]
    assert (text_of(heard), text_of(submitted)) == (SPOKEN, EDITED)
    assert [word[0] for word in between["words"] if "+" in word[4]] == ["whole"]
    assert between["legend"] == "Underlined: added (1). Struck through: removed (0)."


def test_a_typed_answer_is_its_text_alone(guest: Site) -> None:
    interview = guest.interview(answered=1)
    guest.open(SCRIPT, interview=interview.id)
    drawn = player(guest)
    assert (drawn["media"], drawn["note"]) == ([], "")
    assert [text_of(view) for view in drawn["views"]] == [ANSWER]
    assert drawn["bar"]["lanes"] == []
    assert not guest.tab.subheader


def test_a_recording_that_is_gone_says_why_and_leaves_the_words(
    guest: Site, tmp_path: Path
) -> None:
    interview = guest.interview()
    expired, unwanted = (spoken(guest.owner, q, tmp_path) for q in interview.questions)
    removals = store().removals(Recordings(Settings().data_dir / "recordings"))
    removals.drop_sound(guest.owner, expired.id, "expired:30")
    removals.drop_sound(guest.owner, unwanted.id, "not kept")
    guest.open(SCRIPT, interview=interview.id)
    assert player(guest)["note"] == "The recording was deleted after 30 days, as you chose."
    assert text_of(player(guest)["views"][0]) == SPOKEN
    guest.open(SCRIPT, interview=interview.id, question=interview.questions[1].id)
    assert player(guest)["note"] == "No recording was kept, as you chose."
    assert player(guest)["media"] == []


def test_a_recording_that_cannot_be_read_hides_no_words(guest: Site, tmp_path: Path) -> None:
    interview = guest.interview()
    answer = spoken(guest.owner, interview.questions[0], tmp_path)
    assert answer.recording is not None
    (Settings().data_dir / "recordings" / answer.recording.key).unlink()
    guest.open(SCRIPT, interview=interview.id)
    drawn = player(guest)
    assert drawn["media"] == []
    assert drawn["note"]
    assert text_of(drawn["views"][0]) == SPOKEN


def test_the_address_keeps_the_question(guest: Site, tmp_path: Path) -> None:
    interview = guest.interview(answered=1)
    second = interview.questions[1]
    guest.open(SCRIPT, interview=interview.id)
    choice = switch(guest, "Question")
    assert choice.value == str(interview.questions[0].id)
    choice.set_value(str(second.id)).run()
    assert second.text in guest.words
    assert guest.tab.query_params["question"] == str(second.id)
    assert "You did not answer this question. It does not count." in guest.words
    assert not guest.tab.get("bidi_component")


def test_the_switch_follows_an_address_that_goes_back(guest: Site) -> None:
    first, second = (interview := guest.interview(answered=2)).questions
    guest.open(SCRIPT, interview=interview.id)
    for _ in range(2):
        switch(guest, "Question").set_value(str(second.id)).run()
        assert second.text in guest.words
        guest.tab.query_params["question"] = str(first.id)
        guest.tab.run()
        assert first.text in guest.words
        assert switch(guest, "Question").value == str(first.id)


def test_an_earlier_attempt_can_be_watched_too(guest: Site, tmp_path: Path) -> None:
    interview = guest.interview(answered=1)
    question = interview.questions[0]
    retaken = guest.interviews.answer_again(guest.owner, question.id)
    guest.submit(retaken, EDITED)
    guest.open(SCRIPT, interview=interview.id)
    assert text_of(player(guest)["views"][0]) == EDITED
    choice = switch(guest, "Attempt")
    assert (choice.value, list(choice.options)) == ("2", ["1", "2, counts"])
    choice.set_value("1").run()
    assert text_of(player(guest)["views"][0]) == ANSWER
    assert guest.tab.query_params["attempt"] == "1"


def test_a_video_plays_from_its_own_second_and_the_whole_sound_beside_it(
    guest: Site, tmp_path: Path
) -> None:
    interview = guest.interview()
    answer = spoken(guest.owner, interview.questions[0], tmp_path)
    file = tmp_path / "film.webm"
    file.write_bytes(a_film(2.0))
    recordings = Recordings(Settings().data_dir / "recordings")
    place = (guest.owner, answer.interview_id, answer.id)
    video = Video(
        key=recordings.put_video(*place, file, "video/webm"),
        media_type="video/webm",
        seconds=2.0,
        size=file.stat().st_size,
        offset_s=1.5,
        thumbnail_key=recordings.put_thumbnail(*place, b"\xff\xd8\xff"),
    )
    store().keep_video(guest.owner, answer.id, video)
    guest.open(SCRIPT, interview=interview.id)
    picture, sound = player(guest)["media"]
    assert (picture["kind"], picture["offset_s"]) == ("video", 1.5)
    assert picture["source"].endswith(".webm")
    assert picture["poster"]
    assert (sound["kind"], sound["offset_s"]) == ("audio", 0.0)


def test_one_recording_that_cannot_be_had_leaves_the_other(guest: Site, tmp_path: Path) -> None:
    interview = guest.interview()
    answer = spoken(guest.owner, interview.questions[0], tmp_path)
    filmed(guest.owner, answer)
    video = guest.past.kept_video(guest.owner, answer.id)
    folder = Settings().data_dir / "recordings"
    assert [media["kind"] for media in shown(guest, interview)] == ["video", "audio"]
    film = (folder / video.key).read_bytes()
    (folder / video.key).unlink()
    assert [media["kind"] for media in shown(guest, interview)] == ["audio"]
    assert "The picture cannot be had" in player(guest)["note"]
    assert answer.recording is not None
    (folder / answer.recording.key).unlink()
    assert shown(guest, interview) == []
    assert player(guest)["note"]
    (folder / video.key).write_bytes(film)
    assert [media["kind"] for media in shown(guest, interview)] == ["video"]


def shown(site: Site, interview: Interview) -> list[dict[str, Any]]:
    if "tab" in site.tab.session_state:
        site.tab.session_state["tab"].held.clear()  # what this tab had is not asked for again
    site.open(SCRIPT, interview=interview.id)
    media: list[dict[str, Any]] = player(site)["media"]
    return media


def test_a_look_takes_few_queries(guest: Site, tmp_path: Path) -> None:
    """With the one that says who looks."""
    interview = guest.interview()
    for question in interview.questions:
        answer = spoken(guest.owner, question, tmp_path)
        store().add_rating(guest.owner, answer.id, a_rating(question, answer.text))
    for script in (SCRIPT, "practice/feedback.py", "progress/history.py", "progress/progress.py"):
        guest.open(script, interview=interview.id)
        with sent_to(Engine, by=SCRIPT_THREAD) as sent:
            guest.tab.run()
        assert len(sent.queries) == 3, script


def test_words_that_are_still_being_heard_say_so(guest: Site, tmp_path: Path) -> None:
    interview = guest.interview()
    answer = spoken(guest.owner, interview.questions[0], tmp_path, pending=True)
    assert answer.pending
    guest.open(SCRIPT, interview=interview.id)
    assert "The transcript is not complete yet" in guest.words


def test_a_rating_that_is_not_to_be_seen_yet_leaves_no_trace(guest: Site, tmp_path: Path) -> None:
    services().keep_preferences(guest.owner, Preferences(self_rating=True))
    interview = guest.interview()
    answer = spoken(guest.owner, interview.questions[0], tmp_path)
    store().add_rating(guest.owner, answer.id, a_rating(interview.questions[0], answer.text))
    guest.open(SCRIPT, interview=interview.id)
    drawn = player(guest)
    assert "out of 10" not in guest.words
    assert not drawn["bar"]["shares"]
    assert not any("q" in word[4] for word in drawn["views"][0]["words"])
    assert "appears when you have given yours" in guest.words


def test_a_choice_between_attempts_lifts_no_veil(guest: Site, tmp_path: Path) -> None:
    """Neither from the attempt that counts nor from one before it, which tells much of the same."""
    services().keep_preferences(guest.owner, Preferences(self_rating=True))
    interview = guest.interview()
    question = interview.questions[0]
    first = spoken(guest.owner, question, tmp_path)
    store().add_rating(guest.owner, first.id, a_rating(question, first.text))
    retaken = guest.interviews.answer_again(guest.owner, question.id)
    guest.submit(retaken, EDITED)
    store().add_rating(guest.owner, retaken.id, a_rating(question, EDITED))
    for attempt in (2, 1):
        guest.open(SCRIPT, interview=interview.id, attempt=attempt)
        drawn = player(guest)
        assert switch(guest, "Attempt").value == str(attempt)
        assert "out of 10" not in guest.words
        assert not drawn["bar"]["shares"]
        assert not any("q" in word[4] for word in drawn["views"][0]["words"])
        assert "appears when you have given yours" in guest.words
    services().sharing.rate_self(guest.owner, first.id, {question.rubric.criteria[0].id: 3})
    guest.tab.run()
    assert "out of 10" in guest.words, "their own view of this attempt was given"
    guest.open(SCRIPT, interview=interview.id, attempt=2)
    assert "out of 10" not in guest.words


@pytest.mark.parametrize("named", ["unknown", "broken", "somebody else's"])
def test_what_is_not_yours_and_what_does_not_exist_look_the_same(guest: Site, named: str) -> None:
    theirs = guest.interview(answered=1, position="Their secret job")
    guest.open("account/account.py")
    guest.press("Sign out")
    guest.press("Try without an account")
    query: dict[str, UUID | str] = {
        "unknown": uuid4(),
        "broken": "zzz",
        "somebody else's": theirs.id,
    }
    guest.open(SCRIPT, interview=query[named], question=theirs.questions[0].id)
    assert guest.words.splitlines() == [
        "Review",
        "There is nothing to watch at this address. It may have been deleted, or the link is incomplete.",
    ]
    assert guest.labels == ["Practise", "History"]


def test_feedback_and_history_lead_here(guest: Site) -> None:
    interview = guest.interview(answered=1)
    guest.open("practice/feedback.py", interview=interview.id)
    guest.press("Review")
    assert guest.tab.query_params["question"] == str(interview.questions[0].id)
    guest.open("progress/history.py")
    guest.press("Review")
    assert interview.questions[0].text in guest.words
