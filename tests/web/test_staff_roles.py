"""Role by address: every page and act of the staff tried over HTTP by everybody; a refusal does nothing and is kept."""

from datetime import timedelta

import pytest
from starlette.routing import Route

from storage import audit, catalogue, people, staff
from storage.facts import StaffRole
from storage.programme_file import to_document
from tests.town import Town, kitaq
from tests.web.staff_broadcasts import draft
from tests.web.staff_desk import NAME, SECRET, START, Office, carrying, make_token

ROLES = ["nobody", "desk", "viewer", "editor", "approver", "administrator"]
TABLE = """
GET  /staff/accounts                            -    -  -  -  -  yes
POST /staff/accounts                            -    -  -  -  -  yes
POST /staff/accounts/{staff_id:number}          -    -  -  -  -  yes
GET  /staff/records                             -    -  -  -  yes yes
GET  /staff/people                              -    -  -  yes yes yes
POST /staff/people                              -    -  -  yes yes yes
GET  /staff/people/{person_id:number}           -    -  -  yes yes yes
POST /staff/people/{person_id:number}/pause     -    -  -  yes yes yes
POST /staff/people/{person_id:number}/corrections - - -  -  yes yes
GET  /staff/people/{person_id:number}/erasure   -    -  -  -  -  yes
POST /staff/people/{person_id:number}/erasure   -    -  -  -  -  yes
GET  /staff/people/{person_id:number}/merge     -    -  -  yes yes yes
POST /staff/people/{person_id:number}/merge     -    -  -  -  yes yes
POST /staff/people/{person_id:number}/unmerge   -    -  -  -  yes yes
POST /staff/people/{person_id:number}/handover  -    -  -  yes yes yes
GET  /staff/questions                           -    -  -  yes yes yes
GET  /staff/questions/{inquiry_id:number}       -    -  -  yes yes yes
POST /staff/questions/{inquiry_id:number}       -    -  -  yes yes yes
GET  /staff/answers                             -    -  -  yes yes yes
POST /staff/answers                             -    -  -  yes yes yes
GET  /staff/answers/new                         -    -  -  yes yes yes
POST /staff/answers/new                         -    -  -  yes yes yes
GET  /staff/answers/{answer_id:number}          -    -  -  yes yes yes
POST /staff/answers/{answer_id:number}          -    -  -  yes yes yes
GET  /staff/puzzles                             -    -  -  yes yes yes
POST /staff/puzzles                             -    -  -  yes yes yes
GET  /staff/names                               -    -  -  yes yes yes
POST /staff/names                               -    -  -  yes yes yes
GET  /staff/evidence                            -    -  -  yes yes yes
GET  /staff/evidence/{evidence_id:number}       -    -  -  yes yes yes
GET  /staff/evidence/{evidence_id:number}/picture - - -  yes yes yes
POST /staff/evidence/{evidence_id:number}       -    -  -  yes yes yes
GET  /staff/draws                               -    -  -  -  yes yes
POST /staff/draws                               -    -  -  -  yes yes
GET  /staff/draws/{draw_id:number}              -    -  -  -  yes yes
GET  /staff/draws/{draw_id:number}/winners.csv  -    -  -  -  yes yes
POST /staff/draws/{draw_id:number}/drawing      -    -  -  -  yes yes
POST /staff/draws/{draw_id:number}/withdrawal   -    -  -  -  yes yes
GET  /staff/teams                               -    -  -  yes yes yes
POST /staff/teams                               -    -  -  yes yes yes
GET  /staff/catalogue                           -    -  yes yes yes yes
GET  /staff/catalogue/versions/{version:number} -    -  yes yes yes yes
GET  /staff/catalogue/draft                     -    -  -  -  yes yes
POST /staff/catalogue/draft                     -    -  -  -  yes yes
POST /staff/catalogue/draft/file                -    -  -  -  yes yes
POST /staff/catalogue/draft/start               -    -  -  -  yes yes
GET  /staff/catalogue/draft/actions/{code}      -    -  -  -  yes yes
POST /staff/catalogue/draft/actions/{code}      -    -  -  -  yes yes
GET  /staff/switches                            -    -  -  yes yes yes
POST /staff/switches                            -    -  -  yes yes yes
GET  /staff/months                              -    -  yes yes yes yes
GET  /staff/months/{month:number}               -    -  yes yes yes yes
GET  /staff/months/{month:number}/report.csv    -    -  yes yes yes yes
POST /staff/months/{month:number}/closing       -    -  -  -  yes yes
POST /staff/months/{month:number}/portal        -    -  -  yes yes yes
GET  /staff/kpis                                -    -  yes yes yes yes
POST /staff/kpis                                -    -  -  yes yes yes
GET  /staff/kpis/{kpi_id:number}                -    -  yes yes yes yes
POST /staff/kpis/{kpi_id:number}                -    -  -  yes yes yes
POST /staff/kpis/{kpi_id:number}/values         -    -  -  yes yes yes
GET  /staff/me                                  -    -  yes yes yes yes
POST /staff/me                                  -    -  yes yes yes yes
POST /staff/prove                               -    -  yes yes yes yes
POST /staff/leave                               -    yes yes yes yes yes
GET  /staff                                     -    yes yes yes yes yes
GET  /staff/events                              -    yes yes yes yes yes
GET  /staff/mondays                             -    -  yes yes yes yes
POST /staff/mondays                             -    -  -  yes yes yes
POST /staff/mondays/approval                    -    -  -  -  yes -
POST /staff/failures                            -    -  -  -  yes yes
GET  /staff/events/{event_id:number}            -    yes yes yes yes yes
GET  /staff/events/new                          -    -  -  yes yes yes
POST /staff/events/new                          -    -  -  yes yes yes
GET  /staff/events/{event_id:number}/edit       -    -  -  yes yes yes
POST /staff/events/{event_id:number}/edit       -    -  -  yes yes yes
GET  /staff/events/{event_id:number}/survey     -    -  yes yes yes yes
GET  /staff/events/{event_id:number}/questions  -    -  -  yes yes yes
POST /staff/events/{event_id:number}/questions  -    -  -  yes yes yes
POST /staff/events/{event_id:number}/exports    -    -  -  yes yes yes
GET  /staff/attendance                          -    -  -  yes yes yes
POST /staff/attendance                          -    -  -  yes yes yes
GET  /staff/parts/{part_id:number}/meeting      -    -  -  yes yes yes
POST /staff/parts/{part_id:number}/meeting      -    -  -  yes yes yes
POST /staff/events/{event_id:number}/acts       -    -  -  yes yes yes
POST /staff/events/{event_id:number}/people     -    -  -  yes yes yes
GET  /staff/parts/{part_id:number}              -    yes yes yes yes yes
POST /staff/parts/{part_id:number}/people       -    yes - yes yes yes
GET  /staff/parts/{part_id:number}/list         -    -  yes yes yes yes
GET  /staff/parts/{part_id:number}/door         -    yes - yes yes yes
GET  /staff/parts/{part_id:number}/roster       -    yes - yes yes yes
POST /staff/parts/{part_id:number}/scans        -    yes - yes yes yes
POST /staff/parts/{part_id:number}/walk-ins     -    yes - yes yes yes
GET  /staff/broadcasts                          -    -  yes yes yes yes
GET  /staff/broadcasts/{broadcast_id:number}    -    -  yes yes yes yes
GET  /staff/broadcasts/{broadcast_id:number}/check - - yes yes yes yes
GET  /staff/broadcasts/new                      -    -  -  yes yes yes
POST /staff/broadcasts/new                      -    -  -  yes yes yes
POST /staff/broadcasts/looks                    -    -  -  yes yes yes
POST /staff/broadcasts/announcements            -    -  -  yes yes yes
GET  /staff/broadcasts/{broadcast_id:number}/edit - - - yes yes yes
POST /staff/broadcasts/{broadcast_id:number}/edit - - - yes yes yes
POST /staff/broadcasts/{broadcast_id:number}/acts - - - yes yes yes
POST /staff/broadcasts/{broadcast_id:number}/corrections - - - yes yes yes
POST /staff/broadcasts/{broadcast_id:number}/sending - - - yes yes yes
POST /staff/broadcasts/{broadcast_id:number}/approval - - - - yes -
GET  /staff/parts/{part_id:number}/word         -    -  -  yes yes yes
POST /staff/parts/{part_id:number}/word         -    -  -  yes yes yes
"""
OPEN_TO_ALL = {  # the ways in, and a script that holds nothing private
    ("GET", "/staff/enter/{token}"), ("GET", "/staff/sign-in"), ("POST", "/staff/sign-in"),
    ("POST", "/staff/challenge"), ("GET", "/staff/directory"), ("POST", "/staff/directory"),
    ("GET", "/staff/directory/back"),
    ("GET", "/staff/join/{token}"), ("POST", "/staff/join/{token}"), ("GET", "/staff/parts/worker.js"),
}  # fmt: skip
ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [
    (method, path, role, cell == "yes")
    for method, path, *cells in ROWS
    for role, cell in zip(ROLES, cells, strict=True)
]


