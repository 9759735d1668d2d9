"""Where one stands among others: last week's boards, my own place or band, and being on the person board or not."""

from datetime import date

from handlers import boardwords, joining, naming, playing, teaming, weekly
from handlers.messages import Choice
from handlers.playing import Game
from handlers.rules import boards as rule
from handlers.rules import calendar
from handlers.talk import Answer, Talk, page_card, text
from storage import boards, people, weeks
from storage.facts import PersonWeek


def show_board(talk: Talk) -> Answer:
    """Show what Monday's message says, for everybody and free: the boards and the totals."""
    found = weekly.find(talk.connection, talk.programme, talk.now)
    said = weekly.compose(talk.programme, found, talk.words, talk.make_picture)
    shown = [one for one in said.buttons if (game := playing.GAMES.get(one.data)) is None or playing.is_on(talk, game)]
    teams = playing.only(talk, Game.TEAMS, talk.choice("チームのランキング", "teams"))
    buttons = (*shown, *teams, talk.choice("メニュー", "menu"))
    return page_card(said.title, said.lines, *buttons, columns=2, picture=said.picture)


def show_top(talk: Talk) -> Answer:
    """Show the person board of last week: those who asked to be on it, at most twenty."""
    week = rule.closed_week(talk.now)
    lines = (
        talk.say("先週：{week}", week=boardwords.week_name(week, talk.words)),
        *boardwords.person_lines(weekly.top_of(talk.connection, talk.programme, week), talk.words),
    )
    buttons = (talk.choice("わたしの順位", "place"), *_listing_button(talk), talk.choice("メニュー", "menu"))
    return page_card(talk.say("個人のランキング"), lines, *buttons)


def show_place(talk: Talk) -> Answer:
    """Show one's own week: points beside the week before, place or band, the ward's place, and this week so far."""
    if talk.person is None:
        return joining.ask_consent(talk, pending="place")
    week = rule.closed_week(talk.now)
    own = weeks.find(talk.connection, talk.person.id, week)
    lines = (
        talk.say("先週：{week}", week=boardwords.week_name(week, talk.words)),
        *_own(talk, own),
        *_place(talk, own),
        *naming.tell(talk),
        *_ward(talk, week),
        _so_far(talk, week + rule.WEEK),
    )
    buttons = (
        talk.choice("ランキング", "board"),
        *playing.only(talk, Game.PERSON_BOARD, talk.choice("個人のランキング", "top"), *_listing_button(talk)),
        *playing.only(talk, Game.TEAMS, talk.choice("チーム", "team")),
        talk.choice("月曜のお知らせ", "monday"),
        talk.choice("報告する", "report"),
        talk.choice("メニュー", "menu"),
    )
    return page_card(talk.say("{name}さんの順位", name=talk.person.nickname), lines, *buttons, columns=2)


def _own(talk: Talk, own: PersonWeek) -> tuple[str, ...]:
    """Say what the person did, beside the week before: progress is measured against oneself."""
    before = weeks.find(talk.connection, own.person_id, own.week - rule.WEEK)
    if not own.days and not own.points:
        return (talk.say("先週の記録はありません。今週の1つから始めてみましょう。"),)
    numbers = {"points": talk.number(own.points), "days": own.days, "before": talk.number(before.points)}
    return (talk.say("あなた：{points}ポイント・{days}日（その前の週 {before}ポイント）", **numbers),)


def _place(talk: Talk, own: PersonWeek) -> tuple[str, ...]:
    """Say a place among the first of the person board, to who is on it; to everybody else a band, once there is one."""
    top = weekly.top_of(talk.connection, talk.programme, own.week)
    mine = next((line for line in top if line.person_id == own.person_id), None)
    if mine is not None:
        return (talk.say("個人のランキング：{place}位（{name}）", place=mine.place, name=mine.name),)
    if own.points <= 0:
        return ()
    band = rule.band(weeks.find_crowd(talk.connection, own.week, own.points), talk.programme.boards)
    return (talk.say(boardwords.BANDS[band]),) if band else ()


def _ward(talk: Talk, week: date) -> tuple[str, ...]:
    """Say where the person's ward stands, and that a newcomer costs it nothing."""
    limits, joined = talk.programme.boards, talk.joined
    lines = rule.rank_groups(boards.find_wards(talk.connection, week), limits)
    mine = next((line for line in lines if line.group.code == joined.ward), None)
    if mine is None:
        return ()
    shown = boardwords.ward_lines(talk.programme, [mine], talk.words)
    if joined.joined_at <= rule.oldest_newcomer(week, limits):
        return shown
    return *shown, talk.say("参加して{days}日間は、区の参加率には数えません。", days=limits.newcomer_days)


def _so_far(talk: Talk, week: date) -> str:
    now = weeks.find(talk.connection, talk.joined.id, week)
    return talk.say("今週はここまで {points}ポイント・{days}日", points=talk.number(now.points), days=now.days)


def _listing_button(talk: Talk) -> tuple[Choice, ...]:
    if talk.person is not None and talk.person.board_name is not None:
        return (talk.choice("ランキングに名前を出さない", "unlist"),)
    return (talk.choice("ランキングに名前を出す", "enlist"),)


def enlist(talk: Talk) -> Answer:
    """Put the person on the person board from this week on, under a name that others may see."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="enlist")
    if teaming.is_in_class(talk):
        words = talk.say("学校のクラスに入っている間は、個人のランキングに名前を出せません。")
        return text(words, talk.choice("チーム", "team"), talk.choice("わたしの順位", "place"))
    name = naming.show_to_others(talk)
    people.change(talk.connection, talk.joined.id, board_name=name)
    weeks.list_person(talk.connection, talk.joined.id, calendar.week_start(talk.on))
    said = [talk.say("今週から、個人のランキングに「{name}」の名前で出ます。", name=name)]
    if name != talk.joined.nickname:
        said += naming.tell(talk.again())
    said.append(
        talk.say("見えるのは上位{count}人までです。いつでもやめられます。", count=talk.programme.boards.persons_shown)
    )
    return text(
        "\n".join(said), talk.choice("ランキングに名前を出さない", "unlist"), talk.choice("わたしの順位", "place")
    )


def unlist(talk: Talk) -> Answer:
    """Take the person off the person board, of past weeks too."""
    if talk.person is not None:
        people.change(talk.connection, talk.person.id, board_name=None, name_asked_at=None)
        weeks.unlist_person(talk.connection, talk.person.id)
    words = talk.say("個人のランキングに名前は出ません。これまでの週からも消しました。")
    return text(words, talk.choice("わたしの順位", "place"), talk.choice("メニュー", "menu"))
