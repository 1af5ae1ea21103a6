"""People's words inside Markdown: shown as typed, never as formatting, HTML, a link or an emoji."""

from __future__ import annotations

import re

# Markdown, LaTeX ($) and Streamlit's directives (`:red[...]`) start with one of these.
_SYNTAX = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$&:^=\"'@/])")

# Streamlit replaces these after Markdown has removed the backslashes (emoji and icon codes, typographic
# arrows, links without brackets), so escaping alone does not stop it. A character without width does.
_JOINER = "\u2060"  # WORD JOINER
_LATE = re.compile(
    r"(?<=:)(?=[\w+/-]+:)"  # :smile: and :material/home:
    r"|(?<=[<>=~-])(?=[<>=-])"  # -> <= ~= --
    r"|(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)",  # addresses
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """Markdown on one line that shows `text` exactly as typed; line breaks become spaces.

    For text of several lines use `st.text`, which formats nothing.
    """
    one_line = " ".join(text.split())
    return _SYNTAX.sub(r"\\\1", _LATE.sub(_JOINER, one_line))


def paragraphs(text: str) -> str:
    """Markdown of several lines that shows `text` as typed, with its line breaks."""
    return "  \n".join(plain(line) or "&nbsp;" for line in text.strip().splitlines())
