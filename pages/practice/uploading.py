"""Answering with a recording that was made elsewhere: choose a file, and see how far it is read."""

from __future__ import annotations

from typing import BinaryIO, cast

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.practice.consenting import consent_for_file
from pages.practice.leaving import leave_buttons
from pages.practice.pressing import pressed
from pages.ui.context import Stage, services
from pages.ui.errors import boundary
from pages.ui.text import plain
from pages.ui.wording import clock
from services.domain import Interview, InterviewMode, Question, User
from services.errors import AppError
from services.uploads import Upload, UploadState

UPLOAD = "Upload a recording"
AGAIN = "Try this file again"
LOOK_S = 1.0  # between two looks at how far a file is read
# What phones, computers and meeting programs write; the content of a file decides, not its name.
_ENDINGS = "mp4 webm mp3 wav m4a ogg flac mov m4v mkv opus oga aac aiff aif".split()


def upload_button(interview: Interview, stage: Stage, *, disabled: bool) -> None:
    """The way here, while nobody speaks; not where what is rehearsed is to answer at once, in one go."""
    speaks = disabled or stage.microphone != "off" or stage.asked_for
    if speaks or interview.setup.mode is InterviewMode.ONE_WAY:
        return
    if pressed(UPLOAD, type="tertiary", icon=":material/upload_file:"):
        stage.uploading, stage.trouble, stage.asked_for = True, "", ""
        st.rerun()


def uploads(user: User, question: Question, stage: Stage) -> bool:
    """Whether this way of answering is on the screen now."""
    return stage.uploading or services().uploads.of(user.id, question.id) is not None


def upload_answer(user: User, interview: Interview, question: Question, stage: Stage) -> None:
    """A field for the file, or how far it is; one bar of actions below."""
    upload = services().uploads.of(user.id, question.id)
    reading = upload is not None and upload.state is UploadState.READING
    if upload is None and stage.upload_taken:  # since this run began: its sound is in the answer
        stage.upload_taken = stage.uploading = False
        st.rerun()
    if reading:
        st.fragment(_reading, run_every=LOOK_S)(user, question)
    elif not consent_for_file(user, stage, "Agree and choose a file"):
        if stage.upload_problem is not None:
            refused(stage)
        elif upload is not None:
            _failed(upload)
        _choose(user, interview, question, stage)
    with st.container(key="actions", horizontal=True):
        if reading:
            if pressed("Cancel the upload"):
                services().uploads.cancel(user.id, question.id)
                stage.uploading, stage.upload_taken = True, False
                st.rerun()
            return
        if pressed("Speak instead"):
            services().uploads.cancel(user.id, question.id)  # its problem has been read
            stage.upload_taken = False
            stage.uploading, stage.upload_problem, stage.upload_refused = False, None, ""
            st.rerun()
        leave_buttons(user, interview, question)


def take_file(
    user: User, interview: Interview, question: Question, stage: Stage, file: UploadedFile | None
) -> None:
    """Begin to read what the field above holds. One that is not taken stays there, with the reason and a
    way to try again: what was recorded in the browser is nowhere else."""
    if file is None:
        stage.upload_problem = None  # what was wrong with the one before went with it
        return
    if stage.upload_refused != file.file_id or pressed(AGAIN, icon=":material/refresh:"):
        _begin(user, interview, question, stage, file)
        st.rerun()


def _begin(
    user: User, interview: Interview, question: Question, stage: Stage, file: UploadedFile
) -> None:
    services().model.ensure()  # as at the first start of speaking
    stage.upload_problem = None
    try:
        services().uploads.begin(user.id, interview, question, cast("BinaryIO", file), file.size)
    except AppError as error:
        stage.upload_problem, stage.upload_refused = error, file.file_id
        return
    stage.uploading = stage.upload_taken = True
    stage.trouble = stage.upload_refused = ""
    stage.upload_number += 1  # the field lets go of the file


def refused(stage: Stage) -> None:
    """Why the file in the field was not taken; above it."""
    if stage.upload_problem is not None:
        st.warning(_in_words(stage.upload_problem), icon=":material/error:")


def _in_words(problem: AppError) -> str:
    return plain(f"{problem.message} {problem.remedy}")


def _failed(upload: Upload) -> None:
    """Why a file was not read, or not to its end."""
    if upload.problem is None:
        return
    left = "What had been added by then is in your answer."
    if not upload.begun:
        left = "Nothing of it was kept, and your question is as it was."
    st.warning(f"{_in_words(upload.problem)} {left}", icon=":material/error:")


def _choose(user: User, interview: Interview, question: Question, stage: Stage) -> None:
    limits = services().uploads.limits
    file = st.file_uploader(
        "Your recording",
        type=_ENDINGS,
        max_upload_size=limits.most_mb,
        key=f"upload-{question.id}-{stage.upload_number}",
    )
    st.caption(
        f"At most {limits.longest_s / 60:.0f} minutes. Of a video only the sound is taken. It is put into "
        "words on this server, you review them, and the sound is kept as long as your other recordings."
    )
    take_file(user, interview, question, stage, file)


def _reading(user: User, question: Question) -> None:
    """Drawn again by itself until the sound of the file is in the answer, or the file is refused."""
    with boundary():
        upload = services().uploads.of(user.id, question.id)
        if upload is None or upload.state is not UploadState.READING:
            st.rerun()
        so_far = f" {clock(upload.seconds)} so far." if upload.seconds >= 1 else ""
        with st.container(key="card-upload"):
            st.markdown(f":material/audio_file: **Reading your recording.**{so_far}")
            if upload.waits is not None:
                st.caption(f"{_in_words(upload.waits)} It is tried again every few seconds.")
            st.caption(
                "You can close this page: it goes on by itself, and the words wait for you here."
            )
