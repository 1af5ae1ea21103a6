"""The pages of fpdf2 with our fonts, and what stands above and below every page."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from fpdf import FPDF
from fpdf.enums import TextDirection

from services.report.styles import MARGIN, SMALL, TOP, WIDTH, Style
from services.report.typefaces import Chosen


class Sheet(FPDF):
    """What fpdf2 asks to inherit from: it calls `header` and `footer` itself."""

    def __init__(self, fonts: Chosen, footer: str, pages: str) -> None:
        super().__init__(format="A4")
        self.head = ""  # above every page but the first; fits, and has only letters of the fonts
        self._footer, self._pages = footer, pages
        # fpdf2 puts the count of pages for this, wherever it stands: nobody may have typed it.
        self.alias_nb_pages(f"{{{secrets.token_hex(8)}}}")
        self.set_auto_page_break(False)
        self.set_margins(MARGIN, TOP)
        self.c_margin = 0
        self.set_creator("AI Interview Mocker")
        names = []
        for face, letters in fonts.letters:
            name = face.name.lower()
            self.add_font(name, "", face.regular, unicode_range=sorted(letters))
            self.add_font(name, "B", face.bold or face.regular, unicode_range=sorted(letters))
            names.append(name)
        self._main, *others = names
        if others:
            self.set_fallback_fonts(others, exact_match=False)
        if fonts.shaped:
            self.set_text_shaping(True)

    def use(self, style: Style) -> None:
        self.set_font(self._main, "B" if style.bold else "", style.size)

    @contextmanager
    def leftwards(self) -> Iterator[None]:
        """Lines run from right to left meanwhile, whatever their first letter."""
        before = self.text_shaping
        if before:
            self.text_shaping = before | {"direction": TextDirection.RTL}
        yield
        self.text_shaping = before

    def header(self) -> None:
        if self.page > 1:
            self._small(self.head, 12.0, MARGIN)

    def footer(self) -> None:
        self._small(self._footer, 297 - 15.0, MARGIN)
        whole = self._pages.format(page=self.page, pages=self.str_alias_nb_pages)
        self.use(SMALL)
        size = self.get_string_width(self._pages.format(page=self.page, pages="00"))
        self._small(whole, 297 - 15.0, MARGIN + WIDTH - size)

    def _small(self, words: str, y: float, x: float) -> None:
        self.use(SMALL)
        self.set_text_color(*SMALL.colour)
        self.set_xy(x, y)
        self.cell(WIDTH, SMALL.line, words)
