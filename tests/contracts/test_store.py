"""What the store promises, whatever database is behind it."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from services.domain import (
    ANSWER_LIMIT,
    AUTO,
    AnswerMode,
    AnswerState,
    InterviewMode,
    InterviewState,
    Job,
    Kind,
    PlanState,
    Preferences,
    RatingState,
    Recording,
    SelfRating,
    Setup,
    SoundFigures,
    Video,
)
from services.errors import AlreadyAnswered, InvalidInput, NotFound
from services.privacy.consent import Consents
from services.progress import progress
from services.storage.database import SERVICE, reading
from services.storage.figures import Done, Means
from services.storage.interviews import Offered
from services.storage.periods import Period
from services.storage.sharing import new_note
from services.storage.store import Store
from tests.services.storage.stored import (
    SETUP,
    a_question,
    a_rating,
    a_segment,
    a_share,
    a_submitted_answer,
    a_user,
    an_interview,
    current_answer,
)

RECORDING = Recording(key="k", media_type="audio/flac", seconds=1.5, size=10)


# --- interviews -------------------------------------------------------------------------------


def test_an_interview_comes_back_as_it_was_planned(store: Store, ada: UUID) -> None:
    questions = [a_question(1), a_question(2, Kind.TECHNICAL)]
    made = store.add_interview(ada, SETUP, questions)
    assert made == store.interview(ada, made.id)
    assert made.setup == SETUP
    assert [q.model_copy(update={"number": 1}) for q in made.questions] == questions
    assert [q.number for q in made.questions] == [1, 2]


def test_the_newest_unfinished_interview_is_the_one_to_go_on_with(store: Store, ada: UUID) -> None:
    assert store.latest_open_interview(ada) is None
    first, second = an_interview(store, ada), an_interview(store, ada)
    assert store.latest_open_interview(ada) == second
    store.finish_interview(ada, second.id)
    store.finish_interview(ada, second.id)
    assert store.latest_open_interview(ada) == first
    finished = store.interview(ada, second.id)
    assert finished.state is InterviewState.FINISHED
    assert finished.finished_at is not None


def test_an_interview_that_was_ended_can_be_gone_on_with(store: Store, ada: UUID) -> None:
    interview = an_interview(store, ada)
    store.finish_interview(ada, interview.id)
    for _ in range(2):
        store.reopen_interview(ada, interview.id)
    assert store.latest_open_interview(ada) == interview


def test_the_last_setup_is_offered_again(store: Store, ada: UUID) -> None:
    assert store.offered(ada).setup is None
    an_interview(store, ada)
    other = Setup(job=Job(position="Architect"))
    store.add_interview(ada, other, [])
    assert store.offered(ada).setup == other


def test_a_detected_language_is_kept_once_and_only_where_one_was_to_be_detected(
    store: Store, ada: UUID
) -> None:
    unsure = store.add_interview(ada, SETUP.model_copy(update={"language": AUTO}), [])
    store.set_language(ada, unsure.id, "de")
    store.set_language(ada, unsure.id, "fr")
    kept = store.interview(ada, unsure.id)
    assert kept.setup == SETUP.model_copy(update={"language": "de"})
    chosen = an_interview(store, ada)
    store.set_language(ada, chosen.id, "de")
    assert store.interview(ada, chosen.id).setup.language == "en"


def test_questions_seen_before_are_known_by_their_source(store: Store, ada: UUID) -> None:
    an_interview(store, ada)
    own = a_question(3).model_copy(update={"source": ""})
    store.add_interview(ada, SETUP, [own])
    assert store.seen_sources(ada) == {"bank:1", "bank:2"}


def test_deleting_an_interview_leaves_nothing(store: Store, ada: UUID, engine: Engine) -> None:
    kept, gone = an_interview(store, ada), an_interview(store, ada)
    for interview in (kept, gone):
        answer = a_submitted_answer(store, ada, interview.questions[0].id)
        store.append_segment(ada, answer.id, 0, a_segment())
        store.add_rating(ada, answer.id, a_rating())
        key = f"{ada}/{interview.id}/{answer.id}.flac"
        store.keep_recording(ada, answer.id, RECORDING.model_copy(update={"key": key}))
    store.delete_interview(ada, gone.id)
    assert [summary.id for summary in store.summaries(ada, 10, 0)] == [kept.id]
    with reading(engine, SERVICE) as db:
        for table in ("questions", "answers", "ratings", "segments", "scores"):
            left = db.scalar(text(f"SELECT count(*) FROM {table}"))
            assert left == {"questions": 2, "scores": 2}.get(table, 1), table
    with pytest.raises(NotFound):
        store.delete_interview(ada, gone.id)


# --- answers ----------------------------------------------------------------------------------


def test_an_answer_grows_segment_by_segment_and_is_submitted(store: Store, ada: UUID) -> None:
    question = an_interview(store, ada).questions[0]
    assert current_answer(store, ada, question.id) is None
    answer = store.open_answer(ada, question.id, AnswerMode.SPOKEN)
    segments = (a_segment("I asked the team"), a_segment("and we fixed it", 5.0))
    for index, segment in enumerate(segments):
        store.append_segment(ada, answer.id, index, segment)
    store.set_sound(ada, answer.id, 9.5, pending=True)
    store.heard(ada, answer.id, pending=False)
    heard = store.answer(ada, answer.id)
    assert (heard.state, heard.segments, heard.sound_s) == (AnswerState.HEARD, segments, 9.5)
    submitted = store.submit(ada, answer.id, "I asked the team and we fixed it well.")
    assert submitted.state is AnswerState.SUBMITTED
    assert submitted.rating_state is RatingState.WAITING
    assert submitted.raw == "I asked the team and we fixed it"
    assert submitted.text == "I asked the team and we fixed it well."
    assert submitted == current_answer(store, ada, question.id)


def test_a_segment_told_twice_is_kept_once_under_whatever_number(store: Store, ada: UUID) -> None:
    answer = store.open_answer(ada, an_interview(store, ada).questions[0].id, AnswerMode.SPOKEN)
    for number in (0, 0, 3):
        store.append_segment(ada, answer.id, number, a_segment("told\x00 often"))
    assert store.answer(ada, answer.id).raw == "told often"


def test_a_segment_whose_number_is_taken_is_kept_all_the_same(store: Store, ada: UUID) -> None:
    answer = store.open_answer(ada, an_interview(store, ada).questions[0].id, AnswerMode.SPOKEN)
    for number, words in ((0, "one"), (2, "three"), (0, "four"), (2, "five"), (1, "two")):
        store.append_segment(ada, answer.id, number, a_segment(words))
    assert store.answer(ada, answer.id).raw == "one two three four five"


def test_two_who_count_alike_at_once_lose_no_word(store: Store, ada: UUID) -> None:
    answer = store.open_answer(ada, an_interview(store, ada).questions[0].id, AnswerMode.SPOKEN)

    def write(who: int) -> None:
        for index in range(8):
            store.append_segment(ada, answer.id, index, a_segment(f"{who} says {index}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert len(store.answer(ada, answer.id).segments) == 32


def test_a_segment_that_is_not_certain_stays_so(store: Store, ada: UUID) -> None:
    answer = store.open_answer(ada, an_interview(store, ada).questions[0].id, AnswerMode.SPOKEN)
    store.append_segment(
        ada, answer.id, 0, a_segment("thank you").model_copy(update={"certain": False})
    )
    store.append_segment(ada, answer.id, 1, a_segment("for asking", 3.0))
    assert [s.certain for s in store.answer(ada, answer.id).segments] == [False, True]


def test_opening_again_resumes_the_open_answer_and_leaves_a_heard_one(
    store: Store, ada: UUID
) -> None:
    question = an_interview(store, ada).questions[0]
    spoken = store.open_answer(ada, question.id, AnswerMode.SPOKEN)
    typed = store.open_answer(ada, question.id, AnswerMode.TYPED)
    assert (typed.id, typed.mode) == (spoken.id, AnswerMode.TYPED)
    store.heard(ada, typed.id, pending=False)
    again = store.open_answer(ada, question.id, AnswerMode.SPOKEN)
    assert (again.id, again.mode, again.state) == (typed.id, AnswerMode.TYPED, AnswerState.HEARD)


def test_record_again_puts_the_attempt_aside_and_counts_the_next(store: Store, ada: UUID) -> None:
    question = an_interview(store, ada).questions[0]
    first = store.open_answer(ada, question.id, AnswerMode.SPOKEN)
    store.append_segment(ada, first.id, 0, a_segment())
    store.replace(ada, first.id)
    store.replace(ada, first.id)
    assert current_answer(store, ada, question.id) is None
    second = store.open_answer(ada, question.id, AnswerMode.SPOKEN)
    assert (second.attempt, second.raw) == (2, "")
    assert store.answer(ada, first.id).raw == "I asked the team"
    store.submit(ada, second.id, "done")
    with pytest.raises(AlreadyAnswered):
        store.replace(ada, second.id)


def test_a_draft_is_kept_until_the_answer_is_decided(store: Store, ada: UUID) -> None:
    question = an_interview(store, ada).questions[0]
    answer = store.open_answer(ada, question.id, AnswerMode.TYPED)
    store.save_draft(ada, answer.id, "half a thou")
    assert store.answer(ada, answer.id).text == "half a thou"
    store.submit(ada, answer.id, "a whole thought")
    with pytest.raises(AlreadyAnswered):
        store.save_draft(ada, answer.id, "too late")
    with pytest.raises(AlreadyAnswered):
        store.open_answer(ada, question.id, AnswerMode.SPOKEN)
    assert store.answer(ada, answer.id).text == "a whole thought"


def test_words_that_come_late_join_an_answer_that_nobody_edited(store: Store, ada: UUID) -> None:
    questions = an_interview(store, ada).questions
    for question, typed, expected in (
        (questions[0], None, "I asked the team and left"),
        (questions[1], "I asked the team ", "I asked the team and left"),
    ):
        answer = store.open_answer(ada, question.id, AnswerMode.SPOKEN)
        store.append_segment(ada, answer.id, 0, a_segment())
        store.heard(ada, answer.id, pending=True)
        store.submit(ada, answer.id, typed)
        store.append_segment(ada, answer.id, 1, a_segment("and left", 5.0))
        assert store.answer(ada, answer.id).text == expected


def test_skipping_keeps_the_words_that_were_said(store: Store, ada: UUID) -> None:
    spoken_to, untouched = an_interview(store, ada).questions
    answer = store.open_answer(ada, spoken_to.id, AnswerMode.SPOKEN)
    store.append_segment(ada, answer.id, 0, a_segment())
    skipped = store.skip(ada, spoken_to.id)
    assert (skipped.id, skipped.state, skipped.raw) == (
        answer.id,
        AnswerState.SKIPPED,
        "I asked the team",
    )
    assert store.skip(ada, spoken_to.id) == skipped
    assert store.skip(ada, untouched.id).state is AnswerState.SKIPPED
    with pytest.raises(AlreadyAnswered):
        store.submit(ada, answer.id, "after all")
    with pytest.raises(AlreadyAnswered):
        store.open_answer(ada, untouched.id, AnswerMode.SPOKEN)


def test_a_submitted_question_cannot_be_skipped(store: Store, ada: UUID) -> None:
    question = an_interview(store, ada).questions[0]
    a_submitted_answer(store, ada, question.id)
    with pytest.raises(AlreadyAnswered):
        store.skip(ada, question.id)


def test_an_answer_longer_than_any_speech_is_refused_and_nothing_is_lost(
    store: Store, ada: UUID
) -> None:
    answer = store.open_answer(ada, an_interview(store, ada).questions[0].id, AnswerMode.TYPED)
    store.save_draft(ada, answer.id, "x" * ANSWER_LIMIT)
    for keep in (store.save_draft, store.submit):
        with pytest.raises(InvalidInput):
            keep(ada, answer.id, "x" * (ANSWER_LIMIT + 1))
    assert len(store.answer(ada, answer.id).text) == ANSWER_LIMIT


@pytest.mark.parametrize("nasty", ["a\x00b", "a\ud800b", "\udfff", "\ud83d\udca1", "💡 ok"])
def test_text_that_databases_refuse_is_cleaned_not_lost(
    store: Store, ada: UUID, nasty: str
) -> None:
    answer = store.open_answer(ada, an_interview(store, ada).questions[0].id, AnswerMode.TYPED)
    store.save_draft(ada, answer.id, nasty)
    submitted = store.submit(ada, answer.id, f"before {nasty} after")
    submitted.text.encode()  # UTF-8 takes it
    assert "\x00" not in submitted.text
    assert submitted.text.startswith("before ")
    store.mark_rating(ada, answer.id, RatingState.FAILED, nasty)
    store.answer(ada, answer.id).rating_problem.encode()


def test_a_nul_in_a_question_or_a_word_is_taken_out(store: Store, ada: UUID) -> None:
    question = a_question().model_copy(update={"key_points": ("a\x00b",), "text": "Why\x00?"})
    interview = store.add_interview(ada, SETUP, [question])
    assert interview.questions[0].key_points == ("ab",)
    assert interview.questions[0].text == "Why?"
    answer = store.open_answer(ada, question.id, AnswerMode.SPOKEN)
    store.append_segment(ada, answer.id, 0, a_segment("n\x00o"))
    assert store.answer(ada, answer.id).segments == (a_segment("no"),)


# --- two tabs ---------------------------------------------------------------------------------


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """The results or exceptions of calls that start at the same moment in threads of their own."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        start.wait(10)
        try:
            return call()
        except (AlreadyAnswered, NotFound) as refused:
            return refused

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def test_of_two_tabs_that_submit_at_once_exactly_one_wins(store: Store, ada: UUID) -> None:
    for question in an_interview(store, ada, questions=8).questions:
        answer = store.open_answer(ada, question.id, AnswerMode.TYPED)
        results = at_once(
            lambda id=answer.id: store.submit(ada, id, "left tab"),
            lambda id=answer.id: store.submit(ada, id, "right tab"),
            lambda id=answer.id: store.submit(ada, id, "third tab"),
        )
        refused = [r for r in results if isinstance(r, AlreadyAnswered)]
        (winner,) = (r for r in results if not isinstance(r, AlreadyAnswered))
        assert len(refused) == 2
        assert store.answer(ada, answer.id) == winner


