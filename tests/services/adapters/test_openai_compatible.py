"""What is the OpenAI-compatible adapter's own: whichever model is there, and servers that know less."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from benchmarks.loopback_model import LoopbackModel
from services.adapters.openai_compatible import OpenAICompatible
from services.errors import (
    LanguageModelError,
    ModelBusy,
    ModelFailing,
    ModelKeyRefused,
    ModelMissing,
    ModelUnreachable,
    ReplyBlocked,
    RequestRefused,
)
from services.ports import Prompt, Purpose
from tests.services.adapters.accounts import Account
from tests.services.adapters.responses import one_response


class Note(BaseModel, frozen=True):
    text: str


def at(url: str, *, model: str = "local", key: str = "", attempts: int = 1) -> OpenAICompatible:
    return OpenAICompatible(
        url, key=key, model=model, timeout_s=20.0, spend=Account(), attempts=attempts, pause_s=0.01
    )


PROMPT = Prompt(Purpose.RATE, "Take a note.", "Something was said.")


def test_without_a_name_the_first_model_of_the_server_is_taken(server: LoopbackModel) -> None:
    model = at(server.openai_url, model="")
    assert model.name(Purpose.RATE) == f"127.0.0.1:{server.port}"
    model.reply(PROMPT, Note)
    server.models = ()  # it is not asked for them again
    assert "".join(model.stream(PROMPT)) == "Some words."
    assert [asked.model for asked in server.log] == ["first", "first"]
    assert model.name(Purpose.PLAN) == model.name(Purpose.RATE) == "first"


def test_a_server_without_a_model_says_so(server: LoopbackModel) -> None:
    server.models = ()
    with pytest.raises(ModelMissing):
        at(server.openai_url, model="").reply(PROMPT, Note)


def test_without_a_key_none_is_sent(server: LoopbackModel) -> None:
    at(server.openai_url).reply(PROMPT, Note)
    assert server.log[0].key == ""


def test_an_address_may_end_in_a_slash(server: LoopbackModel) -> None:
    assert at(f"{server.openai_url}/").reply(PROMPT, Note).text == "noted"


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "schlüssel"])
def test_what_cannot_be_a_key_is_refused(server: LoopbackModel, key: str) -> None:
    with pytest.raises(ModelKeyRefused):
        at(server.openai_url, key=key)


@pytest.mark.parametrize("option", ["temperature", "max_tokens"])
def test_an_option_that_the_server_does_not_know_is_left_out_from_then_on(
    server: LoopbackModel, option: str
) -> None:
    server.disliked.add(option)
    model = at(server.openai_url)
    model.reply(PROMPT, Note)
    model.reply(PROMPT, Note)
    assert [option in asked.options for asked in server.log] == [True, False, False]
    assert all(asked.most_tokens == PROMPT.most_tokens for asked in server.log)


def test_a_text_is_streamed_by_a_server_that_does_not_count(server: LoopbackModel) -> None:
    server.disliked.add("stream_options")
    assert "".join(at(server.openai_url).stream(PROMPT)) == "Some words."


def test_a_server_that_knows_nothing_of_all_this_still_replies(server: LoopbackModel) -> None:
    server.disliked |= {"schema", "temperature", "max_tokens"}
    assert at(server.openai_url).reply(PROMPT, Note).text == "noted"
    assert server.log[-1].options == set()


def test_a_wait_that_is_too_long_for_a_person_is_left_to_who_asked(server: LoopbackModel) -> None:
    server.retry_after_s = 30.0
    server.misbehave(429)
    with pytest.raises(ModelBusy) as raised:
        at(server.openai_url, attempts=3).reply(PROMPT, Note)
    assert raised.value.wait_s == 30.0
    assert len(server.log) == 1


CHOICE = b'{"choices": [{"finish_reason": "stop", "message": {"content": %s}}]}'


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", ModelUnreachable),
        (b"[]", ModelUnreachable),
        (b"null", ModelUnreachable),
        (b"{}", ModelUnreachable),
        (b'{"choices": {}}', ModelUnreachable),
        (b'{"choices": [7]}', ModelUnreachable),
        (b"[" * 9_000, ModelUnreachable),
        (b"\xff\xfe", ModelUnreachable),
        (b'{"error": {"code": 429, "message": "slowly"}}', ModelBusy),
        (b'{"error": {"code": "server_error"}}', ModelFailing),
        (b'{"error": "out of memory"}', ModelFailing),
        (b'{"choices": [{"message": {"refusal": "I will not."}}]}', ReplyBlocked),
        (CHOICE % b"null", LanguageModelError),
        (CHOICE % b'[{"text": "in parts"}]', LanguageModelError),
    ],
)
def test_a_response_of_no_use_is_an_error_of_ours(
    body: bytes, error: type[LanguageModelError]
) -> None:
    with one_response(200, body) as url, pytest.raises(error):
        at(url).reply(PROMPT, Note)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, b'{"error": {"code": "content_filter"}}', ReplyBlocked),
        (400, b'{"error": {"code": "invalid_api_key"}}', ModelKeyRefused),
        (400, b"no such thing", RequestRefused),
        (413, b"", RequestRefused),
        (307, b"", ModelUnreachable),
        (204, b"", ModelUnreachable),
    ],
)
def test_a_refusal_is_told_by_its_reason(
    status: int, body: bytes, error: type[LanguageModelError]
) -> None:
    with one_response(status, body) as url, pytest.raises(error):
        at(url).reply(PROMPT, Note)


@pytest.mark.parametrize(
    "lines",
    [
        b'data: {"choices": [{"delta": {"content": "a"}}]}\n\n',  # no end
        b'data: {"choices": [\n\n',
        b'data: {"error": {"message": "out of memory"}}\n\n',
        b'{"error": {"message": "no stream at all"}}',
        b"data: [DONE]\n\n",
        b": waiting\n\n",
    ],
)
def test_a_stream_that_is_no_whole_text_is_an_error(lines: bytes) -> None:
    with one_response(200, lines) as url, pytest.raises(LanguageModelError):
        list(at(url).stream(PROMPT))


def test_thoughts_aloud_are_no_part_of_a_reply() -> None:
    text = rb'"<think>A note {maybe}</think>Here it is:\n```json\n{\"text\": \"noted\"}\n```"'
    with one_response(200, CHOICE % text) as url:
        assert at(url).reply(PROMPT, Note).text == "noted"


def test_half_a_letter_is_neither_sent_nor_received(server: LoopbackModel) -> None:
    model = at(server.openai_url)
    model.reply(Prompt(Purpose.RATE, "Take a note.", "It was \ud83d good."), Note)
    assert server.log[0].text == "It was ? good."
    with one_response(200, CHOICE % rb'"{\"text\": \"noted \ud83d\"}"') as url:
        assert at(url).reply(PROMPT, Note).text == "noted ?"
