"""Reporting by button: the list of actions, the press that records one, and the receipt with what it brought."""

from datetime import date, timedelta

from handlers import actionwords, joining, proving, recording
from handlers.messages import Choice
from handlers.rules import calendar, points
from handlers.talk import Answer, Talk, card, page_card, text
from storage import ledger, totals
from storage.facts import Action, Earned, Limits, OnHeatAlert, Recorded, Refusal, Refused


def open_list(talk: Talk, page: str = "1", on: str = "") -> Answer:
    """Show what can be reported: one's habits and the first twelve, the rest one tap further."""
    day = _day(on) or talk.on
    offered = points.offered(talk.programme, day, talk.is_heat_alert(day), _used(talk))
    first = talk.programme.limits.first_page
    shown = offered[:first] if page == "1" else offered[first:] + points.milestones(talk.programme)
    claims = recording.claims_on(talk, day)
    actions = (_button(talk, action, day, claims) for action in shown)
    title = talk.say("何をしましたか？") if day == talk.on else talk.say("{day}にしたこと", day=talk.day(day))
    lines = (*heat_lines(talk), *_milestone_lines(talk, page))
    return page_card(title, lines, *_usual_button(talk, page, day), *actions, *_more(talk, page, day), columns=2)


def _milestone_lines(talk: Talk, page: str) -> tuple[str, ...]:
    """Say beforehand, where purchases and contracts are listed, that they earn no points."""
    steps = points.milestones(talk.programme)
    if page == "1" or not steps:
        return ()
    name = talk.word(steps[0].label)
    return (talk.say("{action}からあとは購入や契約で、ポイントのつかない「大きな一歩」です。", action=name),)


def heat_lines(talk: Talk) -> tuple[str, ...]:
    """Say on a heat alert that cooling and drinking come first."""
    if talk.is_heat_alert(talk.on):
        return (talk.say("きょうは熱中症に注意する日です。冷房を使い、水分をとってください。"),)
    return ()


def _button(talk: Talk, action: Action, on: date, claims: recording.Claims) -> Choice:
    n = recording.next_n(talk, action, on, claims)
    label = talk.word(action.label)
    return Choice(label if n else f"✓ {label}", press_data("r" if on == talk.on else "l", action.code, on, n or 1))


def _usual_button(talk: Talk, page: str, on: date) -> tuple[Choice, ...]:
    """Offer the usual five in one tap, after some days of use; a single one has its own button already."""
    usual = points.usual(talk.programme, _used(talk), talk.programme.limits, on, talk.is_heat_alert(on))
    if page != "1" or on != talk.on or len(usual) < 2 or not _has_habits(talk):
        return ()
    return (Choice(talk.say("いつもの{count}つをまとめて", count=len(usual)), f"usual:{on.isoformat()}"),)


def _more(talk: Talk, page: str, on: date) -> tuple[Choice, ...]:
    """Offer the other page, earlier days, how actions count, and the way back."""
    day = on.isoformat() if on != talk.on else ""
    first = page == "1"
    other = talk.choice("ほかの行動", f"report:2:{day}") if first else talk.choice("はじめのページ", f"report:1:{day}")
    how = talk.choice("数え方", "effects")
    return other, talk.choice("きのうまでの分", "days"), how, talk.choice("メニュー", "menu")


def _has_habits(talk: Talk) -> bool:
    if talk.person is None:
        return False
    after = talk.programme.limits.usual_after_days
    return ledger.count_days(talk.connection, talk.person.id, after) >= after


def _used(talk: Talk) -> dict[str, int]:
    if talk.person is None:
        return {}
    return {tally.action: tally.times for tally in ledger.list_tallies(talk.connection, talk.person.id)}


def choose_day(talk: Talk) -> Answer:
    """Offer the earlier days that can still be entered."""
    days = [day for day in calendar.late_days_open(talk.on, talk.programme.limits) if day != talk.on]
    buttons = [Choice(talk.day(day), f"report:1:{day.isoformat()}") for day in days]
    last = talk.say("{days}日前の分まで記録できます。", days=talk.programme.limits.late_days)
    return page_card(talk.say("いつの分ですか？"), (last,), *buttons, talk.choice("メニュー", "menu"))


def press(talk: Talk, code: str = "", on: str = "", n: str = "", said: str = "") -> Answer:
    """Record what a button of today's list stands for; a button of an earlier day's list asks which day is meant."""
    action, day = talk.programme.action(code), _day(on)
    if day is not None and day != talk.on and action is not None:
        return _ask_which_day(talk, action, day, n)
    return press_late(talk, code, on, n, said)


def _ask_which_day(talk: Talk, action: Action, day: date, n: str) -> Answer:
    fresh = press_data("r", action.code, talk.on, "")
    choices = [talk.choice("きょうの分", fresh)]
    if day in calendar.late_days_open(talk.on, talk.programme.limits):
        choices.append(Choice(talk.say("{day}の分", day=talk.day(day)), press_data("l", action.code, day, n)))
    words = talk.say(
        "これは{day}の{action}のボタンです。いつの分を記録しますか？", day=talk.day(day), action=_quoted(talk, action)
    )
    return text(words, *choices, talk.choice("やめる", "menu"))