def test_tabs_that_open_a_question_at_once_share_one_attempt(store: Store, ada: UUID) -> None:
    for question in an_interview(store, ada, questions=5).questions:
        opened = at_once(
            *[lambda id=question.id: store.open_answer(ada, id, AnswerMode.SPOKEN)] * 4
        )
        assert len({answer.id for answer in opened}) == 1
        assert {answer.attempt for answer in opened} == {1}


def test_submit_against_skip_decides_for_one(store: Store, ada: UUID) -> None:
    for question in an_interview(store, ada, questions=8).questions:
        answer = store.open_answer(ada, question.id, AnswerMode.TYPED)
        at_once(
            lambda id=answer.id: store.submit(ada, id, "words"),
            lambda id=question.id: store.skip(ada, id),
        )
        state = store.answer(ada, answer.id).state
        assert state in (AnswerState.SUBMITTED, AnswerState.SKIPPED)


def test_segments_of_many_candidates_at_once_all_arrive(store: Store, engine: Engine) -> None:
    owners = [a_user(engine, f"User {n}") for n in range(4)]
    answers = [
        store.open_answer(o, an_interview(store, o).questions[0].id, AnswerMode.SPOKEN)
        for o in owners
    ]

    def speak(owner: UUID, answer_id: UUID) -> None:
        for index in range(10):
            store.append_segment(owner, answer_id, index, a_segment(f"part {index}"))

    at_once(*[lambda o=o, a=a.id: speak(o, a) for o, a in zip(owners, answers, strict=True)])
    for owner, answer in zip(owners, answers, strict=True):
        assert len(store.answer(owner, answer.id).segments) == 10


