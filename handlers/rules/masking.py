"""Makes words that nobody understood fit to be kept without saying whose they were. Pure."""

import re

from handlers.rules.folding import plain, squeezed

LONGEST = 60
"""In characters of the folded words: longer ones are a story, and nobody adds an alias from its end."""
_MASKS = (
    (re.compile(r"\S+@\S+"), " 0 "),  # an e-mail, or a name on a platform
    (re.compile(r"\S*(?:://|\bwww\.)\S*"), " 0 "),
    (re.compile(r"[〇一二三四五六七八九十百千]+(?=丁目|番|号|時|日|月|年|歳|さい|円|人)"), "0"),
    (re.compile(r"\d+(?:[\s.,:/()~ー‐-―−-]*\d+)*"), "0"),  # telephone, address, member number, date
)


def masked(words: str) -> str:
    """Fold words and put one 0 in the place of each number, e-mail and link; "" where nothing is left to read."""
    folded = plain(words)
    for pattern, mask in _MASKS:
        folded = pattern.sub(mask, folded)
    short = squeezed(folded)[:LONGEST]
    return short if any(sign.isalpha() for sign in short) else ""
