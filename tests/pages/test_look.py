"""The look that must not be lost by accident: contrast, both themes, the typeface, what is switched off."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
CSS = (ROOT / "pages" / "ui" / "style.css").read_text()
THEMES = ("light", "dark")


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_text_has_the_contrast_of_level_aa(name: str) -> None:
    theme = CONFIG["theme"][name]
    surfaces = (theme["backgroundColor"], theme["secondaryBackgroundColor"])
    texts = [theme["textColor"], theme["linkColor"], theme["primaryColor"]]
    texts += [
        theme[f"{hue}TextColor"] for hue in ("green", "orange", "yellow", "gray", "blue", "red")
    ]
    assert min(contrast(text, surface) for text in texts for surface in surfaces) >= 4.5


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("hue", ["green", "orange", "yellow", "gray", "blue", "red"])
def test_a_message_is_readable_on_its_own_tint(name: str, hue: str) -> None:
    theme = CONFIG["theme"][name]
    assert contrast(theme[f"{hue}TextColor"], theme[f"{hue}BackgroundColor"]) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_the_edge_of_a_field_and_a_line_in_a_chart_can_be_seen(name: str) -> None:
    theme = CONFIG["theme"][name]
    shapes = [theme["borderColor"], *theme["chartCategoricalColors"][:3]]
    assert min(contrast(shape, theme["secondaryBackgroundColor"]) for shape in shapes) >= 3


@pytest.mark.parametrize(("letters", "name"), [("#ffffff", "light"), ("#06201c", "dark")])
def test_letters_on_a_primary_button_can_be_read(letters: str, name: str) -> None:
    assert "color: light-dark(#ffffff, #06201c)" in CSS
    assert contrast(letters, CONFIG["theme"][name]["primaryColor"]) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_levels_go_one_way_from_pale_to_deep(name: str) -> None:
    scale = CONFIG["theme"][name]["chartSequentialColors"]
    assert len(scale) == 10  # Streamlit takes no other number
    steps = [luminance(after) - luminance(before) for before, after in pairwise(scale)]
    assert all(step < 0 for step in steps) if name == "light" else all(step > 0 for step in steps)


def test_both_themes_set_the_same_things() -> None:
    assert CONFIG["theme"]["light"].keys() == CONFIG["theme"]["dark"].keys()


def test_the_typeface_is_shipped_with_its_licence() -> None:
    for face in CONFIG["theme"]["fontFaces"]:
        assert (ROOT / face["url"].removeprefix("app/")).read_bytes()[:4] == b"wOF2"
    assert "SIL Open Font License" in (ROOT / "static" / "nunito-sans-OFL.txt").read_text()


def test_nothing_is_reported_to_anybody_and_no_error_shows_its_insides() -> None:
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["client"]["showErrorDetails"] == "none"
    assert CONFIG["server"]["enableXsrfProtection"] is True
    assert "enableAgentApi" not in CONFIG["server"]


def test_the_style_sheet_fetches_nothing() -> None:
    assert not re.search(r"@import|url\(|https?:", CSS)


def test_motion_is_reduced_when_asked() -> None:
    assert "prefers-reduced-motion: reduce" in CSS


def test_the_recorder_of_the_browser_may_send_thirty_minutes() -> None:
    assert CONFIG["server"]["maxUploadSize"] * 1_000_000 >= 30 * 60 * 16_000 * 2