# --- ratings ----------------------------------------------------------------------------------


def test_the_latest_rating_counts_and_older_ones_are_kept(
    store: Store, ada: UUID, engine: Engine
) -> None:
    interview = an_interview(store, ada)
    answer = a_submitted_answer(store, ada, interview.questions[0].id)
    first, second = a_rating(2, 2), a_rating(4, 5)
    store.add_rating(ada, answer.id, first)
    store.add_rating(ada, answer.id, second)
    item, unanswered = store.review(ada, interview.id).items
    assert item.rating is not None
    assert item.rating.rated_at is not None
    assert item.rating.model_copy(update={"rated_at": None}) == second
    assert item.answer is not None
    assert item.answer.rating_state is RatingState.RATED
    assert (unanswered.answer, unanswered.rating) == (None, None)
    with reading(engine, SERVICE) as db:
        assert db.scalar(text("SELECT count(*) FROM ratings")) == 2


def test_a_rating_that_failed_says_why_and_a_later_one_clears_it(store: Store, ada: UUID) -> None:
    answer = a_submitted_answer(store, ada, an_interview(store, ada).questions[0].id)
    store.mark_rating(ada, answer.id, RatingState.FAILED, "The coach is away.")
    assert store.answer(ada, answer.id).rating_problem == "The coach is away."
    store.add_rating(ada, answer.id, a_rating())
    assert store.answer(ada, answer.id).rating_problem == ""


