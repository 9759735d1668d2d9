"""Drawing: every picture in every language, CO2 as it is written, rare signs shown or left out, no font no picture."""

import time
from io import BytesIO

import pytest
from PIL import Image, ImageChops

from bench.pictures import MOST_MS, pictures
from bot.doctor import machine
from bot.drawing import cards, fonts, menus
from bot.drawing.canvas import Sheet
from tests.town import kitaq

MEGABYTE = 2**20
LABELS = tuple((sign, "わたしのポイント") for sign in ("report", "calendar", "person", "podium", "ring", "grid"))


def opened(drawn: bytes) -> Image.Image:
    return Image.open(BytesIO(drawn)).convert("RGB")


def written(words: str, language: str = "ja", size: int = 80) -> Image.Image:
    sheet = Sheet(800, 200, language)
    sheet.words(20, 120, words, size)
    return sheet.image


def same(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is None


@pytest.mark.parametrize("language", kitaq().city.languages)
def test_each_picture_is_drawn_whole_small_and_fast_in_each_language(language: str) -> None:
    for shown in pictures(language).values():
        cards.draw(shown)  # the fonts are loaded once
        started = time.process_time()
        drawn = cards.draw(shown)
        assert (time.process_time() - started) * 1000 < MOST_MS * 2  # of a machine that does other work as well
        assert opened(drawn).size == shown.size
        assert len(drawn) < MEGABYTE


def test_the_two_of_co2_stands_low_and_small_however_it_was_typed() -> None:
    assert same(written("CO2"), written("CO₂"))
    assert not same(written("CO2"), written("C O2"))
    box, letters = written("CO2").getchannel(0).point(lambda v: 255 - v).getbbox(), written("CO")
    base = letters.getchannel(0).point(lambda v: 255 - v).getbbox()
    assert box is not None
    assert base is not None
    assert box[3] > base[3] + 8  # it reaches below the line
    assert box[1] == base[1]  # and not above the letters


def test_a_rare_kanji_is_drawn_and_a_sign_of_no_font_leaves_no_box() -> None:
    assert not same(written("𠮷田"), written("田"))
    assert same(written("みどり🌱"), written("みどり"))
    assert same(written("\U000e0001"), written(""))


@pytest.mark.parametrize(("language", "words"), [("ko", "한국어"), ("zh-Hans", "简体"), ("vi", "Đường phố")])
def test_no_letter_of_a_language_is_left_out(language: str, words: str) -> None:
    assert "".join(part for part, _font in fonts.runs(words, language, 40, bold=True)) == words


@pytest.mark.parametrize(
    "words", ["週に2日以上行動した人の割合" * 4, "今（いま）までの 合計（ごうけい）" * 4, "word " * 40]
)
def test_words_stay_inside_their_place(words: str) -> None:
    sheet = Sheet(700, 600, "ja-easy")
    sheet.lines(50, 60, words, 48, "#000000", width=600, most=3)
    ink = sheet.image.getchannel(0).point(lambda v: 255 - v).getbbox()
    assert ink is not None
    assert ink[0] >= 40
    assert ink[2] <= 660


def test_a_rich_menu_is_of_the_size_and_weight_that_line_takes() -> None:
    drawn = menus.draw(LABELS, "ja")
    assert opened(drawn).size == (2500, 1686)
    assert len(drawn) < MEGABYTE
    assert sum(width * height for _x, _y, width, height in menus.tabs()) == 2500 * 1686


def test_without_a_font_the_doctor_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.look_at_fonts().level == "ok"
    monkeypatch.setattr(fonts, "_first_with", lambda sign, language: None)
    found = machine.look_at_fonts()
    assert found.level == "warn"
    assert "fonts-morisawa-bizud-gothic" in found.remedy
    assert "fonts-noto-cjk" in found.remedy
