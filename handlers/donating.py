"""Giving points to a local body of one's choice: choose, say how many, confirm by one tap. Lowers nobody's standing."""

from datetime import date, timedelta

from sqlalchemy import Connection

from handlers import joining
from handlers.messages import Choice
from handlers.rules import boards as board_rule
from handlers.rules import calendar
from handlers.rules import donations as rule
from handlers.talk import Answer, Talk, card, page_card, text
from handlers.texts import JAPANESE
from storage import donations, ledger
from storage.facts import GivenSum, LocalBody, Programme


def offer(talk: Talk) -> tuple[Choice, ...]:
    """Give the button that leads here; none where the city names no body."""
    return (talk.choice("ポイントを贈る", "give"),) if talk.programme.local_bodies else ()


def show(talk: Talk, code: str = "", points: str = "") -> Answer:
    """Show the bodies, then the amounts for one, then the question that one tap answers."""
    if not talk.programme.local_bodies:
        return text(talk.say("いまは使えません。"), talk.choice("メニュー", "menu"))
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="give")
    most = _left(talk)
    if not most:
        words = talk.say("今年度のポイントで、これから贈れるものはありません。")
        return text(words, talk.choice("報告する", "report"), talk.choice("メニュー", "menu"))
    chosen = talk.programme.local_body(code)
    if chosen is None:
        return _ask_body(talk, most)
    amount = rule.read_amount(points, most)
    return _ask_amount(talk, chosen, most) if amount is None else _confirm(talk, chosen, amount)


def _left(talk: Talk) -> int:
    first, last = rule.days_of(_year(talk), talk.programme.limits.fiscal_year_starts_month)
    earned = ledger.sum_points(talk.connection, talk.joined.id, first, last)
    return rule.left(earned, donations.sum_given(talk.connection, talk.joined.id, _year(talk)))


def _year(talk: Talk) -> int:
    return calendar.fiscal_year(talk.on, talk.programme.limits.fiscal_year_starts_month)


def _left_line(talk: Talk, most: int) -> str:
    return talk.say("贈れるポイント：{points}（今年度にためた分から）", points=talk.number(most))


def _ask_body(talk: Talk, most: int) -> Answer:
    lines = (
        *(f"・{talk.word(one.name)}：{talk.word(one.about)}" for one in talk.programme.local_bodies),
        _left_line(talk, most),
        talk.say("贈っても、自分の記録は減りません。お金にはなりません。"),
    )
    bodies = tuple(Choice(talk.word(one.name), f"give:{one.code}") for one in talk.programme.local_bodies)
    return page_card(talk.say("どこに贈りますか？"), lines, *bodies, talk.choice("やめる", "points"))


def _ask_amount(talk: Talk, chosen: LocalBody, most: int) -> Answer:
    name = talk.word(chosen.name)
    amounts = tuple(
        Choice(talk.say("{points}ポイント", points=talk.number(amount)), f"give:{chosen.code}:{amount}")
        for amount in rule.offered(most)
    )
    title = talk.say("「{name}」に、何ポイント贈りますか？", name=name)
    return page_card(title, (_left_line(talk, most),), *amounts, talk.choice("やめる", "points"))


def _confirm(talk: Talk, chosen: LocalBody, amount: int) -> Answer:
    title = talk.say(
        "「{name}」に{points}ポイントを贈りますか？", name=talk.word(chosen.name), points=talk.number(amount)
    )
    yes = talk.choice("はい、贈る", f"giveyes:{chosen.code}:{amount}:{talk.event_id}")
    return page_card(title, (talk.say("贈ったあとは、取り消せません。"),), yes, talk.choice("やめる", "points"))


def give(talk: Talk, code: str = "", points: str = "", asked_by: str = "") -> Answer:
    """Give points, once for each question, and no more than is left.

    Whoever answers an event holds the person (bot.dispatch), so what is left stays true until the row is there.
    """
    chosen = talk.programme.local_body(code)
    if chosen is None or joining.needs_consent(talk) or not (asked_by.isdecimal() and len(asked_by) <= 18):
        return show(talk)
    if donations.was_answered(talk.connection, talk.joined.id, int(asked_by)):
        return text(
            talk.say("もう贈ってあります。ありがとうございます。"), *offer(talk), talk.choice("メニュー", "menu")
        )
    amount = rule.read_amount(points, _left(talk))
    if amount is None:
        return show(talk, code)
    donations.add(
        talk.connection, person_id=talk.joined.id, account_id=talk.account.id, local_body=code, points=amount,
        year=_year(talk), given_at=talk.now, asked_by=int(asked_by),
    )  # fmt: skip
    values = {"name": talk.word(chosen.name), "points": talk.number(amount)}
    lines = (
        _left_line(talk, _left(talk)),
        talk.say("自分の記録は、そのままです。"),
    )
    title = talk.say("「{name}」に{points}ポイントを贈りました。ありがとうございます。", **values)
    return card(title, lines, talk.choice("わたしのポイント", "points"), talk.choice("メニュー", "menu"))


def tell(talk: Talk) -> tuple[str, ...]:
    """Say what one gave away in this fiscal year."""
    given = donations.sum_given(talk.connection, talk.joined.id, _year(talk)) if talk.programme.local_bodies else 0
    return (talk.say("今年度に贈った：{points}ポイント", points=talk.number(given)),) if given else ()


def find_shown(connection: Connection, programme: Programme, on: date) -> tuple[GivenSum, ...]:
    """Find what the public is shown of a day's fiscal year, in the programme's order; nothing of a body it dropped."""
    year = calendar.fiscal_year(on, programme.limits.fiscal_year_starts_month)
    if not programme.local_bodies:
        return ()
    fixed = donations.find_shown(connection, year)
    return tuple(fixed[one.code] for one in programme.local_bodies if one.code in fixed)


def list_given(connection: Connection, programme: Programme, year: int) -> list[tuple[str, int, int]]:
    """List for staff what each body was given of a fiscal year up to now, as (name, points, persons), small sums too.

    A body that the programme dropped stands under its code. Where the city names none, and never did, there are none.
    """
    sums = donations.sum_bodies(connection, year)
    names = {one.code: one.name[JAPANESE] for one in programme.local_bodies}
    codes = [*names, *sorted(sums.keys() - names.keys())]
    return [(names.get(code, code), *sums.get(code, (0, 0))) for code in codes]


def sum_week(connection: Connection, programme: Programme, week: date) -> list[GivenSum]:
    """Sum what each body was given up to the end of a week, where enough persons gave since its sum was fixed last."""
    starts, sunday = programme.limits.fiscal_year_starts_month, week + timedelta(days=6)
    years = {calendar.fiscal_year(day, starts) for day in (week, sunday)}
    return [one for year in sorted(years) for one in _sum_year(connection, programme, week, year)]


def _sum_year(connection: Connection, programme: Programme, week: date, year: int) -> list[GivenSum]:
    until, before, found = board_rule.close_of(week), donations.find_shown(connection, year), []
    for code, (points, persons) in donations.sum_bodies(connection, year, until=until).items():
        last = before.get(code)
        if last is not None:
            since = board_rule.close_of(last.week)
            _, moved = donations.sum_bodies(connection, year, until=until, since=since, local_body=code).get(
                code, (0, 0)
            )
        else:
            moved = persons
        if moved >= programme.boards.smallest_group:
            found.append(GivenSum(local_body=code, year=year, week=week, points=points, persons=persons))
    return found