def address(office: Office, path: str) -> str:
    """Put the numbers of the one event, its part and the first account into an address."""
    event = office.event(1)
    person_id = office.do(lambda c: people.list_by_name(c, "", 1))[0].id
    numbers = {"event_id": event.id, "part_id": event.parts[0].id, "staff_id": 1, "broadcast_id": 1}
    numbers |= {"person_id": person_id, "version": 1, "evidence_id": 1}
    numbers |= {"person_id": person_id, "month": 202201, "kpi_id": 1, "draw_id": 1}
    numbers |= {"person_id": person_id, "inquiry_id": 1, "answer_id": 1}
    for name, number in numbers.items():
        path = path.replace(f"{{{name}:number}}", str(number))
    return path.replace("{code}", "my_bottle")


@pytest.fixture
def office(town: Town) -> Office:
    opened = Office(town)
    opened.do(lambda c: catalogue.add_version(c, to_document(kitaq()), "file", town.now))
    opened.add_event()
    opened.town.citizen()
    opened.at(START + timedelta(minutes=5))
    draft(opened)
    return opened


def test_the_table_names_every_address(office: Office) -> None:
    routes = [route for route in office.rooms if isinstance(route, Route)]
    there = {(method, route.path) for route in routes for method in (route.methods or set()) - {"HEAD"}}
    assert there - OPEN_TO_ALL == {(method, path) for method, path, *_ in ROWS}


