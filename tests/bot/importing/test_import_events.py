"""Events from a table: shown first, added as drafts, each line in doubt named; nothing that is there is changed."""

from contextlib import closing
from dataclasses import replace

import pytest

from bot.importing.events import compare
from storage import audit, events, notices
from storage.clock import TOKYO
from storage.database import Database
from storage.facts import AudienceKind, EventKind, EventMode, EventState, NoticeKind, PlannedEvent
from tests.bot.importing.conftest import Office

HEAD = "code,kind,audiences,mode,title,title_en,description,description_en,starts_at,ends_at,weekday,capacity"
SEMINAR = (
    "decarbon_0126,seminar,company,online,脱炭素経営,Decarbonisation,はなし,A talk,"
    "2022-01-26T14:00+09:00,2022-01-26T16:00+09:00,水,100"
)
COURSE = [
    f"gx_school,連続講座,市民・企業,会場,GX講座,GX school,はなし,A talk,{day} 14:00 JST,{day} 16:00 JST,,30"
    for day in ("2022/2/1", "2022/2/8", "2022/2/15")
]


def test_a_dry_run_says_what_would_be_added_and_stores_nothing(office: Office) -> None:
    said = office.say("import", "events", office.table(HEAD, SEMINAR, *COURSE))
    assert said.code == 0
    assert "+ decarbon_0126: 脱炭素経営, 2022-01-26 (Wed) 14:00" in said.out
    assert "+ gx_school: GX講座, 3 parts, 2022-02-01 (Tue) 14:00" in said.out
    assert said.out.endswith("nothing was stored; with --yes 2 events with 4 parts are added as drafts\n")
    assert office.ask(lambda c: events.list_all(c, 10)) == []


def test_with_yes_events_are_added_as_drafts_and_signed(office: Office) -> None:
    said = office.say("import", "events", office.table(HEAD, SEMINAR, *COURSE), "--yes", "--by", "Sato")
    assert said.code == 0
    course, seminar = office.ask(lambda c: events.list_all(c, 10))
    assert (seminar.code, seminar.state, seminar.kind) == ("decarbon_0126", EventState.DRAFT, EventKind.SEMINAR)
    assert (seminar.audiences, seminar.mode) == ((AudienceKind("company"),), EventMode.ONLINE)
    assert seminar.source == "table.csv"
    assert seminar.parts[0].starts_at is not None
    assert f"{seminar.parts[0].starts_at.astimezone(TOKYO):%m-%d %H:%M}" == "01-26 14:00"
    assert [part.capacity for part in course.parts] == [30, 30, 30]
    acts = office.ask(lambda c: [(row.actor, row.act, row.subject) for row in audit.list_newest(c, 9)])
    assert sorted(acts) == [("Sato", "event.import", f"event:{one.id}") for one in (seminar, course)]


def test_publishing_is_asked_for_and_posted_to_the_public_channel_once(office: Office) -> None:
    office.say("import", "events", office.table(HEAD, SEMINAR), "--yes", "--publish")
    (event,) = office.ask(lambda c: events.list_all(c, 9))
    assert event.state is EventState.PUBLISHED
    planned = office.ask(lambda c: notices.list_of_part(c, event.parts[0].id))
    assert [notice.kind for notice, _, _ in planned] == [NoticeKind.POST]


def test_a_draft_is_posted_nowhere(office: Office) -> None:
    office.say("import", "events", office.table(HEAD, SEMINAR), "--yes")
    (event,) = office.ask(lambda c: events.list_all(c, 9))
    assert office.ask(lambda c: notices.list_of_part(c, event.parts[0].id)) == []


def test_what_is_there_is_not_changed_and_its_differences_are_named(office: Office) -> None:
    table = office.table(HEAD, SEMINAR)
    office.say("import", "events", table, "--yes")
    again = office.say("import", "events", table, "--yes")
    assert "= decarbon_0126: is there already, the same" in again.out
    changed = SEMINAR.replace("脱炭素経営", "別の題").replace(",100", ",50")
    said = office.say("import", "events", office.table(HEAD, changed), "--yes")
    assert "! decarbon_0126: is there already and differs in title, parts; it is not changed by an import" in said.out
    assert office.ask(lambda c: [one.title["ja"] for one in events.list_all(c, 9)]) == ["脱炭素経営"]


@pytest.mark.parametrize(
    ("wrong", "right", "reason"),
    [
        ("2022-01-26T14:00", "2022-01-26T14:00+09:00", "starts_at: '2022-01-26T14:00' has no zone: write +09:00"),
        (",木,", ",水,", "weekday: 2022-01-26 is a Wednesday (水), not 木"),
        ("2022-01-19T14:00+09:00,2022-01-19T16:00+09:00,水", "", "starts in the past; with --past"),
        ("2022-02-30T14:00+09:00", "2022-01-26T14:00+09:00", "is no day and time of the calendar"),
        ("2022-01-26,", "2022-01-26T14:00+09:00,", "has no time: write it as 2022-01-26T14:00+09:00"),
        (",party,", ",seminar,", "kind: 'party' is none of seminar, workshop"),
        (",many", ",100", "capacity: 'many' is no number"),
        (",0", ",100", "parts[#1].capacity: must be 1 or more"),
        ("Code!", "decarbon_0126", "must be at most 32 small letters"),
        ("2022-01-26T13:00+09:00,水", "2022-01-26T16:00+09:00,水", "ends_at: must be after starts_at"),
    ],
)
def test_a_line_in_doubt_is_rejected_with_its_number_and_the_reason(
    small_office: Office, wrong: str, right: str, reason: str
) -> None:
    bad = SEMINAR.replace(right, wrong, 1) if right else SEMINAR.replace("01-26T", "01-19T")
    said = small_office.say("import", "events", small_office.table(HEAD, *COURSE, bad), "--yes")
    assert said.code == 1
    assert "line 5: rejected: " in said.out
    assert reason in said.out
    assert small_office.ask(lambda c: [one.code for one in events.list_all(c, 9)]) == ["gx_school"]


