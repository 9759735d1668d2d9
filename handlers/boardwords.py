"""Puts boards and totals into words, alike for everybody of one language. Loads nothing, says nothing personal."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from handlers.rules import boards
from handlers.rules.totals import progress
from handlers.texts import Words, _, format_number, format_plain_day
from storage.facts import Band, GroupLine, PersonLine, Programme, Texts, Totals

BANDS = {
    Band.FIRST_TENTH: _("ポイントを得た人の上位10%のゾーンです"),
    Band.FIRST_QUARTER: _("ポイントを得た人の上位25%のゾーンです"),
    Band.FIRST_HALF: _("ポイントを得た人の上位50%のゾーンです"),
    Band.UNDER_WAY: _("これから伸びるゾーンです。自分のペースで続けましょう"),
}
BAR = 10  # discs, each a tenth of the way: empty squares look like letters that no font has


def word(texts: Texts, words: Words) -> str:
    """Choose the language of a text from the programme, else Japanese."""
    return texts.get(words.language) or texts["ja"]


def week_name(week: date, words: Words) -> str:
    """Name a week by its first and last day: 1月17日から1月23日まで."""
    first, last = (format_plain_day(day, words.language) for day in (week, week + timedelta(days=6)))
    return words.say("{first}〜{last}", first=first, last=last)


def ward_lines(programme: Programme, lines: Sequence[GroupLine], words: Words) -> tuple[str, ...]:
    """Say the ward board, a line a ward, its heading saying what they are; kindly that there is none yet."""
    if not lines:
        return (words.say("まだ表にできる人数がそろっていません。"),)
    return tuple(_ward_line(programme, line, words) for line in lines)


def _ward_line(programme: Programme, line: GroupLine, words: Words) -> str:
    ward = programme.ward(line.group.code)
    name = word(ward.name, words) if ward else line.group.code
    values = {"place": line.place, "ward": name, "rate": percent(line, words)}
    if not boards.can_tell_mean(line.group, programme.boards):
        return words.say("{place}位 {ward}：{rate}", **values)
    average = format_number(round(boards.mean(line.group)), words.language)
    return words.say("{place}位 {ward}：{rate}・平均 {average}", **values, average=average)


def team_lines(
    programme: Programme, lines: Sequence[GroupLine], called: Mapping[int, str], words: Words
) -> tuple[str, ...]:
    """Say the team board, a line a team, each as others call it; kindly that there is none yet."""
    if not lines:
        return (words.say("まだ表にできる人数がそろっていません。"),)
    return tuple(_team_line(programme, line, called[int(line.group.code)], words) for line in lines)


def _team_line(programme: Programme, line: GroupLine, name: str, words: Words) -> str:
    values = {"place": line.place, "ward": name, "rate": percent(line, words)}
    if not boards.can_tell_mean(line.group, programme.boards):
        return words.say("{place}位 {ward}：参加率 {rate}", **values)
    average = format_number(round(boards.mean(line.group)), words.language)
    return words.say("{place}位 {ward}：参加率 {rate}・平均 {average}ポイント", **values, average=average)


def percent(line: GroupLine, words: Words) -> str:
    """Write a participation rate with one decimal, so that lines that differ do not look alike."""
    return f"{format_number(round(float(boards.rate(line.group)) * 100, 1), words.language)}%"


def person_lines(lines: Sequence[PersonLine], words: Words) -> tuple[str, ...]:
    """Say the person board, a line a person who asked to be on it."""
    if not lines:
        return (words.say("まだ名前を出している人はいません。"),)
    return tuple(
        words.say(
            "{place}位 {name}：{points}ポイント",
            place=line.place,
            name=line.name,
            points=format_number(line.points, words.language),
        )
        for line in lines
    )


def total_lines(city: Totals, words: Words) -> tuple[str, ...]:
    """Say the four running totals, with how far the participations have come towards the period's target."""

    def number(amount: int) -> str:
        return format_number(amount, words.language)

    points = city.points_confirmed + city.points_self_reported + city.points_before
    return (
        words.say("参加者数：延べ {total}人", total=number(city.participants)),
        _progress_line(city, words),
        words.say("開いたイベント：{count}回", count=number(city.events_held)),
        words.say("行動ポイント：{points}", points=number(points)),
        words.say(
            "（確認済み {confirmed}・自己申告 {self_reported}）",
            confirmed=number(city.points_confirmed),
            self_reported=number(city.points_self_reported),
        ),
        words.say("サイト訪問者数：{visits}人", visits=number(city.visits_own + city.visits_portal)),
    )


def _progress_line(city: Totals, words: Words) -> str:
    share = progress(city)
    full = min(BAR, int(share * BAR))
    return words.say(
        "{bar} 目標 {target}人の {share}%",
        bar="●" * full + "○" * (BAR - full),
        target=format_number(city.period.target, words.language),
        share=format_number(round(share * 100, 1), words.language),
    )
