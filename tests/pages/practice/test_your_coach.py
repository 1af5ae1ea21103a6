"""Who rates, and a Gemini key of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.loopback_model import LoopbackModel
from pages.ui.context import services
from tests.logs import secret
from tests.pages.conftest import Site, tab_on

KEY = secret("AIzaSy-mine-and-nobody-elses")
FIELD = "Your own Gemini key"


@pytest.fixture
def keyless(
    model: LoopbackModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    """A guest on a site without a key."""
    with tab_on(tmp_path, monkeypatch, GEMINI_BASE_URL=model.gemini_url) as site:
        site.enter()
        yield site


def give(site: Site, key: str) -> None:
    next(field for field in site.tab.text_input if field.label == FIELD).set_value(key)
    site.press("Check and use this key")


def asks_for_a_key(site: Site) -> bool:
    return any(field.label == FIELD for field in site.tab.text_input)


def test_a_good_key_is_used_at_once_and_seen_by_nobody_again(
    keyless: Site, model: LoopbackModel
) -> None:
    assert "fixed rules" in keyless.words
    give(keyless, f"  {KEY} ")
    assert "Your own key is in use" in keyless.words
    assert not asks_for_a_key(keyless)
    assert "language model" in keyless.words
    assert next(t for t in keyless.tab.toggle if t.label == "Follow-up questions").value is True
    assert KEY not in repr(keyless.tab.session_state)
    assert KEY not in str(keyless.tab.main)
    keyless.press("Forget my key")
    assert asks_for_a_key(keyless)
    assert services().own_keys.of(keyless.owner) == ""
    assert next(t for t in keyless.tab.toggle if t.label == "Follow-up questions").value is False


def test_a_refused_key_is_said_is_not_used_and_leaves_the_field_empty(
    keyless: Site, model: LoopbackModel
) -> None:
    model.revoked.add(KEY)
    give(keyless, KEY)
    assert ":material/error:" in keyless.words
    assert services().own_keys.of(keyless.owner) == ""
    field = next(field for field in keyless.tab.text_input if field.label == FIELD)
    assert field.value == ""
    assert KEY not in repr(keyless.tab.session_state)
    give(keyless, "another-one")
    assert "Your own key is in use" in keyless.words
    assert ":material/error:" not in keyless.words


@pytest.mark.parametrize("odd", ["", "two words", "naïve", "k" * 5_000])
def test_what_cannot_be_a_key_is_not_sent_anywhere(
    keyless: Site, model: LoopbackModel, odd: str
) -> None:
    give(keyless, odd)
    assert ":material/error:" in keyless.words
    assert not model.log
    assert asks_for_a_key(keyless)


def test_a_site_may_want_no_keys_of_candidates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tab_on(tmp_path, monkeypatch, OWN_KEYS="false") as site:
        site.enter()
        assert not asks_for_a_key(site)


@pytest.mark.parametrize(("limit", "said"), [("5", "80 %"), ("4", "is spent. Questions come")])
def test_what_is_spent_today_is_said_before_and_after_it_is_all(
    model: LoopbackModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, said: str
) -> None:
    settings = {"GEMINI_API_KEY": "test", "GEMINI_BASE_URL": model.gemini_url}
    with tab_on(tmp_path, monkeypatch, **settings, DAILY_CALLS_PER_USER=limit) as site:
        site.enter()
        assert "use of the language model" not in site.words
        spend = services().spending.of(site.owner, own_key=False)
        for _ in range(4):
            spend.allow()
        site.tab.run()
        assert said in site.words
        give(site, KEY)
        assert "use of the language model" not in site.words


TRAINING = "Google may use what is sent to improve its products"


def test_who_gets_the_words_is_said_before_anything_is_sent(
    model: LoopbackModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = {"GEMINI_API_KEY": "test", "GEMINI_BASE_URL": model.gemini_url}
    with tab_on(tmp_path / "free", monkeypatch, **free) as site:
        site.enter()
        assert "your answers go to Google" in site.words
        assert TRAINING in site.words
        assert not model.log, "nothing may be sent before it is said"
    with tab_on(tmp_path / "paid", monkeypatch, GEMINI_TRAINS="false", **free) as site:
        site.enter()
        assert "your answers go to Google" in site.words
        assert TRAINING not in site.words
        assert services().settings.own_keys
        services().own_keys.keep(site.owner, KEY)  # whose tier nobody but its owner knows
        site.tab.run()
        assert TRAINING in site.words


def test_another_language_model_is_named_by_its_host(
    model: LoopbackModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"OPENAI_BASE_URL": "http://models.example.org:8000/v1", "OPENAI_MODEL": "m"}
    with tab_on(tmp_path, monkeypatch, **settings) as site:
        site.enter()
        assert "the language model at models.example.org" in site.words
        assert "Google" not in site.words
