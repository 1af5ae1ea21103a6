"""The database goes away while somebody answers, and comes back; several processes hear side by side."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlalchemy import select

from services.accounts.logins import Logins
from services.adapters.local_accounts import LocalAccounts
from services.domain import Answer, AnswerMode, AnswerState, Question, Segment
from services.errors import DatabaseAway, HeardElsewhere, NotFound, RecordingsAway, StorageError
from services.keeping import Keeping
from services.ports import SAMPLE_RATE, Samples
from services.speech.live_transcript import LiveTranscript
from services.speech.places import take_place
from services.storage.clock import utc_now
from services.storage.database import SERVICE, open_database, reading
from services.storage.outbox import Outbox
from services.storage.places import Places
from services.storage.steps import Edited, Said, Step, Submitted, line
from services.storage.tables import PlaceRow
from tests.services.rehearsal import Rehearsal, answer_to, begin, candidate, eventually, running
from tests.spoken import say
from tests.standins import postgres


@pytest.fixture
def address() -> Iterator[str]:
    """A database of its own on the server that these tests stop."""
    server, name = postgres.server(), postgres.new_database()
    yield server.backend(name)
    postgres.drop_database(name)


@pytest.fixture(scope="module")
def speech() -> Samples:
    quiet = np.zeros(SAMPLE_RATE)
    said = say("my team built a new product last year")
    return np.concatenate([said, quiet]).astype(np.float32)


@contextmanager
def away() -> Iterator[None]:
    postgres.server().stop()
    try:
        yield
    finally:
        postgres.server().start()


def segment(number: int) -> Segment:
    return Segment(start=number * 2.0, end=number * 2.0 + 1.5, text=f"words {number}")


def said(number: int) -> Said:
    return Said(number=number, segment=segment(number))


def an_answer(here: Rehearsal) -> tuple[UUID, Answer]:
    owner = candidate(here)
    _, question = begin(here, owner)
    return owner, here.store.open_answer(owner, question.id, AnswerMode.SPOKEN)


def question_of(here: Rehearsal, owner: UUID, answer: Answer) -> Question:
    interview = here.store.interview(owner, answer.interview_id)
    return next(one for one in interview.questions if one.id == answer.question_id)


def speak(live: LiveTranscript, speech: Samples) -> None:
    """Say it, and wait until it is settled."""
    before = len(live.snapshot().transcript.segments)
    live.hear_samples(speech)
    eventually(lambda: len(live.snapshot().transcript.segments) > before)


def test_an_outage_of_seconds_is_not_noticed(address: str, tmp_path: Path) -> None:
    with running(tmp_path, address=address) as here:
        owner, answer = an_answer(here)
        postgres.server().stop()
        back = threading.Timer(1.0, postgres.server().start)
        back.start()
        assert here.outbox.put(answer.id, said(0), owner=owner), "stored, and nothing had to wait"
        back.join()
        assert here.store.answer(owner, answer.id).raw == "words 0"


def test_who_answers_while_the_database_is_away_loses_nothing(
    address: str, tmp_path: Path, speech: Samples
) -> None:
    with running(tmp_path, address=address) as here:
        owner = candidate(here)
        interview, question = begin(here, owner)
        live = here.spoken.listen(owner, question)
        assert live is not None
        speak(live, speech)
        seen = here.interviews.standing(owner, interview)
        assert seen.answer is not None
        with away():
            speak(live, speech)
            eventually(lambda: here.interviews.waiting(owner, interview).words > 0)
            now = here.interviews.standing(owner, interview)
            assert now.question == seen.question
            assert now.answer is not None
            assert here.spoken.listen(owner, question) is live, "it goes on being heard"
            heard = live.snapshot().transcript.settled_text
            assert now.answer.raw == heard, "all that was heard is shown"

            here.spoken.finish_answer(owner, now.answer)
            assert live.wait_finished(20)
            reviewed = here.interviews.standing(owner, interview).answer
            assert reviewed is not None
            assert (reviewed.state, reviewed.raw) == (AnswerState.HEARD, heard)
            here.interviews.save_draft(owner, reviewed, "What I mean.")
            edited = here.interviews.answer(owner, reviewed)
            assert edited.text == "What I mean."
            submitted = here.interviews.submit(owner, reviewed, "What I meant.")
            assert submitted.state is AnswerState.SUBMITTED
            assert here.interviews.standing(owner, interview).question == interview.questions[1]
            with pytest.raises(DatabaseAway):
                here.store.answer(owner, reviewed.id)
            assert not here.interviews.back()
        eventually(lambda: not here.outbox.all_waiting())
        stored = here.store.answer(owner, reviewed.id)
        assert (stored.state, stored.raw, stored.text) == (
            AnswerState.SUBMITTED,
            heard,
            "What I meant.",
        )
        eventually(lambda: here.coach.rated == ["What I meant."])
        eventually(lambda: here.store.answer(owner, reviewed.id).recording is not None)
        assert not here.interviews.waiting(owner, interview).anything


def test_nobody_writes_into_the_answers_of_others_by_an_outage(
    address: str, tmp_path: Path
) -> None:
    with running(tmp_path, address=address) as here:
        owner, answer = an_answer(here)
        stranger = candidate(here)
        with pytest.raises(NotFound):
            here.interviews.save_draft(stranger, answer, "mine now")
        with away():
            with pytest.raises(DatabaseAway):
                here.interviews.save_draft(stranger, answer, "mine now")
            with pytest.raises(DatabaseAway):
                here.interviews.submit(stranger, answer, "mine now")
        assert here.store.answer(owner, answer.id).edited is None


_KILLED = """
import sys
from pathlib import Path
from uuid import UUID
from services.storage.database import open_database
from services.storage.outbox import Outbox
from services.storage.places import Places
from services.speech.places import take_place
from tests.services.test_outage import said
from services.storage.steps import Edited
address, folder, answer = sys.argv[1:]
engine = open_database(address)
place = take_place(Path(folder))
outbox = Outbox(engine, place.folder, Places(engine, place.id))
print("ready", flush=True)
sys.stdin.readline()
for number in range(20):
    outbox.put(UUID(answer), said(number))