def test_what_an_earlier_run_left_is_found_again(store: Store, ada: UUID) -> None:
    waiting, running, rated, skipped = (
        store.open_answer(ada, q.id, AnswerMode.SPOKEN)
        for q in an_interview(store, ada, questions=4).questions
    )
    for answer in (waiting, running, rated):
        store.submit(ada, answer.id, "words")
    store.mark_rating(ada, running.id, RatingState.RUNNING)
    store.add_rating(ada, rated.id, a_rating())
    store.skip(ada, skipped.question_id)
    assert store.due_ratings(10) == ((ada, waiting.id), (ada, running.id))


# --- looking back -----------------------------------------------------------------------------


def test_a_one_way_interview_shows_no_figure_before_its_end(store: Store, ada: UUID) -> None:
    one_way = SETUP.model_copy(update={"mode": InterviewMode.ONE_WAY})
    interview = store.add_interview(ada, one_way, [a_question()])
    answer = a_submitted_answer(store, ada, interview.questions[0].id)
    store.add_rating(ada, answer.id, a_rating(4, 4))
    figures = [store.newest(ada, 1)[0][0].overall, progress(store, ada).trend]
    assert figures == [None, ()]
    store.finish_interview(ada, interview.id)
    assert store.newest(ada, 1)[0][0].overall is not None
    assert [point.interview_id for point in progress(store, ada).trend] == [interview.id]