def press_late(talk: Talk, code: str = "", on: str = "", n: str = "", said: str = "") -> Answer:
    """Record what a button stands for on the very day it names."""
    action, day = talk.programme.action(code), _day(on)
    if action is None or day is None:
        return text(talk.say("このボタンはもう使えません。もう一度選んでください。"), talk.choice("報告する", "report"))
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending=talk.incoming.data)
    if asks(talk, action, day) and said != "y":
        return _ask_not_cooling(talk, action, day, n)
    nth = int(n) if n.isdecimal() and len(n) < 5 else None
    return record_one(talk, action, day, nth)


def asks(talk: Talk, action: Action, day: date) -> bool:
    """Tell whether "was it other than cooling?" must be answered before the action counts."""
    return talk.is_heat_alert(day) and action.on_heat_alert is OnHeatAlert.ASK_NOT_COOLING


def not_cooling(talk: Talk, action: Action, day: date, n: str) -> Choice:
    """Give the button that says so, and records."""
    return Choice(talk.say("はい、冷房は使っています"), f"{press_data('l', action.code, day, n)}:y")


def _ask_not_cooling(talk: Talk, action: Action, day: date, n: str) -> Answer:
    words = talk.say("熱中症に注意する日です。冷房のほかの節電ですか？")
    return text(words, not_cooling(talk, action, day, n), talk.choice("いいえ", "cool"))


def keep_cool(talk: Talk) -> Answer:
    """Ask a person who saved on cooling during a heat alert to use it."""
    words = talk.say("暑い日はがまんしないでください。冷房を使い、水分をとってください。これまでの記録はそのままです。")
    return text(words, talk.choice("報告する", "report"), talk.choice("メニュー", "menu"))


def record_one(talk: Talk, action: Action, on: date, nth: int | None) -> Answer:
    """Record one report and answer its receipt, or kindly why it does not stand."""
    decision, entry_id = recording.record(talk, action, on, nth)
    if isinstance(decision, Refused):
        return refuse(talk, action, decision.reason)
    return receipt(talk, action, on, decision, entry_id)


def receipt(talk: Talk, action: Action, on: date, decision: Recorded, entry_id: int) -> Answer:
    """Show what a report brought: points, this week and the city's total at once, with one tap to take it back."""
    proof = proving.offer(talk, action, entry_id)
    distance = [talk.choice("距離も記録する", f"km:{entry_id}")] if action.asks_instead_of_car else []
    lines = (
        *_late(talk, on),
        *_worth(talk, action, decision),
        *standing_lines(talk),
        *_saved(talk, action),
        *actionwords.guides(talk.words, action)[:1],
    )
    buttons = (*distance, *proof, talk.choice("ほかにも報告", "report"), talk.choice("取り消す", f"w:{entry_id}"))
    more = (talk.choice("数え方", f"how:{action.code}"), talk.choice("わたしのポイント", "points"))
    return card(_title(talk, action, decision), lines, *buttons, *more, columns=2)


def _title(talk: Talk, action: Action, decision: Recorded) -> str:
    """Name what was recorded, with its points where it is about points."""
    name = talk.word(action.title)
    if decision.earned in (Earned.MILESTONE, Earned.AWAITS_REVIEW):
        return talk.say("記録しました：{action}", action=name)
    return talk.say("記録しました：{action} +{points}ポイント", action=name, points=decision.points)


def _late(talk: Talk, on: date) -> tuple[str, ...]:
    """Say which earlier day was recorded, and that a closed week's points do not show in this one."""
    if on == talk.on:
        return ()
    day = talk.say("{day}の分です。", day=talk.day(on))
    if calendar.counts_for_board(on, talk.said_at):
        return (day,)
    return day, talk.say("その週はもう締め切りました。ポイントは、あなたと市の合計に入ります。")


def _worth(talk: Talk, action: Action, decision: Recorded) -> tuple[str, ...]:
    """Say why the points are not the full ones, where they are not."""
    limit = talk.programme.limits.everyday_points_a_day
    return {
        Earned.FULL: (),
        Earned.PART: (talk.say("毎日の行動は1日{limit}ポイントまでです。この日の残りの分がつきました。", limit=limit),),
        Earned.DAY_FULL: (
            talk.say(
                "この日の{limit}ポイントはもう満点です。行動はしっかり記録しました。ありがとうございます。", limit=limit
            ),
        ),
        Earned.MILESTONE: (talk.say("大きな一歩です。購入や契約にポイントはつきませんが、記念として残ります。"),),
        Earned.AWAITS_REVIEW: (
            talk.say("確認ができたときに{points}ポイントがつきます。", points=action.confirmed_points),
        ),
    }[decision.earned]


