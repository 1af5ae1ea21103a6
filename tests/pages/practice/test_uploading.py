"""Uploading a recording on the interview screen.

AppTest has no server for the camera, which the screen draws last before the button is pressed.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from pages.ui.context import services
from services.domain import AnswerState, InterviewMode, Job, Question, Setup
from services.speech.live_transcript import LiveTranscript
from tests.pages.conftest import Site
from tests.recordings import recorded, tone
from tests.services.rehearsal import eventually
from tests.spoken import say

UPLOAD = "Upload a recording"


def at_the_question(site: Site) -> UUID:
    interview = site.interview(questions=1)
    site.tab.switch_page("pages/practice/interview.py")
    site.tab.query_params["interview"] = str(interview.id)
    site.tab.run()
    return interview.id


def at_the_field(site: Site) -> UUID:
    interview = at_the_question(site)
    site.press(UPLOAD)
    site.press("Agree and choose a file")
    return interview


def give(site: Site, file: bytes) -> None:
    site.tab.file_uploader[0].upload("answer.mp3", file, "audio/mpeg")
    site.tab.run()
    assert not site.tab.exception


def read(site: Site) -> None:
    """Wait until the file has been read, or refused."""
    (question,) = services().interviews.open_interview(site.owner, None).questions
    owner, uploads = site.owner, services().uploads

    def done() -> bool:
        upload = uploads.of(owner, question.id)
        return upload is None or upload.problem is not None

    eventually(done)
    site.tab.run()
    assert not site.tab.exception


def held_up(site: Site) -> tuple[Question, LiveTranscript]:
    """A recording has been read and is being heard, and the disk refuses its sound."""
    at_the_field(site)
    (question,) = services().interviews.open_interview(site.owner, None).questions
    spoken, uploads = services().spoken, services().uploads
    live = spoken.listen(site.owner, question)
    assert live is not None
    spoken._ears.close(live.answer_id)
    (spool,) = services().settings.data_dir.glob("spool/*/*.pcm")
    spool.unlink()
    spool.mkdir()
    uploads._again_s = 0.05
    give(site, recorded("wav", "pcm_s16le", tone(120, 16_000), rate=16_000))

    def waits() -> bool:
        upload = uploads.of(site.owner, question.id)
        return upload is not None and upload.begun and upload.waits is not None

    eventually(waits)
    live = spoken.listen(site.owner, question)
    assert live is not None
    return question, live


def test_consent_comes_first_and_then_the_field_with_its_limits(guest: Site) -> None:
    at_the_question(guest)
    guest.press(UPLOAD)
    assert not guest.tab.file_uploader
    guest.press("Agree and choose a file")
    (field,) = guest.tab.file_uploader
    assert field.label == "Your recording"
    assert "At most 60 minutes" in guest.words
    assert "Speak instead" in guest.labels


def test_a_refused_file_says_why_and_the_field_is_there_for_another(guest: Site) -> None:
    at_the_field(guest)
    give(guest, b"<html>")
    read(guest)
    assert "This is not a recording that we can read." in guest.words
    assert "your question is as it was" in guest.words
    assert guest.tab.file_uploader


def test_a_recording_waits_for_its_review_and_can_be_submitted_before_its_words(
    guest: Site,
) -> None:
    interview = at_the_field(guest)
    give(guest, recorded("mp3", "libmp3lame", say("my team built a new product"), rate=16_000))
    read(guest)
    assert "Your recording is safe" in guest.words
    guest.press("Submit answer")
    (item,) = guest.past.review(guest.owner, interview).items
    assert item.answer is not None
    assert item.answer.state is AnswerState.SUBMITTED
    assert item.answer.sound_s > 1


def test_another_question_takes_nothing_while_a_recording_is_read(guest: Site) -> None:
    first, _ = held_up(guest)
    at_the_question(guest)
    guest.press(UPLOAD)
    give(guest, recorded("mp3", "libmp3lame"))
    assert "Another recording of yours is being read." in guest.words
    assert "Try this file again" in guest.labels
    assert services().uploads.of(guest.owner, first.id) is not None


def test_what_was_recorded_here_stays_when_it_is_refused(guest: Site) -> None:
    services().consents.give(guest.owner, None)
    at_the_question(guest)
    stage = guest.tab.session_state["tab"].stage
    stage.trouble = "NoConnection"
    guest.tab.run()
    uploads = services().uploads
    uploads.limits, limits = replace(uploads.limits, most_mb=0), uploads.limits
    guest.tab.audio_input[0].upload("answer.wav", recorded("wav", "pcm_s16le"), "audio/wav")
    guest.tab.run()
    assert "0 MB fit" in guest.words
    assert guest.tab.audio_input[0].value is not None
    assert (stage.uploading, stage.trouble) == (False, "NoConnection")
    uploads.limits = limits
    guest.press("Try this file again")
    assert stage.uploading


def test_an_answer_that_was_finished_in_another_tab_says_that_its_rest_is_missing(
    guest: Site,
) -> None:
    _, live = held_up(guest)
    guest.tab.run()
    assert "It is tried again every few seconds." in guest.words
    live.finish()
    assert live.wait_finished(20)
    read(guest)
    assert "The rest was not added." in guest.words


def test_where_one_answers_in_one_go_there_is_nothing_to_upload(guest: Site) -> None:
    setup = Setup(job=Job(position="Nurse"), question_count=1, mode=InterviewMode.ONE_WAY)
    interview = guest.interviews.start(guest.owner, setup)
    guest.tab.switch_page("pages/practice/interview.py")
    guest.tab.query_params["interview"] = str(interview.id)
    guest.tab.run()
    assert UPLOAD not in guest.labels
