"""What the imports find in a file is said in Japanese, whatever is wrong with a line."""

import re
from pathlib import Path

from bot.importing import attendance
from bot.importing.lines import Rejected
from bot.web.staff.events import list_words

LINES = """会員番号,イベント,回,題名,開始,終了
1,KAWA,,,,
1,kawa,0,,,
1,,,川,2022-01-26T14:00+09:00,2022-01-26T13:00+09:00
1,,,川,2022-01-26,2022-01-26T13:00+09:00
1,,,川,2022-01-26T14:00,2022-01-26T13:00+09:00
1,,,川,2022-01-32T14:00+09:00,2022-01-26T13:00+09:00
1,,,川,きのう,2022-01-26T13:00+09:00
1,,,,,
1,kawa,,,,,,あふれた
1,ka\0wa,,,,
1,ka\ufffdwa,,,,
1,"ka"wa,,,,
1,"kawa,,,,
"""


def test_every_fault_of_a_line_has_words(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(LINES, encoding="utf-8")
    (told,) = attendance.pieces(attendance.read(path), b"secret", 100)
    assert all(isinstance(one, Rejected) for one in told)
    said = [list_words.say(one.reason) for one in told if isinstance(one, Rejected)]
    assert len(set(said)) == len(LINES.splitlines()) - 3  # two are no text, two are no moment
    assert not [words for words in said if re.search(r"\b(?!CSV|UTF)[A-Za-z]{3,}", words)]
