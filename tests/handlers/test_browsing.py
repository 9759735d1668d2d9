"""Finding an event: the list, what narrows it, one event's card, and the links that open it."""

from datetime import timedelta

import pytest

from handlers import arranging
from handlers.messages import Card
from handlers.rules import names
from storage.facts import AudienceKind, EventKind, EventMode, EventState
from tests.calendar_of_events import START, a_date, announce, announce_course
from tests.handlers.telegram_friend import TelegramFriend
from tests.town import Citizen, Town


def labels(citizen: Citizen) -> list[str]:
    return [choice.label for choice in citizen.buttons()]


def test_the_menu_leads_to_the_coming_events_soonest_first(town: Town) -> None:
    announce(town, "later", a_date(7))
    announce(town, "open", a_date(starts_at=None, ends_at=None), date_words={"ja": "3月上旬頃"})
    announce(town, "sooner")
    citizen = town.citizen()
    citizen.press("menu")
    (shown,) = citizen.tap("イベント")
    assert isinstance(shown, Card)
    assert shown.lines == (
        "1. 1月26日(水)　Webセミナー\nsoonerの会",
        "",
        "2. 2月2日(水)　Webセミナー\nlaterの会",
        "",
        "3. 3月上旬頃　Webセミナー\nopenの会",
    )
    assert labels(citizen)[:3] == ["1. soonerの会", "2. laterの会", "3. openの会"]


def test_a_draft_a_cancelled_and_a_past_event_are_not_listed(town: Town) -> None:
    announce(town, "draft", state=EventState.DRAFT)
    announce(town, "cancelled", state=EventState.CANCELLED)
    announce(town, "past", a_date(-10))
    citizen = town.citizen()
    citizen.press("events")
    assert "いまご案内できるイベントはありません" in citizen.words()
    assert "メニュー" in labels(citizen)


def test_five_stand_on_a_page_and_the_pages_lead_to_each_other(town: Town) -> None:
    for day in range(7):
        announce(town, f"day{day}", a_date(day))
    citizen = town.citizen()
    citizen.press("events")
    assert "5. day4の会" in labels(citizen)
    assert "6. day5の会" not in labels(citizen)
    citizen.tap("つぎのページ")
    assert [label for label in labels(citizen) if label[0].isdigit()] == ["6. day5の会", "7. day6の会"]
    citizen.tap("まえのページ")
    assert "1. day0の会" in labels(citizen)


@pytest.mark.parametrize("page", ["0", "-1", "99999", "x", "２"])
def test_a_page_that_is_not_there_shows_one_that_is(town: Town, page: str) -> None:
    announce(town)
    citizen = town.citizen()
    citizen.press(f"events::{page}")
    assert "1. seminarの会" in labels(citizen)


def test_events_are_narrowed_by_interest_ward_and_language_where_they_differ(town: Town) -> None:
    announce(town, "home", interests=("life",), ward="moji", mode=EventMode.VENUE)
    announce(town, "firm", a_date(1), interests=("business",), interpreted_into=("en",))
    citizen = town.citizen()
    citizen.press("events")
    citizen.tap("条件でさがす")
    assert labels(citizen)[:4] == ["会社・しごと", "くらし", "英語で参加できる", "門司区"]
    for filter_, found in [("会社", "firm"), ("くらし", "home"), ("英語", "firm"), ("門司", "home")]:
        citizen.press("narrow")
        citizen.tap(filter_)
        assert [label for label in labels(citizen) if label[0].isdigit()] == [f"1. {found}の会"]
        assert filter_ in citizen.words()
    citizen.tap("すべてのイベント")
    assert len([label for label in labels(citizen) if label[0].isdigit()]) == 2


def test_nothing_is_offered_to_narrow_what_is_all_alike(town: Town) -> None:
    announce(town, "one", interests=("life",))
    announce(town, "two", interests=("life",))
    citizen = town.citizen()
    citizen.press("events")
    assert "条件でさがす" not in labels(citizen)


def test_a_filter_that_finds_nothing_leads_back_to_all(town: Town) -> None:
    announce(town)
    citizen = town.citizen()
    citizen.press("events:w-nowhere")
    citizen.tap("すべてのイベント")
    assert "1. seminarの会" in labels(citizen)