def test_past_events_are_taken_when_that_is_wished(small_office: Office) -> None:
    table = small_office.table(HEAD, SEMINAR.replace("01-26T", "01-19T"))
    assert small_office.say("import", "events", table, "--past", "--yes").code == 0


def test_of_an_event_with_a_bad_line_no_line_is_taken(small_office: Office) -> None:
    bad = [*COURSE[:2], COURSE[2].replace(" 14:00 JST", " 14:00", 1)]
    said = small_office.say("import", "events", small_office.table(HEAD, *bad), "--yes")
    assert "line 4: rejected: starts_at: '2022/2/15 14:00' has no zone" in said.out
    assert "line 2: rejected: left out with line 4 of the same event" in said.out
    assert small_office.ask(lambda c: events.list_all(c, 9)) == []


def test_lines_of_one_code_that_say_different_things_of_the_event_are_rejected(small_office: Office) -> None:
    said = small_office.say("import", "events", small_office.table(HEAD, COURSE[0], COURSE[1].replace("GX講座", "別")))
    assert "line 3: rejected: title differs from line 2: lines of one code are parts of one event" in said.out


def test_a_draft_may_lack_a_translation_and_a_published_event_may_not(small_office: Office) -> None:
    table = small_office.table(HEAD, SEMINAR.replace(",Decarbonisation,", ",,"))
    draft = small_office.say("import", "events", table)
    assert draft.code == 0
    assert "? decarbon_0126: title.en: is missing" in draft.out
    assert small_office.say("import", "events", table, "--publish").code == 1


def test_rejected_lines_go_to_a_file_when_one_is_named(small_office: Office) -> None:
    bad = SEMINAR.replace(",水,", ",木,")
    report = small_office.desk.folder / "report.csv"
    said = small_office.say("import", "events", small_office.table(HEAD, bad), "--report", str(report))
    assert "1 lines are in " in said.out
    written = report.read_bytes().decode("utf-8-sig")
    assert written.startswith("line,what,why\r\n2,rejected,")
    assert "Wednesday" in written


def test_japanese_columns_in_shift_jis_are_read(small_office: Office) -> None:
    head = (
        "コード,種類,対象,開催形式,題名,題名_en,説明,開始,終了,曜日,定員,参加費,言語,通訳,同伴者,全回申込,場所,場所_en"
    )
    row = (
        "walk,見学会,市民,会場,工場見学,Plant tour,見ます,2022/1/28 10:00 +0900,２０２２/１/２８ １２:００ JST,"
        '(金),20,"1,000円",ja,en、zh-Hans,2,いいえ,エコタウン,Eco Town'
    )
    said = small_office.say("import", "events", small_office.table(head, row, encoding="cp932"), "--yes")
    assert said.out.startswith("table.csv: Shift_JIS (CP932), commas\n")
    event = small_office.ask(lambda c: events.find_by_code(c, "walk"))
    assert event is not None
    assert (event.kind, event.cost_yen, event.interpreted_into) == (EventKind.VISIT, 1000, ("en", "zh-Hans"))
    assert (event.companions, event.whole_only, event.place) == (2, False, {"ja": "エコタウン", "en": "Eco Town"})


def test_an_open_date_is_taken(small_office: Office) -> None:
    head = f"{HEAD},date_words,date_words_en"
    row = "march,seminar,company,online,題,Title,はなし,A talk,,,,,3月上旬頃,Early March"
    assert small_office.say("import", "events", small_office.table(head, row), "--yes").code == 0
    event = small_office.ask(lambda c: events.find_by_code(c, "march"))
    assert event is not None
    assert event.parts[0].starts_at is None


def test_a_dead_joining_link_is_an_error_unless_left_unchecked(small_office: Office) -> None:
    table = small_office.table(f"{HEAD},joining_url", f"{SEMINAR},https://127.0.0.1/meeting")
    said = small_office.say("import", "events", table)
    assert said.code == 1
    assert "line 2: rejected: joining_url: leads into a private network" in said.out
    assert small_office.say("import", "events", table, "--unchecked", "--yes").code == 0


def test_a_running_bot_does_not_keep_staff_from_looking(small_office: Office) -> None:
    table = small_office.table(HEAD, SEMINAR)
    with closing(Database(small_office.url)):
        assert small_office.say("import", "events", table).code == 0
        said = small_office.say("import", "events", table, "--yes")
    assert said.code == 2
    assert "another process is using" in said.err


def test_an_import_without_a_programme_is_refused(small_office: Office) -> None:
    small_office.desk.set(DATABASE_URL="", DATA_DIR=str(small_office.desk.folder / "none"))
    assert "there is no database" in small_office.say("import", "events", small_office.table(HEAD, SEMINAR)).err


def test_a_comparison_names_each_differing_place(small_office: Office) -> None:
    small_office.say("import", "events", small_office.table(HEAD, SEMINAR), "--yes")
    there = small_office.ask(lambda c: events.find_by_code(c, "decarbon_0126"))
    assert there is not None
    names = ("code", "kind", "audiences", "title", "description", "mode", "source")
    planned = PlannedEvent(**{name: getattr(there, name) for name in names})
    assert compare(replace(planned, cost_yen=5), there) == "cost_yen, parts"
