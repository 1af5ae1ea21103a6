"""Links for mentors: what they open, for how long, and that they open nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.accounts.secret import fingerprint
from services.accounts.throttle import LINKS, Throttle
from services.domain import (
    MOST_SHARES,
    NOTE_LIMIT,
    AnswerState,
    Evidence,
    Interview,
    Preferences,
    Share,
    SharePart,
)
from services.errors import InvalidInput, NotFound, TooManyAttempts
from services.keeping import Keeping
from services.sharing import Sharing
from services.storage.recordings import Recordings
from services.storage.store import Store
from tests.logs import said, secret
from tests.services.storage.stored import (
    Clock,
    a_database,
    a_rating,
    a_submitted_answer,
    a_user,
    an_interview,
)

EVERYTHING = tuple(SharePart)
WORDS = said("I asked the night shift what slowed them down before I changed anything.")
HOME = "203.0.113.7"


@dataclass
class Desk:
    """Two candidates, each with an interview, and what shares them."""

    store: Store
    sharing: Sharing
    clock: Clock
    ada: UUID
    eve: UUID
    interview: Interview
    answer_id: UUID
    theirs: Interview

    def link(self, *parts: SharePart, days: int = 7, name: str = "Anna") -> tuple[Share, str]:
        share, token = self.sharing.share(self.ada, self.interview.id, name, days, parts)
        return share, secret(token)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    engine, clock = a_database(tmp_path), Clock()
    store = Store(engine, clock)
    ada, eve = a_user(engine, "Ada"), a_user(engine, "Eve")
    interview, theirs = an_interview(store, ada), an_interview(store, eve)
    answer = a_submitted_answer(store, ada, interview.questions[0].id, WORDS)
    a_submitted_answer(store, eve, theirs.questions[0].id, "Nothing for others.")
    keeping = Keeping(store, Recordings(tmp_path / "recordings"), lambda _: tmp_path / "none")
    sharing = Sharing(store, Throttle(engine, clock), keeping, clock)
    yield Desk(store, sharing, clock, ada, eve, interview, answer.id, theirs)
    engine.dispose()


def test_a_link_shows_the_questions_and_only_what_it_includes(desk: Desk) -> None:
    desk.store.add_rating(desk.ada, desk.answer_id, a_rating(2, 4))
    _, bare = desk.link()
    shown = desk.sharing.open(bare)
    assert [item.text for item in shown.items] == ["Question 1?", "Question 2?"]
    answer = shown.items[0].answer
    assert answer is not None
    assert (answer.words, answer.recording, answer.rating) == (None, None, None)
    assert not answer.spoken
    assert shown.items[1].answer is None
    told = shown.model_dump_json()
    assert "model answer" not in told
    assert "first point" not in told
    assert "Ada" not in told
    _, whole = desk.link(*EVERYTHING)
    answer = desk.sharing.open(whole).items[0].answer
    assert answer is not None
    assert answer.words == WORDS
    assert answer.rating is not None


def test_the_secret_is_stored_as_its_hash_only_and_told_once(desk: Desk) -> None:
    share, token = desk.link()
    assert token not in share.model_dump_json()
    assert desk.store.share_by_hash(token, desk.clock()) is None
    assert desk.store.share_by_hash(fingerprint(token), desk.clock()) is not None
    with pytest.raises(NotFound):
        desk.sharing.open(fingerprint(token))


def test_what_is_not_submitted_yet_is_not_shown(desk: Desk) -> None:
    from services.domain import AnswerMode

    second = desk.interview.questions[1]
    opened = desk.store.open_answer(desk.ada, second.id, AnswerMode.TYPED)
    desk.store.save_draft(desk.ada, opened.id, "half a thought")
    _, token = desk.link(*EVERYTHING)
    assert desk.sharing.open(token).items[1].answer is None
    with pytest.raises(NotFound):
        desk.sharing.note(token, opened.id, "Anna", {}, "hm")


def test_expired_ended_deleted_and_guessed_links_are_the_same(desk: Desk) -> None:
    ended, ended_token = desk.link()
    desk.sharing.revoke(desk.ada, ended.id)
    _, day = desk.link(days=1)
    desk.clock.advance(days=1)
    told = set()
    for token in (
        ended_token,
        day,
        "A" * 43,
        "",
        "x",
        "' OR 1=1 --",
        "é" * 43,
        "A" * 10_000,
        "\x00",
    ):
        for asked in (
            lambda token=token: desk.sharing.open(token),
            lambda token=token: desk.sharing.note(token, desk.answer_id, "Anna", {}, "x"),
            lambda token=token: desk.sharing.recorded(token, desk.answer_id),
        ):
            with pytest.raises(NotFound) as refused:
                asked()
            told.add((refused.value.message, refused.value.remedy))
    _, live = desk.link()
    desk.store.delete_interview(desk.ada, desk.interview.id)
    with pytest.raises(NotFound) as refused:
        desk.sharing.open(live)
    told.add((refused.value.message, refused.value.remedy))
    assert len(told) == 1


def test_guesses_from_one_address_are_slowed_down_and_links_that_work_go_on(desk: Desk) -> None:
    _, token = desk.link()
    for _ in range(LINKS.address_limit):
        with pytest.raises(NotFound):
            desk.sharing.open("A" * 43, HOME)
    with pytest.raises(TooManyAttempts):
        desk.sharing.open("A" * 43, HOME)
    assert desk.sharing.open(token, HOME)
    with pytest.raises(NotFound):
        desk.sharing.open("A" * 43, "203.0.113.8")
    desk.clock.advance(minutes=16)
    with pytest.raises(NotFound):
        desk.sharing.open("A" * 43, HOME)


def test_ratings_without_the_words_quote_none_of_them(desk: Desk) -> None:
    said_in = {"strengths": (WORDS,), "improvements": (WORDS,), "improved_answer": WORDS}
    rating = a_rating(2, 4, next_action=WORDS, **said_in)
    quoting = {"evidence": (Evidence(start=0, end=len(WORDS), quote=WORDS),), "reason": WORDS}
    scores = tuple(score.model_copy(update=quoting) for score in rating.scores)
    rating = rating.model_copy(update={"scores": scores})
    desk.store.add_rating(desk.ada, desk.answer_id, rating)
    _, token = desk.link(SharePart.RATINGS, SharePart.DELIVERY, SharePart.RECORDING)
    shown = desk.sharing.open(token)
    answer = shown.items[0].answer
    assert answer is not None
    assert answer.rating is not None
    assert [score.level for score in answer.rating.scores] == [2, 4]
    assert WORDS not in shown.model_dump_json()
    _, whole = desk.link(SharePart.RATINGS, SharePart.WORDS)
    assert desk.sharing.open(whole).model_dump_json().count(WORDS) > 2


def test_an_answer_that_is_skipped_stays_so_and_what_was_rated_stays_too(desk: Desk) -> None:
    desk.store.add_rating(desk.ada, desk.answer_id, a_rating(2, 4))
    here = frozenset({desk.interview.id})
    assert desk.sharing.kept_back(desk.ada, frozenset()) == here
    assert desk.sharing.kept_back(desk.ada, frozenset({desk.answer_id})) == frozenset()
    assert desk.sharing.kept_back(desk.eve, frozenset()) == frozenset()
    desk.sharing.skip_self(desk.eve, {desk.answer_id})
    assert desk.sharing.kept_back(desk.ada, frozenset()) == here
    desk.sharing.skip_self(desk.ada, {desk.answer_id, uuid4()})
    assert desk.sharing.kept_back(desk.ada, frozenset()) == frozenset()
    assert desk.sharing.views(desk.ada, desk.interview.id).own[desk.answer_id].levels == {}
    desk.sharing.rate_self(desk.ada, desk.answer_id, {"structure": 3})
    desk.sharing.skip_self(desk.ada, {desk.answer_id})
    own = desk.sharing.views(desk.ada, desk.interview.id).own
    assert own[desk.answer_id].levels == {"structure": 3}


def test_nobody_is_asked_about_an_answer_of_long_ago_or_against_their_wish(desk: Desk) -> None:
    desk.store.add_rating(desk.ada, desk.answer_id, a_rating(2, 4))
    desk.store.keep_preferences(desk.ada, Preferences(self_rating=False))
    assert desk.sharing.kept_back(desk.ada, frozenset()) == frozenset()
    desk.store.keep_preferences(desk.ada, Preferences(self_rating=True))
    assert desk.sharing.kept_back(desk.ada, frozenset())
    desk.clock.advance(days=1, minutes=1)
    desk.store.add_rating(desk.ada, desk.answer_id, a_rating(3, 4))
    assert desk.sharing.kept_back(desk.ada, frozenset()) == frozenset()


def test_nobody_shares_lists_or_ends_what_is_somebody_elses(desk: Desk) -> None:
    share, token = desk.link()
    with pytest.raises(NotFound):
        desk.sharing.share(desk.eve, desk.interview.id, "Mallory", 7, EVERYTHING)
    with pytest.raises(NotFound):
        desk.sharing.revoke(desk.eve, share.id)
    with pytest.raises(NotFound):
        desk.sharing.shares(desk.eve, desk.interview.id)
    assert desk.sharing.open(token)
    desk.sharing.note(token, desk.answer_id, "Anna", {"structure": 4}, "Good.")
    [note] = desk.sharing.views(desk.ada, desk.interview.id).notes
    with pytest.raises(NotFound):
        desk.sharing.views(desk.eve, desk.interview.id)
    desk.sharing.forget_note(desk.eve, note.id)
    assert desk.sharing.views(desk.ada, desk.interview.id).notes == (note,)


def test_a_link_reaches_no_other_answer(desk: Desk) -> None:
    _, token = desk.link(*EVERYTHING)
    theirs = desk.store.review(desk.eve, desk.theirs.id).items[0].answer
    second = an_interview(desk.store, desk.ada)
    other = a_submitted_answer(desk.store, desk.ada, second.questions[0].id)
    assert theirs is not None
    for foreign in (theirs.id, other.id, uuid4()):
        with pytest.raises(NotFound):
            desk.sharing.note(token, foreign, "Anna", {}, "mine")
        with pytest.raises(NotFound):
            desk.sharing.recorded(token, foreign)


def test_a_note_is_kept_at_once_changed_in_place_and_stays_after_the_link(desk: Desk) -> None:
    share, token = desk.link()
    desk.sharing.note(token, desk.answer_id, " Anna  B ", {"structure": 2}, "First.")
    desk.sharing.note(token, desk.answer_id, "Anna", {"structure": 4, "relevance": 5}, "Better.")
    desk.sharing.revoke(desk.ada, share.id)
    [note] = desk.sharing.views(desk.ada, desk.interview.id).notes
    assert (note.mentor, note.note) == ("Anna", "Better.")
    assert note.levels == {"structure": 4, "relevance": 5}
    with pytest.raises(NotFound):
        desk.sharing.note(token, desk.answer_id, "Anna", {}, "Too late.")
    desk.sharing.forget_note(desk.ada, note.id)
    assert desk.sharing.views(desk.ada, desk.interview.id).notes == ()


def test_control_characters_and_marks_of_direction_do_not_get_in(desk: Desk) -> None:
    _, token = desk.link(name="An\x00na\u202e")
    text = "<b>one</b>\x00\x1b[31m\n\ttwo \u202ethree \ud800 \u0939\u094d\u200d"
    desk.sharing.note(token, desk.answer_id, "M\x07\nallory", {}, text)
    [note] = desk.sharing.views(desk.ada, desk.interview.id).notes
    assert note.mentor == "M allory" or note.mentor == "Mallory"
    assert note.note.startswith("<b>one</b>[31m\n\ttwo three")
    assert "\u0939\u094d\u200d" in note.note  # a joiner that Hindi is written with
    [share] = desk.sharing.shares(desk.ada, desk.interview.id)
    assert share.name == "Anna"


@pytest.mark.parametrize(
    ("name", "levels", "text"),
    [
        ("", {}, "x"),
        (" \x00 ", {}, "x"),
        ("A" * 81, {}, "x"),
        ("Anna", {}, "x" * (NOTE_LIMIT + 1)),
        ("Anna", {"structure": 0}, ""),
        ("Anna", {"structure": 6}, ""),
        ("Anna", {"structure": True}, ""),
        ("Anna", {"structure": 2.5}, ""),
        ("Anna", {"salary": 3}, ""),
    ],
)
def test_what_is_no_view_of_an_answer_is_refused(
    desk: Desk, name: str, levels: dict[str, int], text: str
) -> None:
    _, token = desk.link()
    with pytest.raises(InvalidInput):
        desk.sharing.note(token, desk.answer_id, name, levels, text)
    assert desk.sharing.views(desk.ada, desk.interview.id).notes == ()


def test_links_are_few_and_short(desk: Desk) -> None:
    with pytest.raises(InvalidInput):
        desk.link(days=365)
    with pytest.raises(InvalidInput):
        desk.link(name="  ")
    first, _ = desk.link()
    for _ in range(MOST_SHARES - 1):
        desk.link()
    with pytest.raises(InvalidInput):
        desk.link()
    desk.sharing.revoke(desk.ada, first.id)
    desk.link()


def test_when_a_link_was_opened_is_known_without_writing_at_every_look(desk: Desk) -> None:
    _, token = desk.link()
    assert desk.sharing.shares(desk.ada, desk.interview.id)[0].opened_at is None
    desk.sharing.open(token)
    first = desk.sharing.shares(desk.ada, desk.interview.id)[0].opened_at
    desk.sharing.open(token)
    assert desk.sharing.shares(desk.ada, desk.interview.id)[0].opened_at == first
    desk.clock.advance(minutes=2)
    desk.sharing.open(token)
    last = desk.sharing.shares(desk.ada, desk.interview.id)[0].opened_at
    assert first is not None
    assert last is not None
    assert last > first


def test_candidates_rate_their_own_submitted_answers_only(desk: Desk) -> None:
    desk.sharing.rate_self(desk.ada, desk.answer_id, {"structure": 3, "relevance": 4})
    own = desk.sharing.views(desk.ada, desk.interview.id).own
    assert own[desk.answer_id].levels == {"structure": 3, "relevance": 4}
    with pytest.raises(NotFound):
        desk.sharing.rate_self(desk.eve, desk.answer_id, {"structure": 1})
    with pytest.raises(InvalidInput):
        desk.sharing.rate_self(desk.ada, desk.answer_id, {})
    skipped = desk.store.skip(desk.ada, desk.interview.questions[1].id)
    assert skipped.state is AnswerState.SKIPPED
    with pytest.raises(NotFound):
        desk.sharing.rate_self(desk.ada, skipped.id, {"structure": 1})


def test_a_guests_links_move_into_the_account_and_still_open(desk: Desk) -> None:
    share, token = desk.link(SharePart.WORDS)
    desk.sharing.note(token, desk.answer_id, "Anna", {"structure": 4}, "Good.")
    desk.store.move_everything(desk.ada, desk.eve)
    shown = desk.sharing.open(token)
    assert shown.items[0].answer is not None
    assert shown.items[0].answer.words == WORDS
    assert [s.id for s in desk.sharing.shares(desk.eve, desk.interview.id)] == [share.id]
    assert len(desk.sharing.views(desk.eve, desk.interview.id).notes) == 1