def test_a_card_says_when_where_cost_language_and_seats(town: Town) -> None:
    event = announce(
        town,
        "walk",
        kind=EventKind.CLEANUP,
        mode=EventMode.VENUE,
        place={"ja": "若松の海岸", "en": "The beach of Wakamatsu"},
        cost_yen=300,
        interpreted_into=("en",),
    )
    citizen = town.citizen()
    citizen.press(f"ev:{event.id}")
    for said in (
        "walkの会",
        "清掃活動",
        "1月26日(水) 午後2時から4時まで",
        "若松の海岸",
        "300円",
        "日本語（英語の通訳つき）",
        "残り30席（定員30人）",
        "みんなで学びます。",
    ):
        assert said in citizen.words()


def test_the_facts_are_english_for_who_reads_english_though_the_description_is_not(town: Town) -> None:
    event = announce(town, description={"ja": "くわしくは当日。"})
    citizen = town.citizen("en")
    citizen.press(f"ev:{event.id}")
    assert "When: Wed 26 Jan, 2:00 pm to 4:00 pm" in citizen.words()
    assert "Held in: Japanese" in citizen.words()
    assert "(The description below is in Japanese.)\nくわしくは当日。" in citizen.words()


def test_a_course_lists_its_dates_each_with_its_seats(town: Town) -> None:
    course = announce_course(town)
    citizen = town.citizen()
    citizen.press(f"ev:{course.id}")
    assert "第2回 話2：2月2日(水) 午後2時から4時まで\n残り30席（定員30人）" in citizen.words()
    assert {"全3回に申し込む", "第1回だけ申し込む", "第3回だけ申し込む"} <= set(labels(citizen))


def test_a_course_to_be_taken_as_a_whole_offers_no_single_date(town: Town) -> None:
    course = announce_course(town, whole_only=True)
    citizen = town.citizen()
    citizen.press(f"ev:{course.id}")
    assert [label for label in labels(citizen) if "申し込む" in label] == ["全3回に申し込む"]


def test_a_company_is_offered_its_own_way_in(town: Town) -> None:
    both = announce(town, "both", audiences=(AudienceKind.PUBLIC, AudienceKind.COMPANY))
    firms = announce(town, "firms", audiences=(AudienceKind.COMPANY,))
    course = announce_course(town, audiences=(AudienceKind.PUBLIC, AudienceKind.COMPANY))
    citizen = town.citizen()
    citizen.press(f"ev:{both.id}")
    assert labels(citizen)[:2] == ["申し込む", "企業として申し込む"]
    citizen.press(f"ev:{firms.id}")
    assert [label for label in labels(citizen) if "申し込む" in label] == ["企業として申し込む"]
    citizen.press(f"ev:{course.id}")
    citizen.tap("企業の方はこちら")
    assert all(choice.data.startswith("regco:") for choice in citizen.buttons() if "申し込む" in choice.label)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": EventState.CLOSED}, "締め切りました"),
        ({"state": EventState.CANCELLED}, "中止になりました"),
        ({"opens_at": START - timedelta(days=1)}, "1月25日(火) 午後2時から受け付けます"),
        ({"closes_at": START - timedelta(days=7)}, "締め切りました"),
    ],
)
def test_what_takes_no_registrations_says_why_and_offers_none(
    town: Town, changes: dict[str, object], said: str
) -> None:
    event = announce(town, **changes)
    citizen = town.citizen()
    citizen.press(f"ev:{event.id}")
    assert said in citizen.words()
    assert "残り" not in citizen.words()
    assert not [label for label in labels(citizen) if "申し込む" in label]
    assert "ほかのイベント" in labels(citizen)


@pytest.mark.parametrize("number", ["", "0", "999999", "x", "１", "9" * 30])
def test_an_event_that_is_not_there_is_said_so(town: Town, number: str) -> None:
    draft = announce(town, state=EventState.DRAFT)
    citizen = town.citizen()
    for asked in (number, str(draft.id)):
        citizen.press(f"ev:{asked}")
        assert "見つかりませんでした" in citizen.words()


@pytest.mark.parametrize("press", ["ev:{event}", "reg:{event}", "mine:{event}", "bring:{event}", "pass:{part}"])
def test_a_draft_that_was_called_off_before_it_was_announced_stays_unknown(town: Town, press: str) -> None:
    draft = announce(town, state=EventState.DRAFT)
    town.database.write(lambda c: arranging.cancel_event(c, draft.id, by="staff:1", now=town.now)).result()
    citizen = town.citizen()
    citizen.press(press.format(event=draft.id, part=draft.parts[0].id))
    assert "見つかりませんでした" in citizen.words()
    citizen.text("e_seminar")
    assert "見つかりませんでした" in citizen.words()


