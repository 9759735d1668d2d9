"""The ways on: the menu, the help, staff's address, and an answer to what was not understood, which is counted."""

from handlers import playing, reporting
from handlers.messages import Choice
from handlers.playing import Game
from handlers.rules import boards, masking
from handlers.talk import Answer, Talk, page_card, text
from storage import puzzles, standing_orders


def show_menu(talk: Talk) -> Answer:
    """Show the menu; nothing personal."""
    buttons = (
        talk.choice("報告する", "report"),
        talk.choice("イベント", "events"),
        talk.choice("わたしのポイント", "points"),
        talk.choice("わたしの申し込み", "my"),
        talk.choice("市の合計", "totals"),
        *playing.only(talk, Game.BOARDS, _week_button(talk)),
        talk.choice("設定", "settings"),
        talk.choice("使い方", "help"),
        talk.choice("問い合わせ", "contact"),
    )
    title = talk.word(talk.programme.city.project)
    lines = (*reporting.heat_lines(talk), talk.say("きょうは何をしますか？"))
    return page_card(title, lines, *buttons, columns=2)


def _week_button(talk: Talk) -> Choice:
    """Offer the ranking; under Monday's own name in a week in which it could not be sent to everybody."""
    push = standing_orders.find_push(talk.connection, boards.closed_week(talk.now))
    if push is not None and push.shortage is not None:
        return talk.choice("今週のまとめ", "board")
    return talk.choice("ランキング", "board")


def show_help(talk: Talk) -> Answer:
    """Explain in a few lines what can be done here."""
    lines = (
        talk.say("「報告する」から、きょうした行動を選ぶだけで記録できます。"),
        talk.say("「マイボトル使った」のように送っても記録できます。"),
        talk.say(
            "「イベント」から、セミナーや講座に申し込めます。入場コードや取り消しは「わたしの申し込み」にあります。"
        ),
        talk.say("ポイントは買うことも売ることもできません。行動を見えるようにするためのものです。"),
        talk.say("まちがえても、「取り消す」で元に戻せます。"),
    )
    return page_card(
        talk.say("使い方"),
        lines,
        talk.choice("報告する", "report"),
        talk.choice("イベント", "events"),
        talk.choice("数え方", "effects"),
        talk.choice("職員に聞く", "ask"),
        talk.choice("メニュー", "menu"),
        columns=2,
    )


def show_contact(talk: Talk) -> Answer:
    """Say how to reach staff."""
    city = talk.programme.city
    buttons = [talk.choice("職員に聞く", "ask"), talk.choice("メニュー", "menu")]
    if city.page:
        buttons.append(Choice(talk.say("市のページ"), url=city.page))
    return page_card(talk.say("問い合わせ"), (talk.word(city.office), talk.word(city.contact)), *buttons)


def admit_absence(talk: Talk) -> Answer:
    """Say honestly that something cannot be done here yet, and where to ask."""
    words = talk.say(
        "申し訳ありません。それは、まだここではできません。{contact}", contact=talk.word(talk.programme.city.contact)
    )
    return text(words, talk.choice("報告する", "report"), talk.choice("メニュー", "menu"))


def ask_again(talk: Talk) -> Answer:
    """Offer ways on after something that was not understood."""
    words = talk.say("すみません、うまく読み取れませんでした。どれをしますか？")
    choices = (
        talk.choice("報告する", "report"),
        talk.choice("イベント", "events"),
        talk.choice("わたしのポイント", "points"),
        talk.choice("市の合計", "totals"),
        talk.choice("使い方", "help"),
        talk.choice("職員に聞く", "ask"),
    )
    return text(words, *choices)


def note_puzzle(talk: Talk, words: str) -> None:
    """Count what was not understood, masked and without who wrote it, so that staff can teach the bot a new word."""
    masked = masking.masked(words)
    if masked:
        key_hash = talk.keyed_hash(f"puzzle:{talk.language}:{masked}")
        puzzles.note(talk.connection, talk.language, masked, key_hash, talk.on)


def answer_sticker(talk: Talk) -> Answer:
    """Answer a sticker with a way on."""
    return text(talk.say("ありがとうございます。"), talk.choice("報告する", "report"), talk.choice("メニュー", "menu"))


def apologise(talk: Talk) -> Answer:
    """Say kindly that something went wrong on our side; what had been recorded stands."""
    words = talk.say(
        "申し訳ありません。うまく処理できませんでした。これまでの記録はそのままです。少しあとで、もう一度お試しください。"
    )
    return text(words, talk.choice("メニュー", "menu"))


def slow_down(talk: Talk) -> Answer:
    """Ask an account that writes too fast to wait a minute."""
    return text(talk.say("たくさん送っていただき、ありがとうございます。1分ほど待ってから、もう一度送ってください。"))
