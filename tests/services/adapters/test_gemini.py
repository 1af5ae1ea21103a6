"""What is Gemini's own: the model that takes over, thinking, keys and what they may look like."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from benchmarks.loopback_model import LoopbackModel
from services.adapters.gemini import Gemini, check_key, gemini_client
from services.errors import (
    LanguageModelError,
    ModelKeyRefused,
    ModelMissing,
    ModelUnreachable,
    RequestRefused,
)
from services.ports import Prompt, Purpose
from tests.logs import secret
from tests.services.adapters.accounts import Account
from tests.services.adapters.responses import one_response

KEY = secret("AIza-of-nobody")


class Note(BaseModel, frozen=True):
    text: str


@pytest.fixture
def fallbacks() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def model(server: LoopbackModel, fallbacks: list[tuple[str, str]], account: Account) -> Gemini:
    return Gemini(
        gemini_client(KEY, server.gemini_url, 20.0, pause_s=0.01),
        rating_model="rates",
        planning_model="plans",
        fallback_model="falls-back",
        spend=account,
        on_fallback=lambda gone, instead: fallbacks.append((gone, instead)),
    )


def prompt(purpose: Purpose = Purpose.RATE) -> Prompt:
    return Prompt(purpose, "Take a note.", "Something was said.")


def test_planning_has_a_model_of_its_own(model: Gemini, server: LoopbackModel) -> None:
    for purpose in Purpose:
        model.reply(prompt(purpose), Note)
    assert [asked.model for asked in server.log] == ["plans", "rates", "rates"]
    assert [model.name(purpose) for purpose in Purpose] == ["plans", "rates", "rates"]


def test_another_model_takes_over_for_one_that_is_gone_and_it_is_told_once(
    model: Gemini, server: LoopbackModel, fallbacks: list[tuple[str, str]], account: Account
) -> None:
    server.lost.add("rates")
    for _ in range(3):
        assert model.reply(prompt(), Note).text == "noted"
    assert "".join(model.stream(prompt(Purpose.TALK))) == "Some words."
    assert fallbacks == [("rates", "falls-back")]
    assert [asked.model for asked in server.log] == ["rates"] + ["falls-back"] * 4
    assert model.name(Purpose.RATE) == model.name(Purpose.TALK) == "falls-back"
    assert model.name(Purpose.PLAN) == "plans"
    assert account.allowed == 5
    assert len(account.tokens) == 4


def test_nothing_takes_over_where_the_other_is_gone_too(
    model: Gemini, server: LoopbackModel, fallbacks: list[tuple[str, str]]
) -> None:
    server.lost |= {"rates", "falls-back"}
    with pytest.raises(ModelMissing):
        model.reply(prompt(), Note)
    assert fallbacks == []
    server.lost.clear()  # it was the address, or an outage
    assert model.reply(prompt(), Note).text == "noted"
    assert model.name(Purpose.RATE) == "rates"


def test_a_model_that_does_not_think_is_not_asked_to_again(
    model: Gemini, server: LoopbackModel
) -> None:
    server.disliked.add("thinking")
    model.reply(prompt(), Note)
    model.reply(prompt(), Note)
    assert "".join(model.stream(prompt(Purpose.TALK))) == "Some words."
    assert ["thinking" in asked.options for asked in server.log] == [True, False, False, False]


def test_a_model_may_take_neither_thinking_nor_a_schema(
    model: Gemini, server: LoopbackModel
) -> None:
    server.disliked |= {"thinking", "schema"}
    assert model.reply(prompt(), Note).text == "noted"
    assert len(server.log) == 3
    assert server.log[-1].options == {"temperature"}


def test_a_complaint_about_something_else_is_not_tried_again(
    model: Gemini, server: LoopbackModel
) -> None:
    server.disliked.add("temperature")
    with pytest.raises(RequestRefused, match="400 INVALID_ARGUMENT"):
        model.reply(prompt(), Note)
    assert len(server.log) == 1


def test_tokens_of_thoughts_count_as_written(server: LoopbackModel, account: Account) -> None:
    usage = b'{"promptTokenCount": 100, "candidatesTokenCount": 20, "thoughtsTokenCount": 300}'
    reply = b'{"candidates": [{"finishReason": "STOP", "content": {"parts": [%s]}}], "usageMetadata": %s}'
    parts = b'{"text": "let me see {", "thought": true}, {"text": "{\\"text\\": \\"noted\\"}"}'
    with one_response(200, reply % (parts, usage)) as url:
        assert at(url, account).reply(prompt(), Note).text == "noted"
    assert account.tokens == [(100, 320)]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"[1]", b"null", b'"words"', b'{"candidates": "none"}', b"\xff\xfe", b"{" * 9_000]
)  # fmt: skip
def test_a_response_that_is_none_of_geminis_is_an_error_of_ours(body: bytes) -> None:
    account = Account()
    with one_response(200, body) as url:
        with pytest.raises(LanguageModelError):
            at(url, account).reply(prompt(), Note)
        with pytest.raises(LanguageModelError):
            list(at(url, account).stream(prompt()))


def test_a_redirect_does_not_carry_the_key_elsewhere(
    server: LoopbackModel, account: Account
) -> None:
    elsewhere = {"Location": f"{server.gemini_url}/v1/models/rates:generateContent"}
    with one_response(307, b"", elsewhere) as url, pytest.raises(ModelUnreachable):
        at(url, account).reply(prompt(), Note)
    assert server.log == []


def test_a_compressed_response_is_not_unpacked(account: Account) -> None:
    with (
        one_response(200, b"\x1f\x8b", {"Content-Encoding": "gzip"}) as url,
        pytest.raises(ModelUnreachable),
    ):
        at(url, account).reply(prompt(), Note)


def test_a_good_key_is_found_good_without_a_call_that_costs(server: LoopbackModel) -> None:
    check_key(KEY, server.gemini_url)
    assert server.log == []


@pytest.mark.parametrize("step", [429, 404])
def test_a_key_over_its_quota_or_without_that_model_is_a_good_key(
    server: LoopbackModel, step: int
) -> None:
    server.misbehave(step)
    check_key(KEY, server.gemini_url)


@pytest.mark.parametrize(
    ("step", "error"),
    [(401, ModelKeyRefused), (403, ModelKeyRefused), (500, ModelUnreachable), (503, ModelUnreachable)],
)  # fmt: skip
def test_a_key_that_cannot_be_used_is_told_from_a_provider_that_cannot_be_reached(
    server: LoopbackModel, step: int, error: type[LanguageModelError]
) -> None:
    server.misbehave(step)
    with pytest.raises(error):
        check_key(KEY, server.gemini_url)


def test_an_unknown_key_is_refused(server: LoopbackModel) -> None:
    server.revoked.add(KEY)
    with pytest.raises(ModelKeyRefused):
        check_key(f"  {KEY}\n", server.gemini_url)  # as it is copied


@pytest.mark.parametrize(
    "key", ["", "  ", "two words", "line\nbreak", "schlüssel", "auth_tokens/x"]
)
def test_what_cannot_be_a_key_is_refused_without_asking(server: LoopbackModel, key: str) -> None:
    with pytest.raises(ModelKeyRefused):
        check_key(key, server.gemini_url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense", "ftp://127.0.0.1", "http://[::"])
def test_an_address_where_nothing_is_is_unreachable(url: str) -> None:
    with pytest.raises(ModelUnreachable):
        check_key(KEY, url, 5.0)


def at(url: str, account: Account) -> Gemini:
    return Gemini(
        gemini_client(KEY, url, 20.0, attempts=1),
        rating_model="rates",
        planning_model="plans",
        fallback_model="falls-back",
        spend=account,
        on_fallback=lambda gone, instead: None,
    )
