"""How a report looks: the page and its margins (mm), colours, and how texts are set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MARGIN: Final = 22.0  # mm, left and right
TOP, BOTTOM = 24.0, 24.0
WIDTH: Final = 210.0 - 2 * MARGIN
ENDS: Final = 297.0 - BOTTOM
POINT: Final = 25.4 / 72  # mm

Colour = tuple[int, int, int]
INK: Final = (0x1F, 0x29, 0x33)
QUIET: Final = (0x52, 0x60, 0x6D)
TEAL: Final = (0x0F, 0x76, 0x6E)
AMBER: Final = (0x93, 0x43, 0x0A)
RULE: Final = (0xD9, 0xD6, 0xCE)
TINT: Final = (0xE3, 0xF2, 0xEF)


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set; `size` in points, `leading` as a multiple of it."""

    size: float = 10.0
    bold: bool = False
    colour: Colour = INK
    leading: float = 1.5

    @property
    def line(self) -> float:
        """The height of a line, mm."""
        return self.size * self.leading * POINT


BODY: Final = Style()
STRONG: Final = Style(bold=True)
SMALL: Final = Style(8.5, colour=QUIET, leading=1.45)
LABEL: Final = Style(8.5, bold=True, colour=TEAL, leading=1.5)
ASKED: Final = Style(13.5, bold=True, leading=1.3)
TITLE: Final = Style(23, bold=True, leading=1.2)
FIGURE: Final = Style(30, bold=True, colour=TEAL, leading=1.1)
