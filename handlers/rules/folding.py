"""Folds typed text so that spelling, width, case and decoration no longer matter; for comparing only, never stored."""

import re
import unicodedata

LONGEST_READ = 500
"""In characters: what a citizen types in one breath; a longer text is read up to here."""
_LONGEST_UNFOLDED = 20_000
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+")
_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_APOSTROPHES = re.compile("['’‘`´]")
_ACCENTS = re.compile("[\u0300-\u036f]")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d{1,2}(?!\d))")
_CLAUSE_END = re.compile(
    r"(?<=[。！？!?\n])|(?<=[a-z)]\.)\s|[、,]?(?:けれども|けれど|けど|ばってん|けんど)[、,]?|;"
    r"|(?<=た)が[、,]"
    r"|(?<=[ただす])[、,]|(?<=[ただい])から[、,]?|(?<!も)ので(?!ー|[ざぱじぃ]|ん[きわし])[、,]?|(?<=なく)て[、,]?|(?<=[ただるい])(?:けん|けえ)[、,]|(?<=[ただい])けん(?![かとぽさこき])|(?<=[っしいんえけれめべせてみき][ただ])が(?![るりっら])[、,]?"
    r"|\b(?:but|however|so i|nhung|tapi|tetapi|namun)\b|,(?=\s?(?:and|i|no|not|then|yesterday|today)\b)"
    r"|[,，](?=.{0,3}(?:但|不过|没|今天|昨天|明天|还|也))|但是|可是|不过|只是|(?<=[가-힣])지만|(?<=[가-힣])는데|하지만|그런데"
)
_DECORATION = re.compile(r"(?<!\d)[.]|[.](?!\d)|[^\w.]|_|を")
_LOOSE_SPACE = re.compile(r"(?<![a-z0-9]) | (?![a-z0-9])")


def plain(text: str) -> str:
    """Read at most `LONGEST_READ` characters: one width, one case, hiragana for katakana, no accent, nothing hidden."""
    seen = _INVISIBLE.sub("", text[:_LONGEST_UNFOLDED])[:LONGEST_READ]
    one_width = unicodedata.normalize("NFKC", seen)[:LONGEST_READ].casefold().replace("đ", "d")
    bare = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", one_width)))
    return _DECIMAL_COMMA.sub(".", _APOSTROPHES.sub("", bare)).translate(_HIRAGANA)


def squeezed(plain_text: str) -> str:
    """Drop punctuation, emoji, the particle を and every space that does not part two Latin words or numbers."""
    spaced = " ".join(_DECORATION.sub(" ", plain_text).split())
    return _LOOSE_SPACE.sub("", spaced)


def folded(text: str) -> str:
    """Fold a name or a whole text for comparison."""
    return squeezed(plain(text))


def clauses(text: str) -> list[tuple[str, bool]]:
    """Cut a text into folded clauses, each with whether it ends in a question mark."""
    parts = [part for part in _CLAUSE_END.split(plain(text)) if part]
    return [(squeezed(part), part.rstrip().endswith("?")) for part in parts if squeezed(part)]
