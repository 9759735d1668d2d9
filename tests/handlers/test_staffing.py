"""The life of a staff account on both databases: links work once, successors take over, an administrator stays."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from handlers import signing_in, staffing
from handlers.signing_in import Browser, Factor
from handlers.staffing import Doing, StaffRefusedError
from storage import audit, sessions, staff
from storage.database import Database
from storage.facts import StaffFacts, StaffRole

NOW = datetime(2022, 1, 20, 3, tzinfo=UTC)
CODES = {0: "hash zero", 1: "hash one"}
ADMINISTRATOR, EDITOR = StaffRole.ADMINISTRATOR, StaffRole.EDITOR


def doing(by: str = "管理 者", after: timedelta = timedelta(0)) -> Doing:
    return Doing(by=by, now=NOW, real_now=NOW + after)


class Bureau:
    """A database, and what is done in it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def do(self, act: Any, *args: Any, **how: Any) -> Any:
        return self.database.write(lambda connection: act(connection, *args, **how)).result()

    def hire(self, name: str, role: StaffRole = EDITOR) -> int:
        """Invite somebody and let them enter; gives their number."""
        number = self.do(staffing.invite, name, role, f"link of {name}", doing())
        assert self.join(f"link of {name}") is not None
        return int(number)

    def join(self, link: str, after: timedelta = timedelta(0)) -> StaffFacts | None:
        return self.do(staffing.join, link, "hash", CODES, doing("本人", after))  # type: ignore[no-any-return]

    def get(self, number: int) -> StaffFacts:
        found = self.do(staff.find, number)
        assert found is not None
        return found  # type: ignore[no-any-return]

    def open_session(self, number: int, key: str) -> None:
        self.do(signing_in.begin_session, number, Browser(session=key, device=f"device {key}"), doing())

    def is_in(self, key: str, after: timedelta = timedelta(0)) -> bool:
        idle, longest = timedelta(hours=1), timedelta(hours=12)
        return self.do(sessions.find, key, NOW + after, idle, longest) is not None

    def acts(self) -> list[tuple[str, str]]:
        return [(row.act, row.subject) for row in reversed(self.do(audit.list_newest, 100))]


@pytest.fixture
def bureau(database: Database) -> Bureau:
    return Bureau(database)


def test_a_link_lets_in_once_and_its_second_use_is_written_down(bureau: Bureau) -> None:
    number = bureau.do(staffing.invite, "佐藤", EDITOR, "link", doing())
    assert bureau.get(number).joined_at is None
    assert bureau.join("link") is not None
    assert bureau.get(number).joined_at == NOW
    assert bureau.get(number).codes_left == 2
    assert bureau.join("link") is None
    assert bureau.acts() == [(act, f"staff:{number}") for act in ("staff.invite", "staff.join", "link.refused")]


def test_a_link_ends_after_a_day_and_a_made_up_one_never_worked(bureau: Bureau) -> None:
    bureau.do(staffing.invite, "佐藤", EDITOR, "link", doing())
    assert bureau.join("another link") is None
    assert bureau.join("link", timedelta(hours=24)) is None
    assert bureau.join("link", timedelta(hours=23, minutes=59)) is not None


def test_a_new_link_ends_the_old_one_and_replaces_password_codes_app_and_sessions(bureau: Bureau) -> None:
    number = bureau.hire("佐藤")
    bureau.do(signing_in.set_app, number, "salt", 5, doing())
    bureau.open_session(number, "old")
    bureau.do(staffing.renew_link, number, "first", doing())
    bureau.do(staffing.renew_link, number, "second", doing())
    assert bureau.is_in("old")  # until it is used, nothing else changes
    assert bureau.join("first") is None
    assert bureau.join("second") is not None
    assert not bureau.get(number).has_app
    assert not bureau.is_in("old")
    assert not bureau.do(sessions.knows_device, "device old", number)


def test_a_name_is_never_used_again(bureau: Bureau) -> None:
    bureau.hire("管理", ADMINISTRATOR)
    bureau.do(staffing.end, bureau.hire("佐藤"), doing())
    with pytest.raises(StaffRefusedError, match="やめた人の名前も使えません"):
        bureau.do(staffing.invite, "佐藤", EDITOR, "link", doing())


def test_the_desks_role_is_no_account(bureau: Bureau) -> None:
    with pytest.raises(StaffRefusedError, match="この役割はありません"):
        bureau.do(staffing.invite, "佐藤", StaffRole.DESK, "link", doing())


def test_who_is_ended_is_out_at_once_with_everything_that_could_let_them_in(bureau: Bureau) -> None:
    number = bureau.hire("佐藤")
    bureau.open_session(number, "key")
    bureau.do(staffing.renew_link, number, "link", doing())
    bureau.do(staffing.end, number, doing())
    assert bureau.do(sessions.list_of, number) == []
    assert bureau.join("link") is None
    assert bureau.do(staff.find_secrets, "佐藤") is None
    assert bureau.get(number).codes_left == 0


def test_a_session_that_an_ended_account_still_had_lets_nobody_in(bureau: Bureau) -> None:
    number = bureau.hire("佐藤")
    bureau.open_session(number, "key")
    bureau.do(staff.change, number, ended_at=NOW)
    assert not bureau.is_in("key")


