"""The kilometres of a trip, if the person likes: asked only after "instead of a car?", never in the way of points."""

from handlers.messages import Choice
from handlers.rules import calendar, mentions, points
from handlers.talk import Answer, Talk, text
from storage import ledger, people
from storage.facts import Action, EntryFacts, Factor

KILOMETRES = (1, 2, 3, 5, 10, 20)  # offered as buttons; any other number can be typed


def ask_car(talk: Talk, entry: str = "") -> Answer:
    """Ask whether there was a car to replace: without one, nothing is shown as saved."""
    report, action = _find(talk, entry)
    if report is None or action is None:
        return _gone(talk)
    words = talk.say("車のかわりでしたか？")
    return text(words, Choice(talk.say("はい"), f"car:{report.id}"), talk.choice("いいえ", "nocar"))


def no_car(talk: Talk) -> Answer:
    """Accept that no car was replaced; the points stand."""
    words = talk.say("わかりました。ポイントはそのままです。CO2の計算には入れません。")
    return text(words, talk.choice("ほかにも報告", "report"), talk.choice("メニュー", "menu"))


def stop(talk: Talk) -> Answer:
    """Ask for the distance no more; the report stands as it is."""
    words = talk.say("わかりました。距離は記録しません。ポイントはそのままです。")
    return text(words, talk.choice("ほかにも報告", "report"), talk.choice("メニュー", "menu"))


def ask_way(talk: Talk, entry: str = "") -> Answer:
    """Ask how the person travelled, where it makes a difference."""
    report, action = _find(talk, entry)
    if report is None or action is None:
        return _gone(talk)
    ways = [factor for factor in action.factors if factor.per == "km"]
    if len(ways) == 1:
        return ask_distance(talk, entry, ways[0].code)
    choices = [Choice(talk.word(way.title), f"by:{report.id}:{way.code}") for way in ways]
    return text(talk.say("何で移動しましたか？"), *choices, talk.choice("やめる", "stop"))


def ask_distance(talk: Talk, entry: str = "", way: str = "") -> Answer:
    """Ask for the kilometres, by button or typed."""
    report, action = _find(talk, entry)
    factor = _factor(action, way)
    if report is None or factor is None:
        return _gone(talk)
    people.change(talk.connection, talk.joined.id, awaiting=f"km:{report.id}:{factor.code}")
    offered = [km for km in KILOMETRES if km <= (factor.longest_km or km)]
    choices = [Choice(f"{km} km", f"d:{report.id}:{factor.code}:{km}") for km in offered]
    return text(talk.say("何キロでしたか？ 数字を送ることもできます。"), *choices, talk.choice("やめる", "stop"))


def add_distance(talk: Talk, entry: str = "", way: str = "", km: str = "") -> Answer:
    """Add the grams saved over a distance to a report, once."""
    report, action = _find(talk, entry)
    factor = _factor(action, way)
    if report is None or factor is None:
        return _gone(talk)
    grams = points.grams_saved(factor, _kilometres(km))
    if not isinstance(grams, int):
        words = talk.say(
            "{way}は1回{longest} kmまでの数字で送ってください。", way=talk.word(factor.title), longest=factor.longest_km
        )
        return text(words, talk.choice("やめる", "stop"))
    people.change(talk.connection, talk.joined.id, awaiting=None)
    counts = calendar.counts_for_board(report.acted_on, talk.said_at)
    moment = {"entered_at": talk.now, "counts_for_board": counts, "rule_version": talk.programme.version}
    new = ledger.add_distance(talk.connection, report, talk.account.id, grams, **moment)
    if not new:
        return text(talk.say("この移動の距離はもう記録してあります。"), talk.choice("メニュー", "menu"))
    words = talk.say(
        "車で行くのに比べて、CO2を約{grams} gへらしました（{basis}。出典 {source}）。",
        grams=talk.number(grams),
        basis=talk.word(factor.basis),
        source=factor.source,
    )
    return text(words, talk.choice("ほかにも報告", "report"), talk.choice("わたしのポイント", "points"))


def ask_about_typed(talk: Talk, entry_id: int, km: str) -> Answer:
    """Ask whether a distance that was typed with the report replaced a car, and how it was travelled, in one tap."""
    report, action = _find(talk, str(entry_id))
    if report is None or action is None or not action.asks_instead_of_car:
        return Answer()
    ways = [factor for factor in action.factors if factor.per == "km"]
    choices = [
        Choice(talk.say("はい（{way}）", way=talk.word(way.title)), f"d:{entry_id}:{way.code}:{km}") for way in ways
    ]
    return text(
        talk.say("{km} kmは、車のかわりでしたか？", km=km.removesuffix(".0")), *choices, talk.choice("いいえ", "nocar")
    )


def take_typed(talk: Talk, entry: str, way: str, words: str) -> Answer:
    """Take a typed distance."""
    return add_distance(talk, entry, way, str(mentions.read_kilometres(words) or ""))


def _find(talk: Talk, entry: str) -> tuple[EntryFacts | None, Action | None]:
    if talk.person is None or not entry.isdecimal() or len(entry) > 18:
        return None, None
    report = ledger.find_report(talk.connection, talk.person.id, int(entry))
    if report is None:
        return None, None
    if ledger.find_by_reference(talk.connection, ledger.EntryKind.WITHDRAWAL, str(report.id)) is not None:
        return None, None
    return report, talk.programme.action(report.action)


def _factor(action: Action | None, code: str) -> Factor | None:
    factors = action.factors if action else ()
    return next((factor for factor in factors if factor.code == code and factor.per == "km"), None)


def _kilometres(text_: str) -> float | None:
    try:
        return float(text_)
    except ValueError:
        return None


def _gone(talk: Talk) -> Answer:
    return text(
        talk.say("その記録は見つかりませんでした。"), talk.choice("報告する", "report"), talk.choice("メニュー", "menu")
    )
