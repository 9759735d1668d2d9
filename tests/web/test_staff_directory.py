"""Signing in by the city's directory, against a provider on loopback; and every answer of it that is refused."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from joserfc.jwk import OctKey, RSAKey
from structlog.testing import capture_logs

from bot.directory import Directory
from handlers import staffing
from handlers.staffing import Doing
from storage import audit, directory_links, staff
from storage.facts import StaffRole
from tests.town import Town
from tests.web.soft_directory import CLIENT, SECRET, SoftDirectory, serving
from tests.web.staff_clerks import Clerk, clerk, hired
from tests.web.staff_desk import Office, text_of

NAME = "佐藤 花子"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftDirectory]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as opened:
        yield opened


@pytest.fixture
def office(town: Town, provider: SoftDirectory) -> Office:
    provider.now = town.house.clock.real().timestamp()
    where = Directory(issuer=provider.url, client_id=CLIENT, client_secret=SECRET, trusted=("amr:mfa",))
    return Office(town, directory=where)


async def linked(office: Office, provider: SoftDirectory) -> Clerk:
    """Have somebody enter, and an administrator link them; gives them at a browser where nobody is in."""
    one, chief = await hired(office, NAME), await hired(office, "管理 一郎", StaffRole.ADMINISTRATOR)
    number = office.do(lambda c: staff.find_by_name(c, NAME)).id
    await chief.open("/staff/accounts")
    await chief.send(f"/staff/accounts/{number}", act="directory", subject=provider.subject)
    assert "つながりを変えました" in chief.words
    other = clerk(office, NAME)
    other.codes = one.codes
    return other


async def by_directory(one: Clerk, provider: SoftDirectory) -> str:
    """Go to the directory and come back; gives the words of the page."""
    away = await one.browser.get("/staff/directory")
    assert away.status_code == 302
    await one.open(provider.visit(away.headers["location"]))
    return one.words


async def test_who_is_linked_comes_in_by_the_directory_and_a_code_of_ours(
    office: Office, provider: SoftDirectory
) -> None:
    one = await linked(office, provider)
    assert "確認コード" in await by_directory(one, provider)
    assert not await one.is_in()
    await one.press("サインイン", code="1-AAA-AAA-AAA")
    assert "違います" in one.words
    assert not await one.is_in()
    await one.press("サインイン", code=one.codes[0])
    assert await one.is_in()


@pytest.mark.parametrize(("methods", "comes_in"), [(["pwd", "mfa"], True), (["pwd"], False), ("mfa", False)])
async def test_the_directorys_second_factor_counts_only_where_it_says_so_in_our_words(
    office: Office, provider: SoftDirectory, methods: object, comes_in: bool
) -> None:
    one = await linked(office, provider)
    provider.claims = {"amr": methods}
    await by_directory(one, provider)
    assert await one.is_in() is comes_in
    assert office.do(lambda c: audit.list_newest(c, 1))[0].detail == ("directory" if comes_in else "on")


async def test_who_is_not_linked_gets_no_account_and_is_told_their_number(
    office: Office, provider: SoftDirectory
) -> None:
    await hired(office, NAME)
    provider.claims = {"email": "hanako@city.example", "name": NAME, "amr": ["mfa"]}
    one = clerk(office, NAME)
    with capture_logs() as logs:
        assert provider.subject in await by_directory(one, provider)
    assert not await one.is_in()
    assert len(office.do(staff.list_all)) == 1
    assert [line["kind"] for line in logs if line["event"] == "directory_refused"] == ["not linked"]
    assert provider.subject not in str(logs)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"aud": "another client"},
        {"aud": [CLIENT, "another client"], "azp": "another client"},
        {"iss": "https://elsewhere.example"},
        {"exp": 1},
        {"exp": None},
        {"iat": 99_999_999_999},
        {"sub": None},
        {"sub": 77},
    ],
    ids=str,
)
async def test_a_token_that_is_not_for_this_sign_in_is_refused_and_logged(
    office: Office, provider: SoftDirectory, claims: dict[str, object]
) -> None:
    one = await linked(office, provider)
    provider.claims = {"amr": ["mfa"], **claims}
    with capture_logs() as logs:
        assert "確かめられませんでした" in await by_directory(one, provider)
    assert not await one.is_in()
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["directory_refused"]


@pytest.mark.parametrize("forged", ["another key", "the client's secret"])
async def test_a_forged_signature_is_refused(office: Office, provider: SoftDirectory, forged: str) -> None:
    one = await linked(office, provider)
    provider.claims = {"amr": ["mfa"]}
    if forged == "another key":
        provider.signer = RSAKey.generate_key(2048, {"kid": "one"})
    else:
        provider.signer, provider.header = OctKey.import_key(SECRET * 2, {"kid": "one"}), {"alg": "HS256"}
    assert "確かめられませんでした" in await by_directory(one, provider)
    assert not await one.is_in()


async def test_a_way_back_that_this_browser_did_not_begin_or_has_gone_before_is_refused(
    office: Office, provider: SoftDirectory
) -> None:
    one = await linked(office, provider)
    provider.claims = {"amr": ["mfa"]}
    away = await one.browser.get("/staff/directory")
    back = provider.visit(away.headers["location"])
    stranger = clerk(office, NAME)
    for page in (await stranger.open(back), await one.open(back.replace("state=", "state=x"))):
        assert "確かめられませんでした" in text_of(page)
    await one.open(back)
    assert await one.is_in()
    again = clerk(office, NAME)
    again.browser.cookies.set("directory", away.cookies["directory"])
    await again.open(back)  # the provider gives nothing for a code a second time
    assert not await again.is_in()


async def test_a_directory_of_another_name_or_without_https_is_not_asked(
    office: Office, provider: SoftDirectory
) -> None:
    for about in ({"issuer": "https://elsewhere.example"}, {"token_endpoint": "http://elsewhere.example/token"}):
        provider.about = about
        one = clerk(office, NAME)
        away = await one.browser.get("/staff/directory")
        if away.status_code == 302:
            away = await one.open(provider.visit(away.headers["location"]))
        assert "確かめられませんでした" in text_of(away)


async def test_an_account_that_ended_comes_in_no_more_and_its_number_is_free(
    office: Office, provider: SoftDirectory
) -> None:
    one = await linked(office, provider)
    provider.claims = {"amr": ["mfa"]}
    number, now = office.do(lambda c: staff.find_by_name(c, NAME)).id, office.town.now
    office.do(lambda c: staffing.end(c, number, Doing(by="root", now=now, real_now=now)))
    assert "つながっていません" in await by_directory(one, provider)
    assert office.do(lambda c: directory_links.find(c, provider.url, provider.subject)) is None


async def test_one_number_leads_to_one_account(office: Office, provider: SoftDirectory) -> None:
    await linked(office, provider)
    chief = await hired(office, "管理 二郎", StaffRole.ADMINISTRATOR)
    number = office.do(lambda c: staff.find_by_name(c, "管理 一郎")).id
    await chief.open("/staff/accounts")
    answer = await chief.send(f"/staff/accounts/{number}", act="directory", subject=provider.subject)
    assert answer.status_code == 409
    assert "ほかの職員" in chief.words


async def test_without_the_setting_there_is_no_such_way(town: Town) -> None:
    office = Office(town)
    one = clerk(office, NAME)
    await one.open("/staff/sign-in")
    assert "ディレクトリ" not in one.words
    for path in ("/staff/directory", "/staff/directory/back?code=1&state=2"):
        assert (await one.open(path)).status_code == 409


async def test_a_directory_that_does_not_answer_leaves_the_other_ways(office: Office, town: Town) -> None:
    assert office.desk.directory is not None
    dead = Office(town, directory=replace(office.desk.directory, issuer="http://127.0.0.1:9"))
    assert "パスワードで入ってください" in text_of(await clerk(dead, NAME).open("/staff/directory"))