def test_summaries_are_pages_of_the_history_newest_first(store: Store, ada: UUID) -> None:
    made = [an_interview(store, ada) for _ in range(5)]
    answer = a_submitted_answer(store, ada, made[4].questions[0].id)
    store.add_rating(ada, answer.id, a_rating(3, 5))
    store.skip(ada, made[4].questions[1].id)
    page = store.summaries(ada, 2, 0) + store.summaries(ada, 2, 2) + store.summaries(ada, 2, 4)
    assert [s.id for s in page] == [i.id for i in reversed(made)]
    assert store.count_interviews(ada) == 5
    assert (page[0].question_count, page[0].answered_count, page[0].overall) == (2, 1, 7.5)
    assert (page[1].question_count, page[1].answered_count, page[1].overall) == (2, 0, None)
    assert page[0].overall == store.review(ada, made[4].id).overall


def test_progress_of_somebody_new_is_empty(store: Store, ada: UUID) -> None:
    empty = progress(store, ada)
    assert (empty.interviews_done, empty.answers_given, empty.minutes_spoken) == (0, 0, 0)
    assert empty.trend == empty.criteria == empty.kinds == ()


def test_progress_averages_what_was_rated_and_parts_it_in_halves(store: Store, ada: UUID) -> None:
    for level in (1, 2, 4, 5):
        questions = [a_question(1), a_question(2, Kind.TECHNICAL)]
        interview = store.add_interview(ada, SETUP, questions)
        answer = store.open_answer(ada, interview.questions[0].id, AnswerMode.SPOKEN)
        store.set_sound(ada, answer.id, 90.0, pending=False)
        store.submit(ada, answer.id, "spoken words")
        store.add_rating(ada, answer.id, a_rating(level, 3))
        typed = a_submitted_answer(store, ada, interview.questions[1].id)
        store.add_rating(ada, typed.id, a_rating(1, 1))  # superseded: counts nowhere
        store.add_rating(ada, typed.id, a_rating(3, 3))
    store.finish_interview(ada, interview.id)
    seen = progress(store, ada)
    assert (seen.interviews_done, seen.answers_given, seen.minutes_spoken) == (1, 8, 6.0)
    assert [point.overall for point in seen.trend] == [3.75, 4.375, 5.625, 6.25]
    assert [point.answers for point in seen.trend] == [2, 2, 2, 2]
    relevance, structure = seen.criteria
    assert (relevance.criterion_id, relevance.mean, relevance.answers) == ("relevance", 3.0, 8)
    assert (relevance.earlier, relevance.recent) == (2.25, 3.75)
    assert (structure.earlier, structure.recent) == (3.0, 3.0)
    assert [(k.kind, k.overall, k.answers) for k in seen.kinds] == [
        (Kind.BEHAVIOURAL, 5.0, 4),
        (Kind.TECHNICAL, 5.0, 4),
    ]