def test_an_event_links_to_its_page_where_it_can_be_passed_on(town: Town) -> None:
    event = announce(town)
    citizen = town.citizen("en")
    citizen.press(f"ev:{event.id}")
    (link,) = [choice.url for choice in citizen.buttons() if choice.url]
    assert link == f"https://sandbox.test/events/{event.id}?lang=en"


def test_no_label_is_longer_than_a_button_holds(town: Town) -> None:
    announce(town, "long", title={"ja": "とても長い題名" * 20, "en": "A very long title " * 20})
    announce(town, "flags", title={"ja": "👨‍👩‍👧‍👦🇯🇵" * 30})
    for language in ("ja", "en"):
        citizen = town.citizen(language)
        citizen.press("events")
        assert all(names.graphemes(label) <= 40 for label in labels(citizen))  # LINE, #postback-action-label-spec


def test_an_events_button_holds_twice_as_many_letters_of_half_the_width(town: Town) -> None:
    announce(
        town, title={"ja": "脱炭素経営が求められる背景とその実践方法", "en": "Decarbonised management: why it is asked"}
    )
    for language, label in {
        "ja": "1. 脱炭素経営が求められる背景とその実践…",
        "en": "1. Decarbonised management: why it is a…",
    }.items():
        citizen = town.citizen(language)
        citizen.press("events")
        assert labels(citizen)[0] == label


@pytest.mark.parametrize("words", ["イベント", "セミナーに行きたい", "申し込みたい", "/events", "申し込み"])
def test_typed_wishes_open_the_list(town: Town, words: str) -> None:
    announce(town)
    citizen = town.citizen()
    citizen.text(words)
    assert "これからのイベント" in citizen.words()


# --- links that open an event --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["e_seminar", " e_seminar ", "イベント e_seminar", "イベント　e_seminar", "E_seminar"]
)
def test_a_written_code_opens_its_event(town: Town, words: str) -> None:
    announce(town)
    citizen = town.citizen()
    citizen.text(words)
    assert "seminarの会" in citizen.words()


def test_a_code_that_nobody_knows_is_said_so(town: Town) -> None:
    announce(town, state=EventState.DRAFT)
    citizen = town.citizen()
    for words in ("e_nothing", "e_seminar"):
        citizen.text(words)
        assert "見つかりませんでした" in citizen.words()


def test_a_link_survives_joining_by_somebody_who_never_followed(town: Town) -> None:
    announce(town)
    stranger = Citizen(town, "U" + "9" * 32)
    stranger.text("e_seminar")
    stranger.tap("日本語")
    stranger.tap("同意してはじめる")
    assert "seminarの会" in stranger.words()
    stranger.tap("申し込む")
    assert "申し込みました" in stranger.words()


def test_a_link_survives_not_joining(town: Town) -> None:
    announce(town)
    stranger = Citizen(town, "U" + "9" * 32)
    stranger.text("e_seminar")
    stranger.tap("日本語")
    stranger.tap("今はしない")
    assert "seminarの会" in stranger.words()


def test_telegrams_start_link_opens_an_event_and_survives_joining(town: Town) -> None:
    announce(town)
    friend = TelegramFriend(town)
    friend.write("/start e_seminar")
    friend.tap("日本語")
    assert "seminarの会" in friend.tap("同意してはじめる")
    assert "申し込みました" in friend.tap("申し込む")
    assert "seminarの会" in friend.write("/start e_seminar")


def test_a_known_friend_who_has_not_joined_sees_a_linked_event_at_once(town: Town) -> None:
    announce(town)
    friend = TelegramFriend(town)
    friend.write("/start")
    friend.tap("日本語")
    friend.tap("今はしない")
    assert "seminarの会" in friend.write("/start e_seminar")


def test_a_stranger_can_browse_and_is_asked_for_consent_only_to_register(town: Town) -> None:
    announce(town)
    stranger = town.citizen(joined=False)
    stranger.tap("日本語")
    stranger.tap("今はしない")
    stranger.press("events")
    stranger.tap("1. seminarの会")
    stranger.tap("申し込む")
    assert "同意してはじめる" in labels(stranger)
    stranger.tap("同意してはじめる")
    assert "申し込みました" in stranger.words()