def standing_lines(talk: Talk) -> tuple[str, ...]:
    """Say where the person and the city stand now."""
    week = calendar.week_start(talk.on)
    sums = ledger.sum_of_day_and_week(talk.connection, talk.joined.id, talk.on, week, week + timedelta(days=6))
    today, this_week = sums
    city = totals.find_totals(talk.connection, talk.programme, talk.now)
    return (
        talk.say("きょう {today}・今週 {week}ポイント", today=talk.number(today), week=talk.number(this_week)),
        talk.say(
            "{city}のみんなで {points}ポイント",
            city=talk.word(talk.programme.city.name),
            points=talk.number(city.points_confirmed + city.points_self_reported + city.points_before),
        ),
    )


def _saved(talk: Talk, action: Action) -> tuple[str, ...]:
    """Say what this one act saved, where that is known of an act by itself."""
    return tuple(
        talk.say(
            "CO2を約{grams} gへらしました（{basis}。出典 {source}）。",
            grams=talk.number(factor.grams),
            basis=talk.word(factor.basis),
            source=factor.source,
        )
        for factor in action.factors
        if factor.per == "act"
    )


def refuse(talk: Talk, action: Action, reason: Refusal) -> Answer:
    """Say kindly why a report does not stand, and what can be done instead."""
    choices = (
        talk.choice("ほかの行動", "report"),
        talk.choice("数え方", f"how:{action.code}"),
        talk.choice("メニュー", "menu"),
    )
    return Answer(text(_why(talk, action, reason), *choices).messages, toast=talk.say("記録はそのままです"))


def _why(talk: Talk, action: Action, reason: Refusal) -> str:
    name, limits = _quoted(talk, action), talk.programme.limits
    return {
        Refusal.ALREADY: talk.say("{action}はもう記録してあります。ありがとうございます。", action=name),
        Refusal.CAP_REACHED: _cap_words(talk, action),
        Refusal.TOO_LATE: talk.say("記録できるのは{days}日前の分までです。", days=limits.late_days),
        Refusal.IN_FUTURE: talk.say("まだ来ていない日の分は記録できません。その日になったら教えてください。"),
        Refusal.OUT_OF_SEASON: talk.say("{action}は、いまの季節は記録できません。", action=name),
        Refusal.HEAT_ALERT: talk.say("熱中症に注意する日は数えません。冷房を使い、水分をとってください。"),
        Refusal.NEEDS_AT_HOME: talk.say(
            "先に、家でできる行動を同じ日に{count}つ記録してください。", count=action.needs_at_home
        ),
        Refusal.NEEDS_CHECK_IN: talk.say("{action}は、会場での受付で記録されます。", action=name),
    }[reason]


def _quoted(talk: Talk, action: Action) -> str:
    """Name an action inside a sentence: titles may be whole phrases."""
    return talk.say("「{title}」", title=talk.word(action.title))


def _cap_words(talk: Talk, action: Action) -> str:
    """Say that the cap is reached, naming all the actions that share it."""
    shared = action.cap.shared
    sharers = [other for other in talk.programme.actions if shared and other.cap.shared == shared]
    name = " + ".join(_quoted(talk, other) for other in sharers or [action])
    times = action.cap.times
    return {
        "day": talk.say(
            "{action}の記録は1日{times}回までです。その日の分はもう記録してあります。", action=name, times=times
        ),
        "week": talk.say(
            "{action}の記録は1週間に{times}回までです。その週の分はもう記録してあります。", action=name, times=times
        ),
        "month": talk.say(
            "{action}の記録は1か月に{times}回までです。その月の分はもう記録してあります。", action=name, times=times
        ),
        "year": talk.say(
            "{action}の記録は1年度に{times}回までです。その年度の分はもう記録してあります。", action=name, times=times
        ),
        "ever": talk.say("{action}はもう記録してあります。ありがとうございます。", action=name),
    }[action.cap.per]


def press_usual(talk: Talk, on: str = "") -> Answer:
    """Record the usual five in one tap; those that already stand are left as they are."""
    day = _day(on)
    if day is None or day != talk.on:
        return open_list(talk)
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending=talk.incoming.data)
    limits: Limits = talk.programme.limits
    actions = points.usual(talk.programme, _used(talk), limits, day, talk.is_heat_alert(day))
    done = {code for code, _, _ in ledger.list_day(talk.connection, talk.joined.id, day)}
    earned, lines = 0, []
    for place, action in enumerate(action for action in actions if action.code not in done):
        decision, _ = recording.record(talk, action, day, None, place)
        if isinstance(decision, Recorded):
            earned += decision.points
            lines.append(talk.say("・{action} +{points}", action=talk.word(action.title), points=decision.points))
    if not lines:
        words = talk.say("いつもの行動は、きょうはもう全部記録してあります。ありがとうございます。")
        return text(words, talk.choice("ほかの行動", "report"), talk.choice("メニュー", "menu"))
    title = talk.say("記録しました：+{points}ポイント", points=earned)
    buttons = (talk.choice("ほかにも報告", "report"), talk.choice("最後の1つを取り消す", "undo"))
    return card(title, (*lines, *standing_lines(talk)), *buttons, talk.choice("わたしのポイント", "points"))


def press_data(word: str, code: str, on: date, n: int | str) -> str:
    """Write what a report button sends: at most 64 bytes."""
    return f"{word}:{code}:{on.isoformat()}:{n}"


def _day(iso: str) -> date | None:
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None
