"""Declares the open data: each table's columns with their meaning, and the rows the database holds. Writes no file.

One declaration serves the CSV, the JSON, the machine's dictionary and the page that explains them. No row is about a
person; what a board hides is hidden here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection

from bot.cells import Cell
from bot.web.event_views import iso
from handlers.boardwords import word
from handlers.rules import boards as rule
from handlers.texts import Words, _
from storage import boards, donations, events, months, teams
from storage.clock import TOKYO
from storage.facts import EventFacts, EventState, Programme

PIECE = 500  # events in one question
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its kind as a data package calls it, and what it is (a text of the catalogues)."""

    name: str
    kind: str
    about: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What rows are made of: the programme in force, the reader's words, the moment and our own address."""

    programme: Programme
    words: Words
    now: datetime
    address: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """One table of open data; a row has as many cells as there are columns."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Callable[[Connection, Asked], Iterator[tuple[Cell, ...]]]


def _months(connection: Connection, asked: Asked) -> Iterator[tuple[Cell, ...]]:
    period = asked.programme.period(asked.now.astimezone(TOKYO).date())
    for sums in months.list_reported(connection, *_days(asked), period.starts_on):
        yield (
            f"{sums.month:%Y-%m}",
            sums.participations,
            sums.first_timers,
            sums.events_held,
            sums.points_confirmed,
            sums.points_self_reported,
            sums.visits_own,
            sums.visits_portal,
        )


def _days(asked: Asked) -> tuple[date, date]:
    return asked.programme.periods[0].starts_on, asked.now.astimezone(TOKYO).date()


def _balances(connection: Connection, asked: Asked) -> Iterator[tuple[Cell, ...]]:
    for balance in asked.programme.opening_balances:
        yield balance.metric.value, balance.amount, balance.on.isoformat(), balance.source


def _wards(connection: Connection, asked: Asked) -> Iterator[tuple[Cell, ...]]:
    limits = asked.programme.boards
    for week, group in boards.list_weeks(connection, *_days(asked)):
        if group.persons >= limits.smallest_group:
            ward = asked.programme.ward(group.code)
            name = word(ward.name, asked.words) if ward else group.code
            mean = round(float(rule.mean(group)), 1) if rule.can_tell_mean(group, limits) else None
            rate = round(float(rule.rate(group)), 4)
            yield week.isoformat(), group.code, name, group.persons, group.active, rate, mean


def _teams(connection: Connection, asked: Asked) -> Iterator[tuple[Cell, ...]]:
    limits = asked.programme.boards
    rows = list(boards.list_team_weeks(connection, *_days(asked), limits.smallest_group))
    called = teams.list_names(connection, {int(group.code) for _, group in rows})
    for week, group in rows:
        mean = round(float(rule.mean(group)), 1) if rule.can_tell_mean(group, limits) else None
        name, rate = called[int(group.code)], round(float(rule.rate(group)), 4)
        yield week.isoformat(), int(group.code), name, group.persons, group.active, rate, mean


def _donations(connection: Connection, asked: Asked) -> Iterator[tuple[Cell, ...]]:
    names = {one.code: word(one.name, asked.words) for one in asked.programme.local_bodies}
    for one in donations.list_shown(connection):
        if one.local_body in names:
            yield one.week.isoformat(), one.year, one.local_body, names[one.local_body], one.points, one.persons


def _events(connection: Connection, asked: Asked) -> Iterator[tuple[Cell, ...]]:
    found = events.list_shown(connection, LONG_AGO, PIECE)
    while found:
        for event in found:
            yield from _event(event, asked)
        found = events.list_shown(connection, LONG_AGO, PIECE, found[-1].id)


def _event(event: EventFacts, asked: Asked) -> Iterator[tuple[Cell, ...]]:
    for part in event.parts:
        state = EventState.CANCELLED.value if event.state is EventState.CANCELLED else part.state.value
        yield (
            event.code,
            part.number,
            event.kind.value,
            word(event.title, asked.words),
            state,
            iso(part.starts_at),
            iso(part.ends_at),
            word(event.place, asked.words) if event.place else "",
            event.ward,
            event.mode.value,
            event.cost_yen,
            part.capacity,
            f"{asked.address}/events/{event.id}",
        )


def _actions(connection: Connection, asked: Asked) -> Iterator[tuple[Cell, ...]]:
    for action in asked.programme.actions:
        yield (
            action.code,
            action.group.value,
            word(action.title, asked.words),
            action.number,
            action.effect.value,
            action.points,
            action.confirmed_points,
            action.cap.times,
            action.cap.per.value,
        )


DATASETS = (
    Dataset(
        "months",
        _("月ごとの数"),
        (
            Column("month", "yearmonth", _("年と月（日本時間）")),
            Column("participations", "integer", _("その月の延べ参加者数")),
            Column("first_timers", "integer", _("その月に、はじめて参加した人の数")),
            Column("events_held", "integer", _("その月に開いたイベントの回数")),
            Column("points_confirmed", "integer", _("確認済みの行動ポイント")),
            Column("points_self_reported", "integer", _("自己申告の行動ポイント")),
            Column("visitors_own", "integer", _("このサイトを見た人の数（一日ごとに数えた合計）")),
            Column("visitors_portal", "integer", _("ポータルサイトを見た人の数（担当者が入力したもの）")),
        ),
        _months,
    ),
    Dataset(
        "opening_balances",
        _("ボットを始める前の数"),
        (
            Column(
                "metric",
                "string",
                _("どの数か（participants 参加者、events_held イベント、action_points ポイント、site_visits 訪問者）"),
            ),
            Column("amount", "integer", _("数")),
            Column("on", "date", _("いつの時点か")),
            Column("source", "string", _("出典")),
        ),
        _balances,
    ),
    Dataset(
        "wards",
        _("区ごとの週の参加率"),
        (
            Column("week", "date", _("週の最初の日（月曜日）")),
            Column("ward", "string", _("区のコード")),
            Column("ward_name", "string", _("区の名前")),
            Column("persons", "integer", _("区の参加者の数（参加したばかりの人を除く）")),
            Column("active", "integer", _("その週に、決まった日数以上行動した人の数")),
            Column("rate", "number", _("参加率（activeをpersonsで割った値）")),
            Column("mean_points", "number", _("行動した人のポイントの平均。人数が少ないときは空")),
        ),
        _wards,
    ),
    Dataset(
        "teams",
        _("チームごとの週の参加率"),
        (
            Column("week", "date", _("週の最初の日（月曜日）")),
            Column("team", "integer", _("チームの番号")),
            Column("team_name", "string", _("チームの名前")),
            Column("persons", "integer", _("チームの人数（入ったばかりの人を除く）")),
            Column("active", "integer", _("その週に、決まった日数以上行動した人の数")),
            Column("rate", "number", _("参加率（activeをpersonsで割った値）")),
            Column("mean_points", "number", _("行動した人のポイントの平均。人数が少ないときは空")),
        ),
        _teams,
    ),
    Dataset(
        "donations",
        _("団体に贈られたポイント"),
        (
            Column(
                "week",
                "date",
                _("この週の終わりまでの数（週の最初の日、月曜日）。新しく贈った人が少ない週は、出しません"),
            ),
            Column("fiscal_year", "integer", _("年度（始まる年）")),
            Column("local_body", "string", _("団体のコード")),
            Column("local_body_name", "string", _("団体の名前")),
            Column("points", "integer", _("その年度に贈られたポイント")),
            Column("persons", "integer", _("贈った人の数")),
        ),
        _donations,
    ),
    Dataset(
        "events",
        _("イベントの日程"),
        (
            Column("code", "string", _("イベントのコード")),
            Column("part", "integer", _("何回目の日程か")),
            Column("kind", "string", _("種類")),
            Column("title", "string", _("題名")),
            Column("state", "string", _("状態（planned 予定、held 開催した、cancelled 中止）")),
            Column("starts_at", "datetime", _("始まる日時。まだ決まっていないときは空")),
            Column("ends_at", "datetime", _("終わる日時")),
            Column("place", "string", _("場所")),
            Column("ward", "string", _("区のコード")),
            Column("mode", "string", _("開き方（venue 会場、online オンライン、both 両方）")),
            Column("cost_yen", "integer", _("費用（円）。0は無料")),
            Column("capacity", "integer", _("定員。ないときは空")),
            Column("page", "string", _("説明のページ")),
        ),
        _events,
    ),
    Dataset(
        "actions",
        _("行動の一覧"),
        (
            Column("code", "string", _("行動のコード")),
            Column(
                "group", "string", _("種類（everyday 日々、outing 出かける、checked_in 受付、milestone 大きな一歩）")
            ),
            Column("title", "string", _("名前")),
            Column("number", "integer", _("環境省「ゼロカーボンアクション30」の番号")),
            Column("effect", "string", _("効果の大きさ（large 大、medium 中、small 小）")),
            Column("points", "integer", _("本人の報告で入るポイント")),
            Column("confirmed_points", "integer", _("確かめられたときのポイント")),
            Column("cap_times", "integer", _("期間の中で数える回数の上限")),
            Column("cap_per", "string", _("上限の期間（day 日、week 週、month 月、year 年度、ever 一度だけ）")),
        ),
        _actions,
    ),
)


def shown(programme: Programme) -> tuple[Dataset, ...]:
    """List the tables of a city: nothing of donations where it names nobody to give to."""
    return tuple(one for one in DATASETS if one.name != "donations" or programme.local_bodies)


def find(programme: Programme, name: str) -> Dataset | None:
    """Find a city's table by its name."""
    return next((one for one in shown(programme) if one.name == name), None)


