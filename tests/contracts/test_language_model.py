"""What every language model promises, tried on a server that misbehaves on command."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from benchmarks.loopback_model import Asked, LoopbackModel, loopback_model
from services.adapters.gemini import Gemini, gemini_client
from services.adapters.openai_compatible import OpenAICompatible
from services.domain import Turn
from services.errors import (
    LanguageModelError,
    ModelBusy,
    ModelFailing,
    ModelKeyRefused,
    ModelMissing,
    ModelUnreachable,
    ReplyBlocked,
    ReplyBroken,
    RequestRefused,
    SpendLimitReached,
)
from services.ports import LanguageModel, Prompt, Purpose, Spend
from tests.services.adapters.accounts import Account

KEY = "a-key-that-nobody-may-see"
ATTEMPTS = 3
TIMEOUT_S = 0.5


class Part(BaseModel, frozen=True):
    name: str
    level: Annotated[int, Field(ge=1, le=5)]


class Judged(BaseModel, frozen=True):
    parts: Annotated[tuple[Part, ...], Field(min_length=1, max_length=3)]
    summary: str = ""


GOOD = {"parts": [{"name": "clarity", "level": 4}], "summary": "Good."}
TEXT = "You gave no figure, so the result stays a claim."


def answer(asked: Asked) -> dict[str, object] | str:
    return TEXT if asked.stream else GOOD


@pytest.fixture(scope="module")
def running() -> Iterator[LoopbackModel]:
    with loopback_model(answer) as server:
        yield server


@pytest.fixture
def server(running: LoopbackModel) -> LoopbackModel:
    running.behave()
    running.log.clear()
    running.retry_after_s = 0.01
    return running


@dataclass
class Made:
    """One adapter on the server, and who pays."""

    model: LanguageModel
    account: Account
    again: Callable[[float, Spend], LanguageModel] = field(repr=False)

    def within(self, timeout_s: float) -> LanguageModel:
        return self.again(timeout_s, self.account)


def gemini(server: LoopbackModel, timeout_s: float, spend: Spend) -> LanguageModel:
    return Gemini(
        gemini_client(KEY, server.gemini_url, timeout_s, attempts=ATTEMPTS, pause_s=0.01),
        rating_model="rates",
        planning_model="plans",
        fallback_model="falls-back",
        spend=spend,
        on_fallback=lambda gone, instead: None,
    )


def openai(server: LoopbackModel, timeout_s: float, spend: Spend) -> LanguageModel:
    return OpenAICompatible(
        server.openai_url, key=KEY, model="local", timeout_s=timeout_s, spend=spend,
        attempts=ATTEMPTS, pause_s=0.01,
    )  # fmt: skip


@pytest.fixture(params=[gemini, openai], ids=["gemini", "openai"])
def made(request: pytest.FixtureRequest, server: LoopbackModel) -> Made:
    account = Account()
    return Made(
        request.param(server, 20.0, account),
        account,
        lambda timeout_s, spend: request.param(server, timeout_s, spend),
    )


PROMPT = Prompt(Purpose.RATE, "Rate the answer.", "I led the team to a good end.")
TALK = Prompt(Purpose.TALK, "Talk about the rating.", "The rating is 4 of 10. Why?")

# What happens -> what is raised. A 429 or a 5xx is tried again by the adapter itself.
REFUSED = [
    pytest.param([401], ModelKeyRefused, id="401"),
    pytest.param([403], ModelKeyRefused, id="403"),
    pytest.param([400], RequestRefused, id="400"),
    pytest.param([404, 404], ModelMissing, id="404"),
    pytest.param([429] * ATTEMPTS, ModelBusy, id="429"),
    pytest.param([500] * ATTEMPTS, ModelFailing, id="500"),
    pytest.param([503] * ATTEMPTS, ModelFailing, id="503"),
    pytest.param(["prompt_block"], ReplyBlocked, id="prompt block"),
    pytest.param(["safety"], ReplyBlocked, id="safety"),
    pytest.param(["drop"] * ATTEMPTS, ModelUnreachable, id="drop"),
    pytest.param(["portal"], ModelUnreachable, id="portal"),
]
BROKEN = ["bad_json", "max_tokens", "empty", "huge", "html", "wrong_shape", "flood"]


def test_a_reply_has_the_asked_shape_and_is_counted(made: Made, server: LoopbackModel) -> None:
    judged = made.model.reply(PROMPT, Judged)
    assert judged == Judged.model_validate(GOOD)
    (asked,) = server.log
    assert asked.instructions == PROMPT.instructions
    assert asked.text == PROMPT.text
    assert asked.keys == ("parts", "summary")
    assert asked.schema["required"] == ["parts", "summary"]
    assert asked.temperature == PROMPT.temperature
    assert asked.most_tokens >= PROMPT.most_tokens
    assert asked.key == KEY
    assert asked.model == made.model.name(Purpose.RATE)
    assert made.account.allowed == 1
    assert made.account.tokens == [(asked.tokens, len(json.dumps(GOOD)) // 4 + 1)]


@pytest.mark.parametrize(("steps", "error"), REFUSED)
def test_a_failure_is_an_error_of_ours_and_the_next_call_works(
    made: Made, server: LoopbackModel, steps: list[int | str], error: type[LanguageModelError]
) -> None:
    server.misbehave(*steps)
    with pytest.raises(error) as raised:
        made.model.reply(PROMPT, Judged)
    assert raised.value.message
    assert raised.value.remedy
    assert made.account.allowed >= 1
    server.behave()
    assert made.model.reply(PROMPT, Judged).parts


@pytest.mark.parametrize(("steps", "error"), REFUSED)
def test_a_failure_is_the_same_error_in_a_streamed_text(
    made: Made, server: LoopbackModel, steps: list[int | str], error: type[LanguageModelError]
) -> None:
    server.misbehave(*steps)
    with pytest.raises(error):
        list(made.model.stream(TALK))
    server.behave()
    assert "".join(made.model.stream(TALK)) == TEXT


@pytest.mark.parametrize("step", BROKEN)
def test_a_broken_reply_is_asked_for_once_more(
    made: Made, server: LoopbackModel, step: str
) -> None:
    server.misbehave(step)
    assert made.model.reply(PROMPT, Judged).parts[0].level == 4
    first, second = server.log
    assert second.text.startswith(first.text)
    assert "could not be used" in second.text
    assert made.account.allowed == 2
    # A response that was never read to its end cannot be counted.
    assert len(made.account.tokens) == (1 if step == "flood" else 2)


@pytest.mark.parametrize("step", BROKEN)
def test_a_reply_that_is_broken_twice_is_an_error(
    made: Made, server: LoopbackModel, step: str
) -> None:
    server.misbehave(step, step)
    with pytest.raises(ReplyBroken) as raised:
        made.model.reply(PROMPT, Judged)
    assert made.account.allowed == len(server.log) == 2
    assert raised.value.wait_s
    assert made.model.reply(PROMPT, Judged).parts


@pytest.mark.parametrize("step", ["slow", "never"])
def test_what_takes_longer_than_the_time_out_is_unreachable(
    made: Made, server: LoopbackModel, step: str
) -> None:
    server.misbehave(*[step] * ATTEMPTS)
    with pytest.raises(ModelUnreachable):
        made.within(TIMEOUT_S).reply(PROMPT, Judged)
    server.behave()
    assert made.model.reply(PROMPT, Judged).parts


@pytest.mark.parametrize("step", ["slow", "never"])
def test_a_stream_that_says_nothing_ends_too(made: Made, server: LoopbackModel, step: str) -> None:
    server.misbehave(*[step] * ATTEMPTS)
    with pytest.raises(ModelUnreachable):
        list(made.within(0.2).stream(TALK))


def test_a_failure_that_passes_is_not_seen(made: Made, server: LoopbackModel) -> None:
    server.misbehave(429, 503)
    assert made.model.reply(PROMPT, Judged).parts
    assert len(server.log) == 3
    assert made.account.allowed == 1  # one call of ours


@pytest.mark.parametrize("wait_s", [0.02, 12.0, 38_400.0])
def test_a_busy_model_says_when_to_come_back(
    made: Made, server: LoopbackModel, wait_s: float
) -> None:
    server.retry_after_s = wait_s
    server.misbehave(*[429] * ATTEMPTS)
    with pytest.raises(ModelBusy) as raised:
        made.model.reply(PROMPT, Judged)
    assert raised.value.wait_s == wait_s


def test_no_server_at_all_is_unreachable(made: Made) -> None:
    with loopback_model(answer) as gone:
        pass
    for make in (gemini, openai):
        with pytest.raises(ModelUnreachable):
            make(gone, 5.0, made.account).reply(PROMPT, Judged)
    assert made.account.tokens == []


def test_a_revoked_key_is_refused_and_a_new_one_works(made: Made, server: LoopbackModel) -> None:
    server.revoked.add(KEY)
    with pytest.raises(ModelKeyRefused):
        made.model.reply(PROMPT, Judged)
    with pytest.raises(ModelKeyRefused):
        list(made.model.stream(TALK))
    server.revoked.clear()
    assert made.model.reply(PROMPT, Judged).parts


def test_an_account_with_nothing_left_stops_the_call_before_it_is_made(
    made: Made, server: LoopbackModel
) -> None:
    made.account.calls_left = 0
    with pytest.raises(SpendLimitReached):
        made.model.reply(PROMPT, Judged)
    with pytest.raises(SpendLimitReached):
        list(made.model.stream(TALK))
    assert server.log == []


def test_an_account_pays_for_the_repair_round_too(made: Made, server: LoopbackModel) -> None:
    made.account.calls_left = 1
    server.misbehave("bad_json")
    with pytest.raises(SpendLimitReached):
        made.model.reply(PROMPT, Judged)
    assert len(server.log) == 1


def test_a_text_comes_in_pieces_and_is_counted_once(made: Made, server: LoopbackModel) -> None:
    pieces = list(made.model.stream(TALK))
    assert len(pieces) > 3
    assert "".join(pieces) == TEXT
    (asked,) = server.log
    assert asked.stream
    assert made.account.tokens == [(asked.tokens, len(TEXT) // 4 + 1)]


def test_a_text_that_nobody_reads_on_is_counted_too(made: Made) -> None:
    pieces = made.model.stream(TALK)
    assert next(pieces)
    del pieces
    assert len(made.account.tokens) == 1
    assert "".join(made.model.stream(TALK)) == TEXT


@pytest.mark.parametrize("step", ["empty", "max_tokens", "huge"])
def test_a_text_that_is_empty_cut_or_endless_is_an_error(
    made: Made, server: LoopbackModel, step: str
) -> None:
    server.misbehave(step)
    with pytest.raises(ReplyBroken):
        list(made.model.stream(TALK))
    assert len(made.account.tokens) == 1


def test_a_model_that_refuses_a_schema_is_told_it_in_words_from_then_on(
    made: Made, server: LoopbackModel
) -> None:
    server.disliked.add("schema")
    assert made.model.reply(PROMPT, Judged).parts
    assert made.model.reply(PROMPT, Judged).parts
    first, second, third = server.log
    assert first.schema
    assert not second.schema
    assert not third.schema
    assert '"summary"' in third.instructions
    assert made.account.allowed == 3  # the refused request was an exchange too
    assert len(made.account.tokens) == 2


def test_another_account_pays_on_the_same_model(made: Made, server: LoopbackModel) -> None:
    other = Account()
    model = made.model
    assert isinstance(model, Gemini | OpenAICompatible)
    server.disliked.add("schema")
    assert model.paid_by(other).reply(PROMPT, Judged).parts
    assert made.account.allowed == 0
    assert other.allowed == 2
    model.reply(PROMPT, Judged)
    assert made.account.allowed == 1  # it knows what the other has learned


def test_many_threads_may_call_at_once(made: Made, server: LoopbackModel) -> None:
    replies: list[Judged] = []
    threads = [
        threading.Thread(target=lambda: replies.append(made.model.reply(PROMPT, Judged)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(replies) == len(server.log) == made.account.allowed == 8


SAID = "I was let go after the merger"


@pytest.mark.parametrize("step", ["ok", 401, 400, 429, 503, "portal", "bad_json", "drop", "safety"])
def test_neither_the_key_nor_a_word_is_logged_or_told(
    made: Made, server: LoopbackModel, step: int | str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.misbehave(*[step] * ATTEMPTS)
    failure: LanguageModelError | None = None
    try:
        made.model.reply(Prompt(Purpose.RATE, "Rate it.", SAID), Judged)
    except LanguageModelError as error:
        failure = error
    assert (failure is None) == (step == "ok")
    told = [record.getMessage() for record in caplog.records] + [str(failure), repr(failure)]
    told += [repr(made.model), caplog.text]
    assert not [text for text in told if KEY in text or SAID in text or "Good." in text]
    # Of the libraries below nothing at all, addresses included.
    below = ("google_genai", "httpx2", "httpcore2")
    assert not [record for record in caplog.records if record.name.startswith(below)]
    if failure:
        assert failure.__suppress_context__ or failure.__context__ is None


def test_the_turns_of_a_talk_come_in_their_order(made: Made, server: LoopbackModel) -> None:
    turns = (
        Turn(by_candidate=True, text="Why only a 3?"),
        Turn(by_candidate=False, text="There was no result."),
        Turn(by_candidate=True, text="What would one be?"),
    )
    list(made.model.stream(Prompt(Purpose.TALK, "Talk.", "The answer.", turns)))
    (asked,) = server.log
    assert asked.turns == (
        (True, "The answer.\n\nWhy only a 3?"),
        (False, "There was no result."),
        (True, "What would one be?"),
    )


def test_in_many_calls_of_which_every_third_fails_the_others_work(
    made: Made, server: LoopbackModel
) -> None:
    server.every(3, 400)
    works = []
    for _ in range(9):
        try:
            works.append(bool(made.model.reply(PROMPT, Judged).parts))
        except RequestRefused:
            works.append(False)
    assert works == [True, True, False] * 3
    assert len(made.account.tokens) == 6
