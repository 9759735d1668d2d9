"""Lays a monthly report out: the lines of its tables, what each figure means, and all of it as one table to save.

Asks nothing and decides nothing; the printed page and the file say the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.cells import Cell
from storage.clock import TOKYO
from storage.facts import ChannelName, MonthReport, MonthSums, Reach, SplitSums

PARTS_SHOWN = 10  # what fits on one sheet of A4 beside the rest; the file names all
CORRECTIONS_SHOWN = 6
NO_MONTH = "月を分けられないもの"
HEADER = ("表", "項目", "値", "単位", "説明")
CHANNELS = {ChannelName.LINE: "LINE", ChannelName.TELEGRAM: "Telegram", ChannelName.TERMINAL: "端末"}
REACH = {
    Reach.JOINED: "参加している人",
    Reach.FOLLOWED: "友だちだけ",
    Reach.PAUSED: "お知らせを休んでいる人",
    Reach.BLOCKED: "ブロックした人",
    Reach.GONE: "いなくなった人",
}
DEFINITIONS = {
    "延べ参加者数": "登録または名簿で本人と分かる人が、一回の開催に参加したことを1と数えます。同じ人も毎回数えます。",
    "はじめての人": "この期間に、はじめて参加した人の数です。合計は、同じ人を一度だけ数えた数です。",
    "開いたイベント": "実際に開いた回の数です。連続講座は一回ごとに数えます。",
    "行動ポイント": "受付や審査で確かめたものが「確認済み」、本人の報告によるものが「自己申告」です。",
    "サイト訪問者数": "公開ページを見た人を一日ごとに数え（機械と職員を除く）、ポータルサイトの入力した数を足します。",
    "この月の分": "この月のことで、この月のうちに記録されたものです。",
    "前の月までの訂正": "前の月までのことで、この月に記録・訂正されたものです。締めた月の報告は変えません。",
    "区": "記録したときの本人の区です。イベントは会場の区です。オンラインは「区なし」です。",
    "友だち・ブロック": "この報告を作った時点のアカウントの数です。一つのアカウントは、どれか一つに入ります。",
    "通数と円": "「使った通数」はLINEが最後に知らせた月の数、円はその数と契約プランから計算した目安（税別）です。",
}
"""What each figure means, in the order of the page."""


@dataclass(frozen=True, slots=True)
class TotalLine:
    """One of the four totals, or a share of one: at the month's end, the month's own, the month's before, corrections.

    ``before`` is None where the month before is none of the programme's.
    """

    name: str
    unit: str
    is_share: bool
    upto: int
    own: int
    before: int | None
    correction: int

    @property
    def change(self) -> int | None:
        """By how much the month's own is more than the month's before."""
        return None if self.before is None else self.own - self.before


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """What corrects one earlier month."""

    name: str
    participations: int
    first_timers: int
    events: int
    points: int
    visits: int


TOTALS = (
    ("延べ参加者数", "人", False, ("participations",)),
    ("はじめての人", "人", True, ("first_timers",)),
    ("開いたイベント", "回", False, ("events_held",)),
    ("行動ポイント", "ポイント", False, ("points_confirmed", "points_self_reported")),
    ("確認済み", "ポイント", True, ("points_confirmed",)),
    ("自己申告", "ポイント", True, ("points_self_reported",)),
    ("サイト訪問者数", "人", False, ("visits_own", "visits_portal")),
    ("このサイト", "人", True, ("visits_own",)),
    ("ポータルサイト", "人", True, ("visits_portal",)),
)


def total_lines(report: MonthReport) -> list[TotalLine]:
    """Give the lines of the four totals."""
    corrected = MonthSums(month=report.month).plus(*(sums for _, sums in report.corrections))
    return [
        TotalLine(
            name,
            unit,
            is_share,
            _sum(report.upto, names),
            _sum(report.own, names),
            None if report.before is None else _sum(report.before, names),
            _sum(corrected, names),
        )
        for name, unit, is_share, names in TOTALS
    ]


def correction_lines(report: MonthReport) -> list[CorrectionLine]:
    """Give the lines of the corrections to earlier months, newest first; the oldest of very many together."""
    known = sorted(((month, sums) for month, sums in report.corrections if month), reverse=True, key=lambda one: one[0])
    lines = [_correction(f"{month.year}年{month.month}月", sums) for month, sums in known[:CORRECTIONS_SHOWN]]
    if older := [sums for _, sums in known[CORRECTIONS_SHOWN:]]:
        lines.append(_correction("それより前の月（CSVにすべてあります）", MonthSums(month=report.month).plus(*older)))
    return lines + [_correction(NO_MONTH, sums) for month, sums in report.corrections if month is None]


def _correction(name: str, sums: MonthSums) -> CorrectionLine:
    return CorrectionLine(
        name,
        sums.participations,
        sums.first_timers,
        sums.events_held,
        sums.points_confirmed + sums.points_self_reported,
        sums.visits_own + sums.visits_portal,
    )


def channel_name(code: str) -> str:
    """Name a channel; "" is who has no account, at the door or on a list."""
    return CHANNELS[ChannelName(code)] if code else "アカウントなし（受付・名簿）"


def rows(report: MonthReport) -> Iterator[tuple[Cell, ...]]:
    """Give the whole report as one table under HEADER."""
    yield "報告", "月", f"{report.month:%Y-%m}", "", ""
    yield (
        "報告",
        "時点",
        report.as_of.astimezone(TOKYO).isoformat(timespec="seconds"),
        "",
        "締めた月は、締めたときです。",
    )
    for line in total_lines(report):
        share = "うち" if line.is_share else ""
        about = DEFINITIONS.get(line.name, "")
        yield "四つの合計", f"{share}{line.name}：月末までの合計", line.upto, line.unit, about
        yield "四つの合計", f"{share}{line.name}：この月の分", line.own, line.unit, DEFINITIONS["この月の分"]
        yield "四つの合計", f"{share}{line.name}：前の月の分", line.before, line.unit, ""
        yield "四つの合計", f"{share}{line.name}：前の月からの増減", line.change, line.unit, ""
        yield (
            "四つの合計",
            f"{share}{line.name}：前の月までの訂正",
            line.correction,
            line.unit,
            DEFINITIONS["前の月までの訂正"],
        )
    yield from _corrections(report)
    for part in report.parts:
        number = f"（第{part.number}回）" if part.number else ""
        yield "イベント", f"{part.on.isoformat()} {part.title}{number}", part.participations, "人", part.ward
    for name, sums in report.wards.items():
        yield from _split("区", name or "区なし・分からない", sums, has_events=True)
    for code, sums in report.channels.items():
        yield from _split("チャンネル", channel_name(code), sums, has_events=False)
    yield from _channels(report)


def _corrections(report: MonthReport) -> Iterator[tuple[Cell, ...]]:
    for month, sums in report.corrections:
        about = f"{month:%Y-%m}" if month else NO_MONTH
        for name, unit, is_share, names in TOTALS:
            if amount := _sum(sums, names):
                yield "前の月までの訂正", f"{about} {'うち' if is_share else ''}{name}", amount, unit, ""


def _split(table: str, name: str, sums: SplitSums, *, has_events: bool) -> Iterator[tuple[Cell, ...]]:
    yield table, f"{name}：延べ参加者数", sums.participations, "人", ""
    if has_events:
        yield table, f"{name}：開いたイベント", sums.events_held, "回", ""
    yield table, f"{name}：確認済みのポイント", sums.confirmed, "ポイント", ""
    yield table, f"{name}：自己申告のポイント", sums.self_reported, "ポイント", ""


def _channels(report: MonthReport) -> Iterator[tuple[Cell, ...]]:
    for channel, numbers in report.reach.items():
        for reach, words in REACH.items():
            yield (
                "友だち・ブロック",
                f"{CHANNELS[channel]}：{words}",
                numbers[reach],
                "アカウント",
                DEFINITIONS["友だち・ブロック"],
            )
            was = report.reach_before.get(channel, {}).get(reach)
            change = None if was is None else numbers[reach] - was
            yield "友だち・ブロック", f"{CHANNELS[channel]}：{words}：前の報告からの増減", change, "アカウント", ""
    for channel, told in report.told.items():
        yield "配信", f"{CHANNELS[channel]}：一斉配信", told.broadcasts, "回", ""
        yield "配信", f"{CHANNELS[channel]}：一斉配信で受け付けられた通数", told.accepted, "通", ""
        yield "配信", f"{CHANNELS[channel]}：使った通数", told.charged, "通", DEFINITIONS["通数と円"]
        yield "配信", f"{CHANNELS[channel]}：費用", told.yen, "円", DEFINITIONS["通数と円"]


def _sum(sums: MonthSums, names: tuple[str, ...]) -> int:
    return sum(getattr(sums, name) for name in names)
