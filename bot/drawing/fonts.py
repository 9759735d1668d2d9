"""Finds open fonts on this machine and tells which of them has a character; draws nothing and brings no font along.

BIZ UDPGothic (SIL OFL) is made to be read easily; it lacks Hangul, simplified characters, Vietnamese letters and some
rare kanji, which Noto Sans CJK (SIL OFL) has. Neither has an emoji or the subscript of CO2.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
PACKAGES = {"BIZUDPGothic": "fonts-morisawa-bizud-gothic", "NotoSansCJK": "fonts-noto-cjk"}
SAMPLES = {"ja": "あ漢", "ja-easy": "あ漢", "en": "Ag", "id": "Ag", "ko": "한글", "zh-Hans": "简体", "vi": "ệữ"}
"""Characters that a language cannot do without."""


@dataclass(frozen=True, slots=True)
class Face:
    """A font by the beginning of its file's name, and its place in a collection."""

    family: str
    ending: str
    index: int = 0


BIZ = Face("BIZUDPGothic", ".ttf")
JAPANESE, KOREAN, CHINESE = (Face("NotoSansCJK", ".ttc", index) for index in range(3))
_LATIN = (JAPANESE, BIZ)  # the descenders of the other are short
CHAINS = {"ko": (KOREAN, BIZ), "zh-Hans": (CHINESE, BIZ), "vi": _LATIN, "en": _LATIN, "id": _LATIN}
"""A character is drawn in the first of its language's fonts that has it."""


@cache
def load(face: Face, size: int, *, bold: bool) -> ImageFont.FreeTypeFont | None:
    """Load a font at a size in pixels; None where this machine has none."""
    name = f"{face.family}-{'Bold' if bold else 'Regular'}{face.ending}"
    path = next((found for folder in FOLDERS for found in sorted(folder.rglob(name))), None)
    return None if path is None else ImageFont.truetype(path, size, index=face.index)


@cache
def chain(language: str, size: int, *, bold: bool) -> tuple[ImageFont.FreeTypeFont, ...]:
    """Give the fonts of a language at a size, best first; none where this machine has none."""
    faces = CHAINS.get(language, (BIZ, JAPANESE))
    return tuple(font for face in faces if (font := load(face, size, bold=bold)) is not None)


def can_write(language: str) -> bool:
    """Tell whether this machine's fonts have what a language needs."""
    sample = SAMPLES.get(language, SAMPLES["ja"])
    return all(_first_with(sign, language) is not None for sign in sample)


def missing_packages(languages: tuple[str, ...]) -> tuple[str, ...]:
    """Name the Debian packages that bring what is missing for these languages."""
    poor = [language for language in languages if not can_write(language)]
    families = {CHAINS.get(language, (BIZ,))[0].family for language in poor}
    return tuple(PACKAGES[family] for family in sorted(families))


def runs(words: str, language: str, size: int, *, bold: bool) -> list[tuple[str, ImageFont.FreeTypeFont]]:
    """Cut words into (part, font); a character that no font has is left out rather than drawn as a box."""
    fonts = chain(language, size, bold=bold)
    found: list[tuple[str, ImageFont.FreeTypeFont]] = []
    for sign in words:
        place = _first_with(sign, language)
        if place is None:
            continue
        if found and found[-1][1] is fonts[place]:
            found[-1] = (found[-1][0] + sign, fonts[place])
        else:
            found.append((sign, fonts[place]))
    return found


@lru_cache(maxsize=8192)
def _first_with(sign: str, language: str) -> int | None:
    fonts = chain(language, 32, bold=True)  # the weights of one font have the same characters
    return next((place for place, font in enumerate(fonts) if _has(font, sign)), None)


def _has(font: ImageFont.FreeTypeFont, sign: str) -> bool:
    """Compare with what the font draws for a character that is none; only a space may draw nothing."""
    drawn = bytes(font.getmask(sign))
    return (bool(drawn) or sign.isspace()) and drawn != bytes(font.getmask("\uffff"))
