"""The page that a report is written on: A4, set line by line from the top, in millimetres.

Of one report and one thread. Nothing is drawn across the end of a page: who draws asks `need` first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from datetime import datetime

from fpdf.enums import XPos, YPos

from services.report.sheet import Sheet
from services.report.styles import (
    BODY,
    ENDS,
    MARGIN,
    RULE,
    SMALL,
    TEAL,
    TINT,
    TOP,
    WIDTH,
    Colour,
    Style,
)
from services.report.typefaces import MISSING, choose, printable
from services.report.typesetting import Line, lines

_CUT = " …"  # where a text goes on that is not shown


class Paper:
    """See the module. `texts` are all that will be written, so that their letters have fonts."""

    def __init__(
        self,
        title: str,
        footer: str,
        pages: str,
        made_at: datetime,
        texts: Iterable[str],
        language: str = "en",
    ):
        title, footer, pages = printable(title), printable(footer), printable(pages)
        self.fonts = choose((*map(printable, texts), title, footer, pages, _CUT))
        self._known = frozenset().union(*(points for _, points in self.fonts.letters)) | {0x0A}
        self.missing: set[str] = set()  # letters that could not be shown so far
        self._sheet = Sheet(self.fonts, self._shown(footer), self._shown(pages))
        self._sheet.set_title(title)
        self._sheet.set_creation_date(made_at)
        self._sheet.set_lang(language)
        self._widths: dict[tuple[float, bool], dict[str, float]] = {}
        self._set = BODY
        self._sheet.head = self._first_line(title)
        self._sheet.add_page()
        self.y = TOP

    # --- the place on the page ---------------------------------------------------------------

    def need(self, height: float) -> bool:
        """Begin a new page unless so many mm are left on this one; whether it did."""
        if self.y + height <= ENDS or self.y <= TOP:
            return False
        self._sheet.add_page()
        self.y = TOP
        return True

    def down(self, height: float) -> None:
        """Go down below what was drawn `beside`."""
        self.y += height

    def gap(self, height: float) -> None:
        """Leave room, but not at the top of a page."""
        if self.y > TOP:
            self.y += height

    # --- text --------------------------------------------------------------------------------

    def text(
        self,
        words: str,
        style: Style = BODY,
        *,
        x: float = 0.0,
        width: float | None = None,
        marked: Sequence[bool] = (),
        keep: float = 0.0,
    ) -> None:
        """A text over as many lines and pages as it takes, `x` mm from the margin. A page neither ends
        with its first line alone nor begins with its last; `keep` mm stay below it on its page."""
        room = WIDTH - x if width is None else width
        broken = self.broken(words, style, room, marked)
        for number, line in enumerate(broken):
            left = len(broken) - number
            together = left if left <= 3 else 2 if number == 0 else 1
            self.need(together * style.line + (keep if left == together else 0.0))
            self._line(line, style, MARGIN + x, room)
            self.y += style.line

    def broken(
        self, words: str, style: Style, width: float, marked: Sequence[bool] = ()
    ) -> list[Line]:
        """The lines that a text takes. With `marked`, the text is one that `shown` gave."""
        shown = words if marked else self._shown(words)
        self._use(style)
        return list(lines(shown, width, self._width, marked))

    def height(self, words: str, style: Style, width: float) -> float:
        """What a text takes, mm."""
        return len(self.broken(words, style, width)) * style.line

    def beside(self, words: str, style: Style, *, x: float, y: float, align: str = "L") -> float:
        """One line anywhere; `x` mm from the margin is its left end, or its right end. Its width."""
        shown = " ".join(self._shown(words).split())
        self._use(style)
        size = self._sheet.get_string_width(shown)
        self._at(shown, MARGIN + x - (size if align == "R" else 0.0), y, size, style)
        return size

    def wide(self, words: str, style: Style) -> float:
        """The width of one line, mm."""
        self._use(style)
        return self._sheet.get_string_width(self._shown(words))

    def marked(self, text: str, quoted: Set[int]) -> tuple[str, list[bool]]:
        """A text as it is shown, and which of its letters are marked; `quoted` are places in the text."""
        shown: list[str] = []
        marks: list[bool] = []
        start = 0
        for end in range(1, len(text) + 1):
            if end == len(text) or (end in quoted) != (start in quoted):
                part = self._shown(text[start:end])
                shown.append(part)
                marks += [start in quoted] * len(part)
                start = end
        return "".join(shown), marks

    # --- shapes ------------------------------------------------------------------------------

    def rule(self, colour: Colour = RULE) -> None:
        """A thin line over the whole width, here."""
        self._sheet.set_draw_color(*colour)
        self._sheet.set_line_width(0.2)
        self._sheet.line(MARGIN, self.y, MARGIN + WIDTH, self.y)

    def box(
        self,
        *,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: Colour | None = None,
        edge: Colour | None = None,
        radius: float = 0.0,
    ) -> None:
        """A rectangle, `x` mm from the margin."""
        style = f"{'D' if edge else ''}{'F' if fill else ''}"
        if edge:
            self._sheet.set_draw_color(*edge)
            self._sheet.set_line_width(0.25)
        if fill:
            self._sheet.set_fill_color(*fill)
        self._sheet.rect(
            *(MARGIN + x, y, width, height),
            style=style,
            round_corners=radius > 0,
            corner_radius=radius,
        )

    def line(
        self, points: Sequence[tuple[float, float]], colour: Colour, width: float = 0.6
    ) -> None:
        """Straight from point to point, `x` mm from the margin and `y` from the top of the page."""
        self._sheet.set_draw_color(*colour)
        self._sheet.set_line_width(width)
        self._sheet.polyline([(MARGIN + x, y) for x, y in points])

    def dot(self, *, x: float, y: float, radius: float, fill: Colour) -> None:
        self._sheet.set_fill_color(*fill)
        self._sheet.circle(MARGIN + x, y, radius, style="F")

    def bookmark(self, name: str) -> None:
        """An entry of the reader's outline that leads here."""
        self._sheet.start_section(" ".join(printable(name).split())[:120])

    # --- the end -----------------------------------------------------------------------------

    @property
    def pages(self) -> int:
        return self._sheet.page

    def finish(self) -> bytes:
        """The file."""
        return bytes(self._sheet.output())

    # --- letters -----------------------------------------------------------------------------

    def _line(self, line: Line, style: Style, x: float, width: float) -> None:
        """One line whose upper edge is here. What is marked is tinted and underlined; in a line from
        right to left, where a word stands is HarfBuzz's to know, so the margin is marked."""
        self._use(style)
        if line.leftwards:
            with self._sheet.leftwards():
                size = self._sheet.get_string_width(line.text)
                self._at(line.text, x + width - size, self.y, size, style)
            if line.marked:
                self._sheet.set_fill_color(*TEAL)
                self._sheet.rect(x + width + 1.5, self.y + 0.4, 0.8, style.line - 0.8, style="F")
            return
        for piece in line.pieces:
            size = self._width(piece.text)
            if piece.marked:
                self._mark(x, size, style)
            self._at(piece.text, x, self.y, size, style)
            x += size

    def _mark(self, x: float, width: float, style: Style) -> None:
        self._sheet.set_fill_color(*TINT)
        self._sheet.rect(x, self.y + 0.35, width, style.line - 0.7, style="F")
        self._sheet.set_draw_color(*TEAL)
        self._sheet.set_line_width(0.2)
        low = self.y + style.line - 0.65
        self._sheet.line(x, low, x + width, low)

    def _at(self, words: str, x: float, y: float, width: float, style: Style) -> None:
        self._sheet.set_text_color(*style.colour)
        self._sheet.set_xy(x, y)
        # A font that was set for a part of a line is no longer set after it, and fpdf2 does not know.
        self._sheet.current_font_is_set_on_page = False
        self._sheet.cell(width, style.line, words, new_x=XPos.RIGHT, new_y=YPos.TOP)

    def _use(self, style: Style) -> None:
        self._set = style
        self._sheet.use(style)

    def _first_line(self, words: str) -> str:
        """As much of a text as fits across the page, small."""
        self._use(SMALL)
        broken = self.broken(" ".join(words.split()), SMALL, WIDTH - self._width(_CUT))
        return broken[0].text + (_CUT if len(broken) > 1 else "")

    def _shown(self, words: str) -> str:
        shown = printable(words)
        lacking = {letter for letter in set(shown) if ord(letter) not in self._known}
        if not lacking:
            return shown
        self.missing |= lacking
        return shown.translate(dict.fromkeys(map(ord, lacking), MISSING))

    def _width(self, words: str) -> float:
        """Of words that come again and again; widths do not change within a report."""
        known = self._widths.setdefault((self._set.size, self._set.bold), {})
        if words not in known:
            known[words] = self._sheet.get_string_width(words)
        return known[words]
