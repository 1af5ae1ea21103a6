"""The figures of listening as the operator reads them."""

from __future__ import annotations

from dataclasses import replace

from streamlit.testing.v1 import AppTest

from services.ports import EngineReport
from services.speech.figures import SpeechFigures, Spread
from services.speech.heard import Pace
from services.speech.model import ModelState, ModelStatus

READY = ModelStatus(ModelState.READY, "base", languages=("de", "en", "es"))
REPORT = EngineReport(
    margin_s=0.8,
    rechecks=12,
    disagreements=1,
    retries=3,
    uncertain=2,
    notes=("The trial at load chose 0.8 s. <b>",),
)
FIGURES = SpeechFigures(
    engine=REPORT,
    pace=Pace.LIVE,
    answers=1_204,
    speaking=5,
    waiting=2,
    oldest_wait_s=1.25,
    busy=0.634,
    interim=Spread(1_000, 0.612, 1.08),
    settled=Spread(240, 0.7, 12.4),
    stop=Spread(4, 0.006, 0.052),
    calls=50,
    passages=120,
    promoted=31,
    failures=1,
)


def _screen(
    status: object, figures: object
) -> None:  # a script of its own: it sees no import above
    from pages.operator.listening import listening

    listening(status, figures)  # type: ignore[arg-type]


def drawn(status: ModelStatus, figures: SpeechFigures) -> AppTest:
    screen = AppTest.from_function(_screen, args=(status, figures), default_timeout=30).run()
    assert not screen.exception
    return screen


def words(screen: AppTest) -> str:
    elements = [*screen.header, *screen.markdown, *screen.caption]
    return "\n".join(str(element.value) for element in elements).replace("\\", "")


def numbers(screen: AppTest) -> dict[str, str]:
    return {metric.label: str(metric.value) for metric in screen.metric}


def test_the_model_says_how_it_listens_in_sentences() -> None:
    said = words(drawn(READY, FIGURES))
    assert "Whisper base" in said
    assert "Understands 3 languages." in said
    assert "0.80 s of silence behind it" in said
    assert "Is given names and terms of the job." in said
    assert "The trial at load chose 0.8 s. <b>" in said, "a note is text, whatever is in it"


def test_a_model_that_needs_the_full_window_says_so() -> None:
    report = replace(REPORT, margin_s=None, prompts=False, notes=())
    said = words(drawn(replace(READY, languages=("en",)), replace(FIGURES, engine=report)))
    assert "padded to 30 s." in said
    assert "Is given no names and terms" in said
    assert "Understands English only." in said
    assert "Decided at load" not in said


def test_every_figure_is_there_with_its_unit() -> None:
    assert numbers(drawn(READY, FIGURES)) == {
        "Answers open": "1,204",
        "Speaking": "5",
        "Waiting": "2",
        "Oldest waits": "1.25 s",
        "Busy": "63%",
        "Calls": "50",
        "Passages a call": "2.4",
        "Promoted": "31",
        "Failed calls": "1",
        "Heard again": "3",
        "Left uncertain": "2",
        "Checked both ways": "12",
        "Differed": "1",
    }


def test_latencies_are_a_table_and_none_are_not_zero() -> None:
    said = words(drawn(READY, FIGURES))
    assert "| 0.61 s | 1.08 s | 1,000 |" in said
    assert "| 0.70 s | 12 s | 240 |" in said
    assert "| 6 ms | 52 ms | 4 |" in said
    assert "| none | | 0 |" in words(drawn(READY, replace(FIGURES, stop=Spread())))


def test_each_pace_has_words() -> None:
    said = {pace: drawn(READY, replace(FIGURES, pace=pace)).header[1].value for pace in Pace}
    assert len(set(said.values())) == len(Pace)


def test_without_a_model_its_trouble_is_said_and_no_latency_is() -> None:
    status = ModelStatus(
        ModelState.FAILED, "base", problem="tokenizer.json is missing.", remedy="Copy it."
    )
    screen = drawn(status, replace(FIGURES, engine=None))
    assert "tokenizer.json is missing. Copy it. Until then" in words(screen)
    assert "From sound to words" not in words(screen)
    assert "Calls" not in numbers(screen)


def test_a_model_that_is_on_its_way_says_how_far() -> None:
    status = ModelStatus(ModelState.DOWNLOADING, "base", size_mb=145, downloaded_mb=20)
    assert "20 of 145 MB are here" in words(drawn(status, replace(FIGURES, engine=None)))
