"""Where one stands: my points and what they are made of, and the city's four totals. Changes nothing."""

from datetime import timedelta

from handlers import correcting, donating, drawing, joining, picturing, playing, proving, streaking
from handlers.messages import Choice
from handlers.playing import Game
from handlers.rules import calendar
from handlers.talk import Answer, Talk, page_card
from storage import ledger, totals
from storage.facts import Standing

SHOWN_ACTIONS, SHOWN_EFFECTS = 5, 1  # more would not be read on a phone without scrolling


def show_points(talk: Talk) -> Answer:
    """Show one's points: today, this week, in all; confirmed and self-reported apart; by action; CO2 with its basis."""
    if talk.person is None:
        return joining.ask_consent(talk, pending="points")
    week = calendar.week_start(talk.on)
    standing = ledger.find_standing(talk.connection, talk.person.id, talk.on, week, week + timedelta(days=6))
    streak = streaking.find(talk.connection, talk.programme, talk.person, talk.on, talk.heat_alert_days, talk.words)
    lines = (
        *drawing.tell(talk),
        *_sums(talk, standing),
        *filter(None, (streak,)),
        *_by_action(talk, standing),
        *correcting.tell(talk),
        *proving.tell(talk),
        *donating.tell(talk),
        *_co2(talk, standing),
    )
    title = talk.say("{name}さんのポイント", name=talk.person.nickname)
    return page_card(
        title,
        lines,
        talk.choice("報告する", "report"),
        *playing.only(talk, Game.BOARDS, talk.choice("わたしの順位", "place")),
        *playing.only(talk, Game.BADGES, talk.choice("バッジ", "badges")),
        *_challenge(talk),
        *donating.offer(talk),
        talk.choice("市の合計", "totals"),
        talk.choice("控えのポイントを受け取る", "slip"),
        talk.choice("メニュー", "menu"),
        columns=2,
        picture=picturing.of_person(talk, standing, streak),
    )


def _challenge(talk: Talk) -> tuple[Choice, ...]:
    """Offer the challenges while one runs."""
    runs = any(challenge.holds(talk.on) for challenge in talk.programme.challenges)
    return playing.only(talk, Game.CHALLENGES, talk.choice("チャレンジ", "challenges")) if runs else ()


def _sums(talk: Talk, standing: Standing) -> tuple[str, ...]:
    amounts = {"today": standing.today, "week": standing.week, "all": standing.all}
    shares = {"confirmed": standing.confirmed, "self_reported": standing.self_reported}
    return (
        talk.say("きょう {today}・今週 {week}・合計 {all}", **{k: talk.number(v) for k, v in amounts.items()}),
        talk.say(
            "内訳：確認済み {confirmed}・自己申告 {self_reported}", **{k: talk.number(v) for k, v in shares.items()}
        ),
    )


def _by_action(talk: Talk, standing: Standing) -> tuple[str, ...]:
    if not standing.by_action:
        return (talk.say("まだ記録がありません。きょうの行動から始めてみましょう。"),)
    lines = []
    most_points_first = sorted(standing.by_action, key=lambda row: -row[2])
    for code, times, earned in most_points_first[:SHOWN_ACTIONS]:
        words = {"action": correcting.name_action(talk, code), "points": talk.number(earned)}
        if times:
            lines.append(talk.say("・{action} {times}回、{points}ポイント", times=times, **words))
        else:
            lines.append(talk.say("・{action}（訂正）{points}ポイント", **words))
    rest = len(standing.by_action) - SHOWN_ACTIONS
    if rest > 0:
        lines.append(talk.say("ほかの行動 {count}種類", count=rest))
    return tuple(lines)


def _co2(talk: Talk, standing: Standing) -> tuple[str, ...]:
    """Say of the actions that saved most what may be added up, each on its own basis: two bases are never summed."""
    lines = []
    most_first = sorted(standing.co2_grams, key=lambda row: -row[1])
    counted = [(action, grams) for code, grams in most_first if (action := talk.programme.action(code))]
    known = [(action, grams) for action, grams in counted if action.factors]
    for action, grams in known[:SHOWN_EFFECTS]:
        basis = " / ".join(dict.fromkeys(talk.word(factor.basis) for factor in action.factors))
        words = {"action": talk.word(action.title), "basis": basis, "source": action.factors[0].source}
        lines.append(
            talk.say("CO2（{action}）：約{grams} g（{basis}。出典 {source}）", grams=talk.number(grams), **words)
        )
    if rest := known[SHOWN_EFFECTS:]:
        lines.append(talk.say("ほかの行動 {count}種類", count=len(rest)))
    return tuple(lines)


def show_totals(talk: Talk) -> Answer:
    """Show the city's four running totals against the period's targets."""
    city = totals.find_totals(talk.connection, talk.programme, talk.now)
    points_all = city.points_confirmed + city.points_self_reported + city.points_before
    number = talk.number
    lines = [
        talk.say("期間：{period}", period=talk.word(city.period.name)),
        talk.say("参加者数：延べ {total}人", total=number(city.participants)),
        talk.say(
            "目標：1年目 {first}人、期間全体 {last}人",
            first=number(city.period.year_one_target),
            last=number(city.period.target),
        ),
        talk.say("同じ人を一度だけ数えると {distinct}人", distinct=number(city.participants_distinct)),
        talk.say("開いたイベント：{count}回", count=number(city.events_held)),
        talk.say("行動ポイント：{points}", points=number(points_all)),
        talk.say(
            "（確認済み {confirmed}・自己申告 {self_reported}）",
            confirmed=number(city.points_confirmed),
            self_reported=number(city.points_self_reported),
        ),
        *_before(talk, city.points_before),
        talk.say("サイト訪問者数：{visits}人", visits=number(city.visits_own + city.visits_portal)),
    ]
    title = talk.say("{city}の合計", city=talk.word(talk.programme.city.name))
    buttons = [talk.choice("報告する", "report"), talk.choice("メニュー", "menu")]
    if talk.public_url:
        buttons.append(Choice(talk.say("ページで見る"), url=f"{talk.public_url}/?lang={talk.language}"))
    return page_card(title, tuple(lines), *buttons, picture=picturing.of_city(talk, city))


def _before(talk: Talk, points: int) -> tuple[str, ...]:
    """Show the points that stood before the bot, so that the parts add up to the whole."""
    return (talk.say("（ボットを始める前 {points}）", points=talk.number(points)),) if points else ()
