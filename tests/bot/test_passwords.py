"""Passwords and printed codes under argon2id, and the codes of an authenticator app."""

from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pyotp
import pytest

from bot import authenticator, passwords

NOW = datetime(2022, 1, 20, 3, tzinfo=UTC)
SECRET = b"a secret of the tests"


async def test_a_password_is_hashed_with_argon2id_under_a_salt_of_its_own() -> None:
    first, second = await passwords.hash_password("correct horse battery"), await passwords.hash_password("same")
    assert first.startswith("$argon2id$v=19$")
    assert first != await passwords.hash_password("correct horse battery")
    assert await passwords.is_right(first, "correct horse battery")
    assert not await passwords.is_right(first, "correct horse batterx")
    assert not await passwords.is_right(second, "correct horse battery")


def test_to_guess_a_password_costs_more_than_the_floor_of_asvs(slow_to_guess: dict[str, int]) -> None:
    assert slow_to_guess["passes"] >= 1
    assert slow_to_guess["kibibytes"] >= 46 * 1024


@pytest.mark.parametrize("stored", ["", "no hash"])
async def test_no_password_is_right_where_there_is_none(stored: str) -> None:
    assert not await passwords.is_right(stored, "")
    assert not await passwords.is_right(stored, "correct horse battery")


async def test_a_sheet_has_ten_codes_each_known_by_its_hash_only() -> None:
    codes, hashes = await passwords.make_codes()
    assert len(codes) == len(set(codes)) == len(hashes) == 10
    for code in codes:
        read = passwords.read_code(code)
        assert read is not None
        number, letters = read
        assert await passwords.is_right(hashes[number], letters)
        assert not await passwords.is_right(hashes[(number + 1) % 10], letters)


@pytest.mark.parametrize("typed", ["3-ACD-EFG-HJK", "3acdefghjk", " ３ － ＡＣＤ ＥＦＧ ＨＪＫ ", "3.acd.efg.hjk"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert passwords.read_code(typed) == (3, "ACDEFGHJK")


@pytest.mark.parametrize("typed", ["", "123456", "ACD-EFG-HJK", "3-ACD-EFG-HJ", "A-ACD-EFG-HJK", "②ACDEFGHJKX"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert passwords.read_code(typed) is None


def test_the_apps_code_counts_in_its_half_minute_and_the_next() -> None:
    key = authenticator.key_of(SECRET, authenticator.new_salt())
    code, step = pyotp.TOTP(key).at(NOW), int(NOW.timestamp()) // 30
    assert authenticator.step_of(key, f" {code[:3]} {code[3:]} ", NOW) == step
    assert authenticator.step_of(key, code, NOW + timedelta(seconds=30)) == step
    assert authenticator.step_of(key, code, NOW + timedelta(seconds=60)) is None
    assert authenticator.step_of(key, code, NOW - timedelta(seconds=1)) is None


@pytest.mark.parametrize("typed", ["", "12345", "あいうえおか", "１２"])
def test_no_other_words_are_a_code(typed: str) -> None:
    assert authenticator.step_of(authenticator.key_of(SECRET, "salt"), typed, NOW) is None


def test_the_apps_key_cannot_be_had_from_the_salt_without_our_secret() -> None:
    assert authenticator.key_of(SECRET, "salt") != authenticator.key_of(b"another", "salt")
    assert len(authenticator.key_of(SECRET, "salt")) == 32  # 160 bits


def test_an_app_shows_whose_and_for_what_the_code_is() -> None:
    address = unquote(authenticator.address_of("A" * 32, "佐藤 花子", "ゼロカーボン"))
    assert address.startswith("otpauth://totp/ゼロカーボン:佐藤 花子?secret=AAAA")
