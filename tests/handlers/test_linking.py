"""One person on two phones: a code that works once and for minutes, one question, and the lost phone's way back."""

import re
from datetime import timedelta

from sqlalchemy import select

from handlers.rules import link_codes, person_codes
from storage import accounts, recoveries
from storage.facts import ChannelName
from storage.outbox import OUTBOX
from storage.recoveries import LINK_CODES, RECOVERY_WORDS
from tests.handlers.occasions import differences, person_of
from tests.town import Citizen, Town

TODAY = "2022-01-20"
_CODE = re.compile(r"^([0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3})$", re.MULTILINE)


def two(town: Town) -> tuple[Citizen, Citizen]:
    first = town.citizen()
    town.pass_minutes(1)
    return first, town.citizen()


def code_of(citizen: Citizen) -> str:
    citizen.press("linkcode")
    found = _CODE.search(citizen.words())
    assert found, citizen.words()
    return found[1]


def told(town: Town, citizen: Citizen) -> list[str]:
    """Give what waits to be pushed to somebody."""
    ours = (OUTBOX.c.to_key == citizen.key, OUTBOX.c.state == "waiting")
    return town.database.read(lambda c: [row.body.decode() for row in c.execute(select(OUTBOX).where(*ours))]).result()


def test_a_code_shown_on_one_phone_and_typed_on_the_other_makes_one_record(town: Town) -> None:
    one, other = two(town)
    one.press(f"r:my_bottle:{TODAY}:1")
    other.press(f"r:my_bag:{TODAY}:1")
    other.text(code_of(one).lower())
    assert "2つの記録を1つにしますか" in other.words()
    assert [choice.label for choice in other.buttons()] == ["はい、1つにする", "やめる"]
    other.tap("はい")
    assert "合計は10ポイント" in other.words()
    assert person_of(town, one) == person_of(town, other)
    assert not differences(town)
    assert any("べつのアプリがあなたの記録につながりました" in one_body for one_body in told(town, one))


def test_linking_is_found_by_word_and_in_the_settings(town: Town) -> None:
    citizen = town.citizen()
    citizen.text("連携")
    assert "ほかのアプリとつなぐ" in citizen.words()
    citizen.press("settings")
    citizen.tap("ほかのアプリとつなぐ")
    citizen.tap("コードを送る")
    citizen.text("12345")
    assert "9文字です" in citizen.words()


def test_a_code_works_once(town: Town) -> None:
    one, other = two(town)
    third = town.citizen()
    code = code_of(one)
    other.text(code)
    other.tap("はい")
    third.text(code)
    assert "使えませんでした" in third.words()


def test_a_code_ends_after_ten_minutes_and_with_the_next_one(town: Town) -> None:
    one, other = two(town)
    older = code_of(one)
    newer = code_of(one)
    other.text(older)
    assert "使えませんでした" in other.words()
    town.pass_minutes(11)
    other.text(newer)
    assert "使えませんでした" in other.words()
    other.press(f"linkyes:{newer.replace('-', '')}")
    assert "使えませんでした" in other.words()
    assert person_of(town, one) != person_of(town, other)


def test_who_guesses_is_asked_to_wait_even_with_the_right_code(town: Town) -> None:
    one, other = two(town)
    for n in "34679":
        other.text(f"AAA-AAA-AA{n}")
    other.text(code_of(one))
    assert "1時間ほどあけて" in other.words()
    town.now += timedelta(hours=1, minutes=1)
    other.text(code_of(one))
    assert "2つの記録を1つにしますか" in other.words()


def test_only_a_keyed_hash_of_a_code_is_stored(town: Town) -> None:
    code = code_of(town.citizen()).replace("-", "")
    rows = town.database.read(lambda c: c.execute(select(LINK_CODES)).all()).result()
    assert [row.code_hash for row in rows] == [town.house.keyed_hash(f"link:{code}")]


def test_a_stranger_agrees_first_and_the_code_of_the_deep_link_is_taken_up(town: Town) -> None:
    one = town.citizen()
    town.pass_minutes(1)
    code = code_of(one).replace("-", "")
    other = town.citizen(joined=False)
    other.press("lang:ja")
    other.text(code)
    assert "同意してはじめる" in [choice.label for choice in other.buttons()]
    other.tap("同意してはじめる")
    other.tap("はい、1つにする")
    assert person_of(town, one) == person_of(town, other)


def test_ones_own_code_on_the_same_phone_changes_nothing(town: Town) -> None:
    one = town.citizen()
    one.text(code_of(one))
    assert "もうその記録につながっています" in one.words()


def word_of(citizen: Citizen) -> str:
    """Let somebody write down their code and word; gives both as they would be typed."""
    citizen.press("word")
    citizen.press("wordnew")
    code, word = (line.partition("：")[2] for line in citizen.words().split("\n")[1:3])
    return f"{code} {word}"


def test_a_code_and_a_word_bring_a_record_to_a_new_phone(town: Town) -> None:
    lost, new = two(town)
    lost.press(f"r:my_bottle:{TODAY}:1")
    written, person_id = word_of(lost), person_of(town, lost)
    new.press("recover")
    new.text(written.lower())
    assert "前に使っていたアプリは記録から外れ" in new.words()
    new.tap("はい")
    assert "合計は5ポイント" in new.words()
    assert person_of(town, new) == person_id
    account = town.database.read(lambda c: accounts.find(c, ChannelName.LINE, "bot", lost.key)).result()
    assert account is not None
    assert account.person_id is None
    assert any("ここからは外れました" in body for body in told(town, lost))
    assert not differences(town)
    assert town.database.read(lambda c: c.execute(select(RECOVERY_WORDS)).all()).result() == []


def test_a_wrong_word_says_nothing_of_which_was_wrong_and_is_counted(town: Town) -> None:
    lost, new = two(town)
    code = word_of(lost).split()[0]
    for n in "34679":
        new.press("recover")
        new.text(f"{code} AAAAA-AAAA{n}")
        assert "コードかことばが違います" in new.words()
    town.pass_minutes(1)
    new.press("recover")
    new.text(f"{code} {word_of(lost).split()[1]}")
    assert "1時間ほどあけて" in new.words()


def test_the_words_of_a_recovery_are_not_kept_and_its_word_only_as_a_hash(town: Town) -> None:
    lost, new = two(town)
    written = word_of(lost)
    new.press("recover")
    new.text(written)
    word = written.split()[1].replace("-", "")
    person_id = person_of(town, lost)
    kept = town.database.read(lambda c: recoveries.find_word(c, person_id)).result()
    assert kept == town.house.keyed_hash(f"recover:{person_id}:{word}")


def test_codes_are_told_apart_from_slips_persons_and_plain_words() -> None:
    assert link_codes.read("7c3-k94 wmx") == "7C3K94WMX"
    assert link_codes.read("cameraman") is None
    assert link_codes.read("346794769") is None
    assert link_codes.read("7C3K94WM") is None
    written = f"{person_codes.write(42)} AAAAA-AAAA3"
    assert link_codes.read_recovery(written) == (42, "AAAAAAAAA3")
    assert link_codes.read_recovery(person_codes.write(42)) is None
