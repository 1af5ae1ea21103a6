"""Texts of a language model made fit to be shown: no markup that acts, no hidden characters, bounded."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Only names that HTML has: "List<String>" is an answer about Java. What stands in backticks stays,
# because a candidate may be told about `<button>`.
_TAG = re.compile(
    r"(`[^`\n]*`)|<!--.*?-->|</?(?:a|abbr|article|audio|b|base|blockquote|body|br|button|center|code|dd|div|dl|dt"
    r"|em|embed|font|footer|form|frame|h[1-6]|head|header|hr|html|i|iframe|img|input|label|li|link|main"
    r"|marquee|meta|nav|object|ol|option|p|pre|s|script|section|select|small|source|span|strong|style|sub"
    r"|sup|svg|table|tbody|td|template|textarea|th|thead|title|tr|u|ul|video)\b[^<>]*/?>",
    re.IGNORECASE | re.DOTALL,
)
_INLINE = re.compile(
    r"</?(?:a|abbr|b|code|em|font|i|s|script|small|span|strong|sub|sup|u)\b", re.IGNORECASE
)
_ACTIVE = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
# An image would be fetched unasked, and a link tell where it was clicked.
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s[^()]*)?\)")
_BLANK_LINES = re.compile(r"\n\s*\n+")
_SENTENCE_END = re.compile(r"[.!?\u2026](?=\s|$)|[\u3002\uff01\uff1f\u0964\u061f]")
# They turn the direction of a text round.
_HIDDEN = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_ROUNDS = 6  # tags within tags within tags; more of them are no accident
_UNREAD = 4  # times the limit; what is further on is not looked at


def clean_line(text: str, limit: int) -> str:
    """`text` without markup and line breaks, at most `limit` characters, cut at a sentence."""
    return cut(" ".join(_bare(text[: _UNREAD * limit]).split()), limit)


def clean(text: str, limit: int) -> str:
    """Like `clean_line`, but paragraphs are kept."""
    lines = (" ".join(line.split()) for line in _bare(text[: _UNREAD * limit]).split("\n"))
    return cut(_BLANK_LINES.sub("\n\n", "\n".join(lines)).strip(), limit)


def clean_lines(texts: Iterable[str], most: int, limit: int) -> tuple[str, ...]:
    """The first `most` different texts that have anything to say, each as `clean_line` makes it."""
    return tuple(dict.fromkeys(filter(None, (clean_line(text, limit) for text in texts))))[:most]


def cut(text: str, limit: int) -> str:
    """At most `limit` characters: whole sentences, or else whole words and an ellipsis."""
    if len(text) <= limit:
        return text
    ends = [hit.end() for hit in _SENTENCE_END.finditer(text, 0, limit) if hit.end() <= limit]
    if ends and ends[-1] >= limit // 2:
        return text[: ends[-1]]
    words = text[: limit - 1].rsplit(maxsplit=1)
    kept = words[0] if len(words) == 2 and len(words[0]) >= limit // 2 else text[: limit - 1]
    return kept.rstrip() + "\u2026"


def _bare(text: str) -> str:
    for _ in range(_ROUNDS):  # what is taken out may leave a tag behind: "<scr<b>ipt>"
        plain = _LINK.sub(r"\1", _TAG.sub(_instead, _ACTIVE.sub(" ", text)))
        if plain == text:
            break
        text = plain
    else:
        text = text.replace("<", "").replace("](", "] (")
    return "".join(c for c in text if c in "\n\t" or _shown(c))


def _instead(tag: re.Match[str]) -> str:
    return tag[1] or ("" if _INLINE.match(tag[0]) else " ")


def _shown(character: str) -> bool:
    return character not in _HIDDEN and unicodedata.category(character) not in ("Cc", "Cs", "Co")