@pytest.mark.parametrize("act", [staffing.end, partial(staffing.give_role, role=EDITOR)])
def test_the_last_administrator_stays(bureau: Bureau, act: Callable[..., None]) -> None:
    last = bureau.hire("管理", ADMINISTRATOR)
    bureau.do(staffing.invite, "まだ 入らない", ADMINISTRATOR, "link", doing())
    with pytest.raises(StaffRefusedError, match="管理者が一人もいなくなる"):
        bureau.do(act, staff_id=last, doing=doing())
    assert bureau.join("link") is not None
    bureau.do(staffing.end, last, doing())
    assert bureau.get(last).ended_at == NOW


def test_a_successor_has_the_role_and_ends_the_predecessor_by_entering(bureau: Bureau) -> None:
    before = bureau.hire("前任", ADMINISTRATOR)
    bureau.open_session(before, "key")
    after = bureau.do(staffing.hand_over, before, "後任", "link", doing())
    assert bureau.get(after).role is ADMINISTRATOR
    assert bureau.is_in("key")
    bureau.do(staffing.renew_link, after, "newer link", doing())  # the first was lost: it still is a handing over
    assert bureau.join("newer link") is not None
    assert bureau.get(before).ended_at == NOW
    assert not bureau.is_in("key")


def test_another_role_ends_the_sessions(bureau: Bureau) -> None:
    number = bureau.hire("佐藤")
    bureau.open_session(number, "key")
    bureau.do(staffing.give_role, number, StaffRole.VIEWER, doing())
    assert bureau.get(number).role is StaffRole.VIEWER
    assert not bureau.is_in("key")


def test_the_command_line_lets_in_anew_who_is_there_in_their_old_role(bureau: Bureau) -> None:
    assert bureau.do(staffing.let_in, "佐藤", EDITOR, "link", doing())
    assert not bureau.do(staffing.let_in, "佐藤", ADMINISTRATOR, "newer", doing())
    found = bureau.do(staff.find_by_name, "佐藤")
    assert found.role is EDITOR


def test_a_session_ends_when_idle_and_when_old(bureau: Bureau) -> None:
    number = bureau.hire("佐藤")
    bureau.open_session(number, "key")
    assert bureau.is_in("key", timedelta(minutes=59))
    assert not bureau.is_in("key", timedelta(hours=1))
    for minutes in range(30, 12 * 60, 30):
        bureau.do(sessions.see, "key", NOW + timedelta(minutes=minutes))
    assert bureau.is_in("key", timedelta(hours=11, minutes=59))
    assert not bureau.is_in("key", timedelta(hours=12))


@pytest.mark.parametrize("factor", [Factor(step=7), Factor(number=1)])
def test_a_second_factor_counts_once(bureau: Bureau, factor: Factor) -> None:
    one = bureau.get(bureau.hire("佐藤"))
    browser = Browser(session="a", device="d"), Browser(session="b", device="d")
    assert bureau.do(signing_in.sign_in, one, factor, browser[0], "key", doing())
    assert not bureau.do(signing_in.sign_in, one, factor, browser[1], "key", doing())
    assert not bureau.is_in("b")


def test_an_earlier_code_of_the_app_does_not_count_after_a_later_one(bureau: Bureau) -> None:
    one = bureau.get(bureau.hire("佐藤"))
    assert bureau.do(signing_in.sign_in, one, Factor(step=8), Browser(session="a", device="d"), "key", doing())
    assert not bureau.do(signing_in.sign_in, one, Factor(step=7), Browser(session="b", device="d"), "key", doing())


def test_tries_count_before_they_are_looked_at_and_success_forgets_them(bureau: Bureau) -> None:
    one = bureau.get(bureau.hire("佐藤"))
    waits = [bureau.do(signing_in.begin_try, "key", NOW) for _ in range(6)]
    assert waits == [None] * 5 + [NOW + timedelta(seconds=1)]
    assert bureau.do(signing_in.begin_try, "another key", NOW) is None
    assert bureau.do(signing_in.begin_try, "key", NOW + timedelta(seconds=1)) is None
    assert bureau.do(signing_in.begin_try, "key", NOW + timedelta(seconds=2)) is not None
    bureau.do(signing_in.sign_in, one, Factor(step=1), Browser(session="a", device="d"), "key", doing())
    assert bureau.do(signing_in.begin_try, "key", NOW + timedelta(seconds=2)) is None


def test_tries_are_forgotten_after_a_day(bureau: Bureau) -> None:
    for _ in range(5):
        bureau.do(signing_in.begin_try, "key", NOW)
    later = NOW + timedelta(hours=25)
    bureau.do(signing_in.begin_try, "another", later)
    assert [bureau.do(signing_in.begin_try, "key", later) for _ in range(5)] == [None] * 5


def test_a_new_password_ends_what_is_open_elsewhere_only(bureau: Bureau) -> None:
    number = bureau.hire("佐藤")
    bureau.open_session(number, "here")
    bureau.open_session(number, "there")
    bureau.do(signing_in.set_password, number, "newer hash", "here", doing())
    assert bureau.is_in("here")
    assert not bureau.is_in("there")