outbox.put(UUID(answer), Edited(text="as I want it"))
print("kept", flush=True)
sys.stdin.readline()
"""


def test_what_waits_survives_the_kill_of_its_process(address: str, tmp_path: Path) -> None:
    with running(tmp_path / "other", address=address) as here:
        owner, answer = an_answer(here)
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED, address, str(tmp_path / "spool"), str(answer.id)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        with away():
            process.stdin.write("go\n")
            process.stdin.flush()
            assert process.stdout.readline() == "kept\n"
            process.kill()
            process.wait(10)
    (file,) = tmp_path.rglob("*.jsonl")
    with file.open("ab") as torn:
        torn.write(line(said(20))[:-9])  # as a kill in the middle of a write leaves it
    with running(tmp_path, address=address) as here:
        eventually(lambda: not here.outbox.all_waiting())
        found = here.store.answer(owner, answer.id)
    assert [one.text for one in found.segments] == [f"words {n}" for n in range(20)]
    assert found.text == "as I want it"
    assert not list(tmp_path.rglob("*.jsonl"))


def test_steps_whose_commit_was_never_confirmed_are_written_once(
    address: str, tmp_path: Path
) -> None:
    steps: tuple[Step, ...] = (
        *(said(number) for number in range(3)),
        Edited(text="mine"),
        Submitted(text="mine, at last", at=utc_now()),
    )
    with running(tmp_path, address=address) as here:
        owner, answer = an_answer(here)
        for step in steps:
            assert here.outbox.put(answer.id, step)
        before = here.store.answer(owner, answer.id)
        folder = here.place.folder
    (folder / f"{answer.id}.jsonl").write_bytes(b"".join(line(step) for step in steps))
    with running(tmp_path, address=address) as here:
        eventually(lambda: not here.outbox.all_waiting())
        after = here.store.answer(owner, answer.id)
    rated = {"rating_state", "rating_due", "rating_problem"}  # judged meanwhile, as it should be
    assert after.model_dump(exclude=rated) == before.model_dump(exclude=rated)


def test_steps_of_an_answer_that_was_deleted_meanwhile_are_dropped(
    address: str, tmp_path: Path
) -> None:
    with running(tmp_path, address=address) as here:
        _owner, answer = an_answer(here)
        folder = here.place.folder
    (folder / f"{uuid4()}.jsonl").write_bytes(line(said(0)))
    (folder / f"{answer.id}.jsonl").write_bytes(b"what is this\n" + line(said(0)))
    with running(tmp_path, address=address) as here:
        eventually(lambda: not here.outbox.all_waiting())
        assert not list(tmp_path.rglob("*.jsonl"))


def test_who_was_signed_in_goes_on_and_who_signed_out_does_not(address: str) -> None:
    engine = open_database(address)
    user = LocalAccounts(engine).create_guest()
    logins = Logins(engine)
    stays, leaves, unknown = (logins.open(user.id) for _ in range(3))
    assert logins.find(stays) is not None
    assert logins.find(leaves) is not None
    logins.revoke(leaves)
    with away():
        found = logins.find(stays)
        assert found is not None
        assert found.user.id == user.id
        for secret in (leaves, unknown, "made up"):
            with pytest.raises(DatabaseAway):
                logins.find(secret)
        with pytest.raises(DatabaseAway):
            logins.revoke_all(user.id)
        with pytest.raises(DatabaseAway):  # ended as far as this process is concerned
            logins.find(stays)
    assert logins.find(leaves) is None
    engine.dispose()


def test_processes_that_share_a_data_folder_have_places_of_their_own(tmp_path: Path) -> None:
    (tmp_path / f"{uuid4()}.pcm").write_bytes(b"\0\0")  # of a version without places
    first, second = take_place(tmp_path), take_place(tmp_path)
    assert first.folder != second.folder
    assert len(list(first.folder.glob("*.pcm"))) == 1
    (second.folder / f"{uuid4()}.pcm").write_bytes(b"\0\0")
    second.release()  # as a kill does
    again = take_place(tmp_path)
    assert (again.folder, again.id) == (second.folder, second.id), "it is where it was"
    first.release()
    again.release()
    alone = take_place(tmp_path)
    assert alone.id == first.id
    assert alone.former == {second.id}
    assert len(list(alone.folder.glob("*.pcm"))) == 2
    assert not second.folder.exists()
    alone.release()
    once_more = take_place(tmp_path)
    assert once_more.former == {second.id}, "until the database knows"
    once_more.settled(once_more.former)
    once_more.release()
    assert take_place(tmp_path).former == frozenset()


def test_what_a_dead_process_left_is_finished_by_one_that_shares_its_folder(
    address: str, tmp_path: Path, speech: Samples
) -> None:
    with running(tmp_path, address=address) as here, running(tmp_path, address=address) as beside:
        owner = candidate(here)
        _, question = begin(here, owner)
        live = beside.spoken.listen(owner, question)
        assert live is not None
        speak(live, speech)
        answer = answer_to(here, owner, question)
        assert answer.place == beside.place.id
    with running(tmp_path, address=address) as after:
        eventually(lambda: after.place.former == frozenset(), 30)
        moved = after.store.answer(owner, answer.id)
        assert moved.place == after.place.id
        assert after.ears.spool_path(answer.id).exists()


def test_an_answer_that_moves_to_another_machine_is_heard_there_alone(
    address: str, tmp_path: Path, speech: Samples
) -> None:
    with (
        running(tmp_path / "a", address=address) as here,
        running(tmp_path / "b", address=address) as there,
    ):
        owner = candidate(here)
        _, question = begin(here, owner)
        first = here.spoken.listen(owner, question)
        assert first is not None
        speak(first, speech)
        answer = answer_to(here, owner, question)
        eventually(lambda: len(here.store.answer(owner, answer.id).segments) == 1)
        second = there.spoken.listen(owner, question)
        assert second is not None
        speak(second, speech)
        eventually(lambda: len(here.store.answer(owner, answer.id).segments) == 2)
        answer = here.store.answer(owner, answer.id)
        assert answer.place == there.place.id
        before, after = answer.segments
        assert after.start >= before.end, "what follows has its right time"
        with pytest.raises(HeardElsewhere):
            here.outbox.put(answer.id, said(2))
        speak(first, speech)
        eventually(lambda: here.ears.get(answer.id) is None)
        back = here.spoken.listen(owner, question)
        assert back is not None
        assert back is not first
        assert here.store.answer(owner, answer.id).place == here.place.id


def test_words_that_waited_join_an_answer_that_moved_unless_others_are_there(
    address: str, tmp_path: Path
) -> None:
    with running(tmp_path, address=address) as here:
        owner, answer = an_answer(here)
        here.store.append_segment(owner, answer.id, 0, segment(0))
        Places(here.database, uuid4()).take(owner, answer.id)
        folder = here.place.folder
    steps = (said(0), said(1))
    (folder / f"{answer.id}.jsonl").write_bytes(b"".join(line(step) for step in steps))
    with running(tmp_path, address=address) as here:
        eventually(lambda: not here.outbox.all_waiting())
        assert here.store.answer(owner, answer.id).raw == "words 0 words 1"


def test_words_said_after_those_that_waited_elsewhere_are_stored_too(
    address: str, tmp_path: Path, speech: Samples
) -> None:
    with running(tmp_path / "a", address=address) as here:
        owner, answer = an_answer(here)
        here.afterwards.places.take(owner, answer.id)
        here.store.append_segment(owner, answer.id, 0, segment(0))
        folder = here.place.folder
    later = Said(number=1, segment=Segment(start=600.0, end=602.0, text="came late"))
    (folder / f"{answer.id}.jsonl").write_bytes(line(later))
    with running(tmp_path / "b", address=address) as there:
        live = there.spoken.listen(owner, question_of(there, owner, answer))
        assert live is not None
        with running(tmp_path / "a", address=address) as here:
            eventually(lambda: not here.outbox.all_waiting())
        speak(live, speech)  # numbered 1 as well
        said_now = live.snapshot().transcript.segments[-1].text
        eventually(lambda: len(there.store.answer(owner, answer.id).segments) == 3)
        stored = there.store.answer(owner, answer.id).segments
        assert {one.text for one in stored} == {"words 0", said_now, "came late"}
        assert not live.snapshot().problem


def test_who_only_looks_takes_the_answer_away_from_nobody(
    address: str, tmp_path: Path, speech: Samples
) -> None:
    with (
        running(tmp_path / "a", address=address) as here,
        running(tmp_path / "b", address=address) as there,
    ):
        owner = candidate(here)
        interview, question = begin(here, owner)
        first = here.spoken.listen(owner, question)
        assert first is not None
        ours = first.take_over()
        speak(first, speech)
        seen = there.interviews.standing(owner, interview).answer
        assert seen is not None
        assert there.spoken.listen(owner, question, seen=seen) is None
        assert there.interviews.answer(owner, seen).state is AnswerState.OPEN
        assert here.store.answer(owner, seen.id).place == here.place.id
        speak(first, speech)
        eventually(lambda: len(there.store.answer(owner, seen.id).segments) == 2)
        assert first.snapshot().source == ours

        assert there.spoken.listen(owner, question) is not None, "start was pressed"
        speak(first, speech)
        eventually(lambda: here.ears.get(seen.id) is None)
        assert first.snapshot().source != ours, "the first screen is told"
        moved = here.interviews.standing(owner, interview).answer
        assert here.spoken.listen(owner, question, seen=moved) is None
        assert here.store.answer(owner, seen.id).place == there.place.id


def test_who_looks_hears_on_what_a_dead_machine_heard(
    address: str, tmp_path: Path, speech: Samples
) -> None:
    with running(tmp_path / "a", address=address) as here:
        owner = candidate(here)
        interview, question = begin(here, owner)
        live = here.spoken.listen(owner, question)
        assert live is not None
        speak(live, speech)
    soon = timedelta(seconds=0.2)
    with running(tmp_path / "b", address=address, dead_after=soon, round_s=0.1) as there:
        eventually(lambda: there.afterwards.places._in_touch())
        seen = there.interviews.standing(owner, interview).answer
        assert seen is not None
        assert there.spoken.listen(owner, question, seen=seen) is not None
        assert there.store.answer(owner, seen.id).place == there.place.id


def test_an_interview_can_be_ended_from_another_device(
    address: str, tmp_path: Path, speech: Samples
) -> None:
    with (
        running(tmp_path / "a", address=address) as here,
        running(tmp_path / "b", address=address) as there,
    ):
        owner = candidate(here)
        interview, question = begin(here, owner)
        live = here.spoken.listen(owner, question)
        assert live is not None
        speak(live, speech)
        answer = answer_to(here, owner, question)
        eventually(lambda: len(there.store.answer(owner, answer.id).segments) == 1)
        there.interviews.end(owner, interview)
        ended = there.store.answer(owner, answer.id)
        assert (ended.state, ended.pending) == (AnswerState.SUBMITTED, False)


def test_a_place_gives_its_sign_of_life_while_an_upload_hangs(tmp_path: Path) -> None:
    with running(tmp_path, round_s=0.02, seen_every_s=0.02) as here:
        hangs = threading.Event()
        busy = here.afterwards._thread.submit(hangs.wait, 60)
        eventually(busy.running)

        def seen() -> datetime:
            with reading(here.database, SERVICE) as db:
                seen_at = db.scalar(select(PlaceRow.seen_at).where(PlaceRow.id == here.place.id))
            return seen_at or datetime.min.replace(tzinfo=UTC)

        try:
            for _ in range(3):
                before = seen()
                eventually(lambda before=before: seen() > before)
        finally:
            hangs.set()


class KeepingWhoseStoreIsAway:
    """The real one, but for shipping: it notes each try and fails."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping
        self.recordings = SimpleNamespace(remote=True)
        self.tries: list[UUID] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._keeping, name)

    def ship(self, answer_id: UUID, _owner: UUID, _interview_id: UUID) -> None:
        self.tries.append(answer_id)
        raise RecordingsAway("The store of recordings is away.")