def document(dataset: Dataset, rows: list[tuple[Cell, ...]], asked: Asked) -> dict[str, Any]:
    """Write a table as JSON: its rows as objects, with source, licence and moment beside them."""
    city, names = asked.programme.city, [column.name for column in dataset.columns]
    return {
        "dataset": dataset.name,
        "title": asked.words.say(dataset.title),
        "source": f"{word(city.name, asked.words)} {word(city.office, asked.words)}",
        "licence": city.data_licence,
        "licence_page": city.data_licence_page,
        "as_of": iso(asked.now),
        "rows": [dict(zip(names, row, strict=True)) for row in rows],
    }


def package(asked: Asked) -> dict[str, Any]:
    """Write the dictionary of all tables for machines, as a Data Package (https://datapackage.org/standard/)."""
    city, say = asked.programme.city, asked.words.say
    licence = {"name": city.data_licence, "path": city.data_licence_page}
    return {
        "name": "open-data",
        "title": word(city.project, asked.words),
        "homepage": f"{asked.address}/open-data",
        "created": iso(asked.now),
        "licenses": [{key: value for key, value in licence.items() if value}],
        "sources": [{"title": f"{word(city.name, asked.words)} {word(city.office, asked.words)}"}],
        "resources": [
            {
                "name": dataset.name,
                "title": say(dataset.title),
                "path": f"{dataset.name}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {
                    "fields": [
                        {"name": column.name, "type": column.kind, "description": say(column.about)}
                        for column in dataset.columns
                    ],
                    "missingValues": [""],
                },
            }
            for dataset in shown(asked.programme)
        ],
    }