def test_points_of_two_coaches_are_never_joined(store: Store, ada: UUID) -> None:
    interview = an_interview(store, ada)
    for question, coach in zip(interview.questions, ("offline", "other"), strict=True):
        answer = a_submitted_answer(store, ada, question.id)
        store.add_rating(ada, answer.id, a_rating(coach=coach))
    points = progress(store, ada).trend
    assert sorted(point.coach for point in points) == ["offline", "other"]
    assert progress(store, ada).criteria[0].earlier is None  # one interview has no halves


# --- somebody else ----------------------------------------------------------------------------

EVER = Period(datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
FREE = {
    "forgotten_guests",
    "owner_of",
    "interviewed",
    "due_ratings",
    "waiting_ratings",
    "next_due",
    "move_everything",
    "removals",
    "share_by_hash",
}
NOTHING = (((), 0), Offered(None, ""), Preferences(), (Done(0, 0, 0.0, ()), Means((), ())))
# What is gone is just not there to take, or to be counted.
CLAIMS = {"claim_rating", "claim_due_rating", "renew_claim", "video_sizes"}
METHODS = [
    name
    for name, _ in inspect.getmembers(Store, inspect.isfunction)
    if not name.startswith("_") and name not in FREE
]


def arguments(method: Callable[..., Any], owner: UUID, ids: dict[str, UUID]) -> list[Any]:
    values: dict[str, Any] = {
        "owner": owner,
        "setup": SETUP,
        "questions": [],
        "more": [a_question(7)],
        "question": a_question(7),
        "plan_state": PlanState.WRITING,
        "earlier": True,
        "due": None,
        "held": None,
        "count": 9,
        "instead_of": uuid4(),
        "lease_s": 60.0,
        "competency": "teamwork",
        "mode": AnswerMode.TYPED,
        "index": 7,
        "segment": a_segment("stolen"),
        "seconds": 1.0,
        "pending": True,
        "text": "stolen",
        "recording": RECORDING,
        "video": Video(key="stolen.webm", media_type="video/webm", seconds=1.0, size=9),
        "state": PlanState.WRITING if method.__name__ == "set_plan" else RatingState.FAILED,
        "problem": "stolen",
        "code": "de",
        "rating": a_rating(1, 1),
        "limit": 10,
        "offset": 0,
        "preferences": Preferences(record_video=True),
        "figures": SoundFigures(step_s=1),
        "share": a_share(),
        "token_hash": "stolen",
        "most": 9,
        "note": new_note(uuid4(), uuid4(), "Eve", {}, "stolen", datetime.now(UTC)),
        "note_id": uuid4(),
        "own": SelfRating(answer_id=uuid4(), levels={"structure": 1}, rated_at=datetime.now(UTC)),
        "now": datetime.now(UTC),
        "at": datetime.now(UTC),
        "answer_ids": {uuid4()},
        "since": datetime(2026, 1, 1, tzinfo=UTC),
        "recent_from": lambda _trend: datetime(2026, 1, 1, tzinfo=UTC),
        "within": EVER,
        "asked_since": datetime(2026, 1, 1, tzinfo=UTC),
        "period": EVER,
        "after": None,
    } | ids
    positional = inspect.Parameter.POSITIONAL_OR_KEYWORD
    taken = inspect.signature(method).parameters.values()
    return [values[p.name] for p in taken if p.kind is positional]


@pytest.mark.parametrize("name", METHODS)
def test_somebody_elses_things_are_as_if_they_were_not_there(
    store: Store, engine: Engine, ada: UUID, name: str
) -> None:
    interview = an_interview(store, ada, questions=3)
    answer = store.open_answer(ada, interview.questions[0].id, AnswerMode.SPOKEN)
    store.append_segment(ada, answer.id, 0, a_segment())
    rated = a_submitted_answer(store, ada, interview.questions[1].id)
    store.add_rating(ada, rated.id, a_rating())
    waiting = a_submitted_answer(store, ada, interview.questions[2].id)
    store.keep_cv(ada, "Nurse since 2019")
    share = a_share()
    store.add_share(ada, interview.id, share, "hash", 9)
    before = store.review(ada, interview.id)
    ids = {
        "interview_id": interview.id,
        "question_id": interview.questions[0].id,
        "parent_id": interview.questions[0].id,
        "answer_id": answer.id,
        "before": answer.id,
        "share_id": share.id,
    }
    eve, method = a_user(engine, "Eve"), getattr(store, name)
    taken = inspect.signature(method).parameters.keys() & ids.keys()
    if name in CLAIMS:
        ids["answer_id"] = waiting.id
        assert not method(*arguments(method, eve, ids))
    elif taken:
        with pytest.raises(NotFound) as theirs:
            method(*arguments(method, eve, ids))
        with pytest.raises(NotFound) as unknown:
            method(*arguments(method, eve, {key: uuid4() for key in ids}))
        assert str(theirs.value) == str(unknown.value)
    elif name != "add_interview":
        result = method(*arguments(method, eve, ids))
        assert not result or result in NOTHING
    assert store.review(ada, interview.id) == before
    assert store.interview(ada, interview.id) == interview
    assert store.cv(ada) == "Nurse since 2019"
    assert store.preferences(ada) == Preferences()
    assert [kept.revoked_at for kept in store.shares(ada, interview.id)] == [None]


def test_every_method_takes_the_owner_first_but_those_of_the_catch_up() -> None:
    for name in METHODS:
        assert list(inspect.signature(getattr(Store, name)).parameters)[1] == "owner", name


# --- judges and writers that were given up ------------------------------------------------------


def test_a_judge_that_was_given_up_cannot_store_what_it_found(store: Store, ada: UUID) -> None:
    answer = a_submitted_answer(store, ada, an_interview(store, ada).questions[0].id)
    slow = store.claim_rating(ada, answer.id, lease_s=0.0)
    quick = store.claim_rating(ada, answer.id, lease_s=60.0)
    assert slow
    assert quick
    assert not store.renew_claim(ada, answer.id, 60.0, slow)
    assert not store.add_rating(ada, answer.id, a_rating(1, 1), held=slow)
    store.mark_rating(ada, answer.id, RatingState.FAILED, "The slow one gave up.", held=slow)
    assert store.answer(ada, answer.id).rating_state is RatingState.RUNNING
    assert store.renew_claim(ada, answer.id, 60.0, quick)
    assert store.add_rating(ada, answer.id, a_rating(4, 4), held=quick)
    item = store.review(ada, answer.interview_id).items[0]
    assert item.rating is not None
    assert [score.level for score in item.rating.scores] == [4, 4]
    assert store.earlier_ratings(ada, answer.id) == ()


def test_a_plan_is_filled_up_once_by_whoever_is_first(store: Store, ada: UUID) -> None:
    interview = store.add_interview(ada, SETUP, [a_question(1)], plan_state=PlanState.WRITING)
    for texts in ((2, 3, 4), (5, 6, 7)):
        more = [a_question(n) for n in texts]
        store.complete_plan(ada, interview.id, more, 3, f"Filled up with {texts[0]}.")
    found = store.interview(ada, interview.id)
    assert [q.text for q in found.questions] == ["Question 1?", "Question 2?", "Question 3?"]
    assert found.plan_state is PlanState.READY
    assert found.plan_problem == "Filled up with 2."


# --- a guest becomes somebody -----------------------------------------------------------------


def test_everything_of_a_guest_moves_into_the_account(
    store: Store, engine: Engine, ada: UUID
) -> None:
    guest = a_user(engine, "Guest")
    own = an_interview(store, ada)
    theirs = an_interview(store, guest)
    answer = store.open_answer(guest, theirs.questions[0].id, AnswerMode.SPOKEN)
    store.append_segment(guest, answer.id, 0, a_segment())
    old_key = f"{guest}/{theirs.id}/{answer.id}.flac"
    store.keep_recording(guest, answer.id, RECORDING.model_copy(update={"key": old_key}))
    store.submit(guest, answer.id, "words")
    store.add_rating(guest, answer.id, a_rating())
    before = store.review(guest, theirs.id)
    store.move_everything(guest, ada)
    after = store.review(ada, theirs.id)
    assert after.overall == before.overall
    moved = after.items[0].answer
    assert moved is not None
    assert moved.segments == (a_segment(),)
    assert moved.recording is not None
    assert moved.recording.key == f"{ada}/{theirs.id}/{answer.id}.flac"
    assert {s.id for s in store.summaries(ada, 10, 0)} == {own.id, theirs.id}
    assert store.count_interviews(guest) == 0
    assert progress(store, guest).criteria == ()
    store.move_everything(guest, ada)
    assert store.count_interviews(ada) == 2


@pytest.mark.parametrize(
    ("guests", "own", "then"),
    [(0, None, 0), (None, None, None), (30, 90, 30), (90, 7, 7), (None, 30, 30), (0, 7, 0)],
)
def test_recordings_are_kept_no_longer_than_the_guest_or_the_account_agreed_to(
    store: Store, engine: Engine, ada: UUID, guests: int | None, own: int | None, then: int | None
) -> None:
    guest = a_user(engine, "Guest")
    consents = Consents(engine)
    consents.give(guest, guests)
    if own is not None:
        consents.give(ada, own)
    store.move_everything(guest, ada)
    with reading(engine, ada) as db:
        assert db.scalar(text("SELECT media_days FROM users")) == then
    assert consents.given(ada)


def test_nothing_moves_to_an_account_that_is_not_there(store: Store, ada: UUID) -> None:
    an_interview(store, ada)
    with pytest.raises(NotFound):
        store.move_everything(ada, uuid4())
    assert store.count_interviews(ada) == 1


def test_an_interview_for_an_account_that_is_gone_is_refused(store: Store) -> None:
    with pytest.raises(NotFound):
        store.add_interview(uuid4(), SETUP, [a_question()])