def test_a_store_of_recordings_that_is_away_is_tried_once_in_a_round(tmp_path: Path) -> None:
    with running(tmp_path, round_s=0.02) as here:
        away_now = KeepingWhoseStoreIsAway(here.keeping)
        for _ in range(2):
            owner = candidate(here)
            _, question = begin(here, owner)
            here.spoken.listen(owner, question)
        first, _second = here.afterwards._given
        here.afterwards.keeping = cast(Keeping, away_now)
        eventually(lambda: len(away_now.tries) >= 4)
        assert set(away_now.tries) == {first}


def test_what_is_deleted_on_one_machine_leaves_no_sound_on_another(
    tmp_path: Path, speech: Samples
) -> None:
    one = f"sqlite:///{tmp_path / 'shared.db'}"
    with (
        running(tmp_path / "a", address=one, round_s=0.05, catch_up_s=0.05) as here,
        running(tmp_path / "b", address=one) as there,
    ):
        owner, stays = candidate(here), candidate(here)
        answers = []
        for who in (owner, stays):
            _, question = begin(here, who)
            live = here.spoken.listen(who, question)
            assert live is not None
            speak(live, speech)
            answers.append(answer_to(here, who, question))
        deleted, kept = answers
        part = here.ears.spool_path(deleted.id).with_suffix(".pcm.rebuilt")
        part.write_bytes(b"sound")  # of a process that was killed
        there.belongings.forget(owner)
        eventually(lambda: here.ears.get(deleted.id) is None)
        eventually(lambda: not here.ears.spool_path(deleted.id).exists())
        eventually(lambda: not part.exists())
        assert here.ears.spool_path(kept.id).exists()
        assert here.ears.get(kept.id) is not None


