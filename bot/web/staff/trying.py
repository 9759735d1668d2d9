"""Says what the bot would answer to a typed sentence, in the order in which the chat looks. Stores nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.web.staff.sending.previews import Preview, previews
from handlers import answering, commands, helplines, messages
from handlers.rules import answers as rules
from handlers.rules import emergencies, understanding
from handlers.talk import Answer
from handlers.texts import JAPANESE, Texts
from storage import answers
from storage.clock import real_now
from storage.facts import Intent, Programme

INTENTS = {
    Intent.EVENTS: "イベントの一覧を出します。",
    Intent.REGISTER: "イベントの一覧を出します。",
    Intent.MY_EVENTS: "「わたしの申し込み」を出します。",
    Intent.POINTS: "「わたしのポイント」を出します。",
    Intent.RANKING: "ランキングを出します。",
    Intent.TOTALS: "市の合計を出します。",
    Intent.HELP: "メニューを出します。",
    Intent.LANGUAGE: "ことばを選んでもらいます。",
    Intent.PAUSE: "お知らせを休みにするかを聞きます。",
    Intent.LEAVE: "退会するかを聞きます。",
    Intent.UNDO: "取り消すものを聞きます。",
    Intent.LINK: "まだできないことを伝えます。",
    Intent.SETTINGS: "設定を出します。",
    Intent.CONTACT: "問い合わせ先を出します。",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """What would be said: one sentence for staff, and the answer as phones draw it where it is known."""

    words: str
    looks: Sequence[Preview] = ()


def foretell(connection: Connection, tried: str, programme: Programme, texts: Texts) -> Tried:
    """Say what a person who reads Japanese would be answered."""
    heard = emergencies.hear(tried)
    if heard is not None:
        said = helplines.compose(heard.emergency, texts.of(JAPANESE), programme.helpline)
        return _drawn("決まった返事をします。これは切れません。", said)
    if tried.strip().lower() in commands.WORDS:
        return Tried("ボタンと同じ、決まった言葉です。")
    meant = understanding.understand(tried, JAPANESE, programme, real_now().date())
    if meant.confidence < understanding.COMMAND and meant.intent in answering.GIVES_WAY:
        row = rules.find(tried, JAPANESE, [one.row for one in answers.list_all(connection)])
        if row is not None and not row.action:
            return _drawn("答えの表から答えます。", answering.compose(row, texts.of(JAPANESE)))
        if row is not None:
            return _reported([row.action], programme)
    if meant.intent is Intent.REPORT:
        return _reported([one.action for one in meant.actions], programme)
    return Tried(INTENTS.get(meant.intent, "読み取れません。「どれをしますか？」と聞きます。"))


def _reported(codes: Sequence[str], programme: Programme) -> Tried:
    titles = [action.title[JAPANESE] for action in programme.actions if action.code in codes]
    return Tried(
        f"行動の報告として「これを記録しますか？」と聞きます：{'、'.join(titles)}"
        if titles
        else "行動を選んでもらいます。"
    )


def _drawn(words: str, said: Answer) -> Tried:
    return Tried(words, previews({JAPANESE: messages.dump(said.messages)}))
