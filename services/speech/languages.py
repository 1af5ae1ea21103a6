"""The languages that Whisper knows, by its codes, and how they are written."""

from __future__ import annotations

from collections.abc import Iterable

NAMES: dict[str, str] = dict(
    pair.split("=")
    for pair in (
        "en=English zh=Chinese de=German es=Spanish ru=Russian ko=Korean fr=French ja=Japanese "
        "pt=Portuguese tr=Turkish pl=Polish ca=Catalan nl=Dutch ar=Arabic sv=Swedish it=Italian "
        "id=Indonesian hi=Hindi fi=Finnish vi=Vietnamese he=Hebrew uk=Ukrainian el=Greek ms=Malay "
        "cs=Czech ro=Romanian da=Danish hu=Hungarian ta=Tamil no=Norwegian th=Thai ur=Urdu "
        "hr=Croatian bg=Bulgarian lt=Lithuanian la=Latin mi=Maori ml=Malayalam cy=Welsh sk=Slovak "
        "te=Telugu fa=Persian lv=Latvian bn=Bengali sr=Serbian az=Azerbaijani sl=Slovenian "
        "kn=Kannada et=Estonian mk=Macedonian br=Breton eu=Basque is=Icelandic hy=Armenian "
        "ne=Nepali mn=Mongolian bs=Bosnian kk=Kazakh sq=Albanian sw=Swahili gl=Galician "
        "mr=Marathi pa=Punjabi si=Sinhala km=Khmer sn=Shona yo=Yoruba so=Somali af=Afrikaans "
        "oc=Occitan ka=Georgian be=Belarusian tg=Tajik sd=Sindhi gu=Gujarati am=Amharic yi=Yiddish "
        "lo=Lao uz=Uzbek fo=Faroese ht=Haitian ps=Pashto tk=Turkmen nn=Nynorsk mt=Maltese "
        "sa=Sanskrit lb=Luxembourgish my=Burmese bo=Tibetan tl=Tagalog mg=Malagasy as=Assamese "
        "tt=Tatar haw=Hawaiian ln=Lingala ha=Hausa ba=Bashkir jw=Javanese su=Sundanese "
        "yue=Cantonese"
    ).split()
)

# Of these, the ones that put no spaces between words.
_UNSPACED = frozenset("zh ja th lo my yue".split())

# Languages that Whisper's tokenizer spells with few tokens: at most about 2.3 for a word. Others take
# up to one for each byte of a letter, as Burmese and Thai do.
_FEW_TOKENS = frozenset("en de es fr it pt nl sv no nn da id ms ca gl af".split())


def name_of(code: str) -> str:
    """In English, for people; the code itself when it is not one of Whisper's."""
    return NAMES.get(code, code)


def spaced(code: str) -> bool:
    """Are words of this language set apart by spaces?"""
    return code not in _UNSPACED


def few_tokens(code: str) -> bool:
    """Does Whisper need few tokens for a word of this language?"""
    return code in _FEW_TOKENS


def units(text: str, code: str) -> list[str]:
    """What is counted and compared of a text: words in small letters without punctuation, or letters
    where words are not set apart."""
    bare = "".join(c if c.isalnum() or c == "'" else " " for c in text.casefold())
    return bare.split() if spaced(code) else list(bare.replace(" ", ""))


def together(words: Iterable[str], code: str) -> str:
    """Words as a text of this language."""
    return (" " if spaced(code) else "").join(words)