def test_an_attempt_that_was_put_aside_elsewhere_leaves_no_sound_here(
    tmp_path: Path, speech: Samples
) -> None:
    one = f"sqlite:///{tmp_path / 'shared.db'}"
    with (
        running(tmp_path / "a", address=one, round_s=0.05, catch_up_s=0.05) as here,
        running(tmp_path / "b", address=one) as there,
    ):
        owner = candidate(here)
        _, question = begin(here, owner)
        live = here.spoken.listen(owner, question)
        assert live is not None
        speak(live, speech)
        answer = answer_to(here, owner, question)
        here.ears.close(answer.id)  # nobody spoke for long
        there.interviews.record_again(owner, answer)
        eventually(lambda: not here.ears.spool_path(answer.id).exists())


def test_what_is_heard_here_is_forgotten_when_it_is_over(tmp_path: Path, speech: Samples) -> None:
    with running(tmp_path, round_s=0.02) as here:
        owner = candidate(here)
        _, question = begin(here, owner)
        for _ in range(3):
            live = here.spoken.listen(owner, question)
            assert live is not None
            here.interviews.record_again(owner, answer_to(here, owner, question))
        assert not here.afterwards._given
        live = here.spoken.listen(owner, question)
        answer = answer_to(here, owner, question)
        assert set(here.afterwards._given) == {answer.id}
        here.ears.close(answer.id)  # nobody spoke for long
        eventually(lambda: not here.afterwards._given)