async def ask(office: Office, method: str, path: str, role: str) -> int:
    """Ask for an address as somebody in a role; gives the status."""
    async with office.browser() as browser:
        if role == "desk":
            await browser.get(office.link())
            browser.event_hooks["request"].append(carrying(make_token(SECRET, browser.cookies["desk"])))
        elif role != "nobody":
            cookie = office.sign_in(f"{NAME} {role}", StaffRole(role))
            browser.cookies.set("session", cookie)
            browser.event_hooks["request"].append(carrying(make_token(SECRET, cookie)))
        return (await browser.request(method, address(office, path))).status_code


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_gets_where_the_table_lets_it_and_nowhere_else(office: Office, role: str) -> None:
    found = {}
    for method, path, one, _ in CELLS:
        if one == role:
            found[method, path] = await ask(office, method, path, role)
    allowed = {(method, path): cell for method, path, one, cell in CELLS if one == role}
    wrongly_answered = {cell: status for cell, status in found.items() if (status != 403) is not allowed[cell]}
    may_be_wrong = {("POST", "/staff/prove")}  # it says 403 to a wrong password as well: test_staff_forms.py
    assert {cell: status for cell, status in wrongly_answered.items() if cell not in may_be_wrong} == {}
    assert all(status < 500 for status in found.values())


@pytest.mark.parametrize("act", ["seat", "cancel", "confirm"])
async def test_a_volunteer_checks_in_and_does_nothing_else_to_a_seat(office: Office, act: str) -> None:
    event = office.event(1)
    person_id = office.guest(event)
    path = f"/staff/parts/{event.parts[0].id}/people"
    async with office.by_link() as browser:
        browser.event_hooks["request"].append(carrying(make_token(SECRET, browser.cookies["desk"])))
        assert (await browser.post(path, data={"person": person_id, "act": act})).status_code == 403
        assert office.event(1).parts[0].taken == 1
        assert (await browser.post(path, data={"person": person_id, "act": "check-in"})).status_code == 303
    assert office.attendance(event.parts[0], person_id) is not None


async def test_a_refused_act_is_written_down_with_who_and_where(office: Office) -> None:  # 16.3.2
    async with office.at_the_desk("見る 人", StaffRole.VIEWER) as browser:
        await browser.post("/staff/events/1/acts", data={"act": "cancel-event", "confirmed": "yes", "seen": "1"})
    newest = office.do(lambda c: audit.list_newest(c, 1))[0]
    found = office.do(lambda c: staff.find_by_name(c, "見る 人"))
    assert (newest.act, newest.actor, newest.subject) == ("access.refused", "見る 人", f"staff:{found.id}")
    assert newest.detail == "POST /staff/events/{event_id:number}/acts"


async def test_nothing_is_changed_by_following_a_link(office: Office) -> None:  # 3.5.3
    async with office.at_the_desk(role=StaffRole.ADMINISTRATOR) as browser:
        shown = {path for method, path, *_ in ROWS if method == "GET"}
        for method, path, *_ in ROWS:
            if method == "POST" and path not in shown:
                assert (await browser.get(address(office, path))).status_code == 405, path


@pytest.mark.parametrize("role", ["viewer", "desk"])
async def test_a_page_shows_no_button_that_its_reader_may_not_press(office: Office, role: str) -> None:
    office.guest(office.event(1))
    pages = [
        "/staff/broadcasts",
        "/staff/broadcasts/1",
        "/staff/broadcasts/1/check",
        "/staff",
        "/staff/events/1",
        f"/staff/parts/{office.event(1).parts[0].id}",
    ]
    at_the_desk = office.by_link() if role == "desk" else office.at_the_desk(role=StaffRole.VIEWER)
    async with at_the_desk as browser:
        said = "".join([(await browser.get(path)).text for path in pages])
    for words in (
        "新しく書く",
        "申請する",
        "この配信を中止する",
        "イベントを中止する",
        "イベントを作る",
        "内容を直す",
        "を取り出す",
        "電話で申し込みを受ける",
        "取り消す…",
        "/staff/accounts",
        "/staff/records",
    ):
        assert words not in said, words
    assert ("受付をする" in said) is (role == "desk")


async def test_every_page_says_who_is_in(office: Office) -> None:
    office.guest(office.event(1))
    async with office.at_the_desk(NAME, StaffRole.ADMINISTRATOR) as browser:
        for method, path, *_ in ROWS:
            if method == "GET" and not path.endswith(("/roster", ".csv")):
                assert f">{NAME}さん</a>" in (await browser.get(address(office, path))).text, path
