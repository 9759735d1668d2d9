"""What is kept of words that nobody understood: no number, address or link, in one width, and not too long."""

import pytest

from handlers.rules.masking import LONGEST, masked


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("粗大ごみは いつ？", "粗大ごみはいつ"),
        ("マイストロー使った", "まいすとろー使った"),
        ("電話は093-123-4567です", "電話は0です"),
        ("電話は０９０ー１２３４ー５６７８です", "電話は0です"),
        ("城内１－１－２０３に来て", "城内0に来て"),
        ("城内三丁目十二番五号に来て", "城内0丁目0番0号に来て"),
        ("hanako.yamada+x@example.co.jp に送って", "0に送って"),
        ("https://example.jp/a?b=c を見て", "0見て"),
        ("see www.example.jp now", "see 0 now"),
        ("12歳です", "0歳です"),
        ("十二歳です", "0歳です"),
        ("12345", ""),
        ("？！ 🌱", ""),
        ("", ""),
    ],
)
def test_what_is_kept(words: str, kept: str) -> None:
    assert masked(words) == kept


def test_long_words_are_kept_by_their_beginning() -> None:
    assert masked("あ" * 200) == "あ" * LONGEST