def test_lines_behind_one_that_was_cut_off_stay_lines(tmp_path: Path) -> None:
    first, second = take_place(tmp_path), take_place(tmp_path)
    name = f"{uuid4()}.jsonl"
    (first.folder / name).write_bytes(line(said(0)) + line(said(1))[:-9])
    (second.folder / name).write_bytes(line(said(2)))
    first.release()
    second.release()
    alone = take_place(tmp_path)
    lines = (alone.folder / name).read_bytes().splitlines(keepends=True)
    assert [lines[0], lines[2]] == [line(said(0)), line(said(2))]
    assert len(lines) == 3
    alone.release()


def test_what_another_living_machine_hears_is_left_to_it(
    address: str, tmp_path: Path, speech: Samples
) -> None:
    with running(tmp_path / "a", address=address, model=str(tmp_path / "none")) as here:
        owner = candidate(here)
        _, question = begin(here, owner)
        live = here.spoken.listen(owner, question)
        assert live is not None
        live.hear_samples(speech)
        live.finish()
        assert live.wait_finished(20)
        answer = answer_to(here, owner, question)
        assert answer.pending
        with running(tmp_path / "b", address=address) as there:
            there.afterwards.catch_up()
            assert there.store.answer(owner, answer.id).pending, "its sound is on the other machine"
    soon = timedelta(seconds=0.2)
    with running(tmp_path / "b", address=address, dead_after=soon, round_s=0.1) as there:
        eventually(lambda: there.afterwards.places._in_touch())
        there.afterwards.catch_up()
        assert not there.store.answer(owner, answer.id).pending, "that machine has died"


def test_on_a_file_nothing_ever_waits(tmp_path: Path) -> None:
    with running(tmp_path) as here:
        owner, answer = an_answer(here)
        assert here.outbox.put(answer.id, said(0), owner=owner)
        assert here.interviews.back()
        assert not here.outbox.all_waiting()


def test_what_waits_is_bounded_and_says_so(address: str, tmp_path: Path) -> None:
    engine = open_database(address)
    place = take_place(tmp_path)
    outbox = Outbox(engine, place.folder, Places(engine, place.id))
    outbox.shutdown()
    answer = uuid4()
    with away():
        big = Edited(text="x" * 8_000_000)
        for _ in range(8):
            assert not outbox.put(answer, big)
        with pytest.raises(StorageError, match="Too much"):
            outbox.put(answer, big)
    assert len(outbox.waiting(answer)) == 8
    engine.dispose()
