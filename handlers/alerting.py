"""Lets staff be told of trouble where they chat, by a word that works once; puts alerts into words. Sends nothing."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from handlers.messages import Message, Text
from handlers.talk import Answer, Talk, text
from handlers.texts import Words, _, format_moment
from storage import alerts
from storage.alerts import AlertKind

WORD_LIFE = timedelta(minutes=15)
_WORD = re.compile(r"alert-([0-9a-f]{8,9})-([0-9a-f]{20})")
PLATFORMS = {"line": "LINE", "telegram": "Telegram", "terminal": "Terminal"}

BEGUN = {
    AlertKind.MISSED_SLOT: _("定期の処理「{key}」が、時間どおりに動きませんでした。"),
    AlertKind.CHANNEL_HALTED: _("{platform}への送信が止まっています。"),
    AlertKind.AUTO_PAUSED: _("一斉送信（番号{key}）を自動で止めました。失敗が多すぎます。"),
    AlertKind.LOW_QUOTA: _(
        "{platform}の今月の残りは、リマインダーと中止連絡のための予備だけです。一斉送信はできません。"
    ),
    AlertKind.DISK_FULL: _("ディスクの空きが少なくなっています。"),
    AlertKind.FAILED_ROWS: _("処理できずにあきらめたものがあります（{key}）。"),
    AlertKind.FAILED_BACKUP: _("バックアップができていません。"),
    AlertKind.DISASTER: _("災害時の切りかえが入りました。一斉配信と月曜のお知らせを止めています。"),
    AlertKind.WEEKLY_WITHOUT_LINE: _(
        "月曜のお知らせを、LINEでは送りませんでした。LINEの人には、メニューの「今週のまとめ」で見られます。"
    ),
}
BEGUN_WITH_KEY = {
    (AlertKind.MISSED_SLOT, "ticker"): _("定期の処理がどれも動いていません。"),
    (AlertKind.CHANNEL_HALTED, "line:quota"): _(
        "LINEの今月の通数を使い切り、こちらからの送信が止まっています。返信は続いています。"
    ),
    (AlertKind.DISK_FULL, "full"): _(
        "ディスクがいっぱいで、何も記録できません。すぐに空きを作ってください。届いたものは、各社があとで送り直します。"
    ),
}
"""What is said of one key in another way than of the others of its kind."""


def make_word(keyed_hash: Callable[[str], str], name: str, until: datetime) -> str:
    """Make the word by which somebody named in ALERT_TO is told from then on; good once, until a real moment."""
    claim = f"{int(until.timestamp()):x}"
    return f"alert-{claim}-{keyed_hash(f'alert:{name}:{claim}')[:20]}"


def is_word(typed: str) -> bool:
    """Tell whether something typed looks like such a word, whoever made it."""
    return _WORD.fullmatch(typed.strip().lower()) is not None


def take_word(talk: Talk, typed: str) -> Answer:
    """Let the account be told under the name that the word was made for."""
    word = typed.strip().lower()
    name = _find_name(talk, word)
    word_hash = talk.keyed_hash(word)
    if name is None or not alerts.add_receiver(talk.connection, talk.account.id, name, word_hash, talk.real_now):
        return text(talk.say("その合言葉は使えません。期限が切れたか、もう使われています。新しく作ってください。"))
    return text(talk.say("{name}さんとして、運用の警告をここにお送りします。", name=name))


def _find_name(talk: Talk, word: str) -> str | None:
    """Find for whom a word was made, among those whom ALERT_TO names."""
    found = _WORD.fullmatch(word)
    if found is None or talk.real_now.timestamp() > int(found[1], 16):
        return None
    until = datetime.fromtimestamp(int(found[1], 16), talk.real_now.tzinfo)
    return next((name for name in talk.alert_names if make_word(talk.keyed_hash, name, until) == word), None)


def name_trouble(kind: AlertKind, key: str, words: Words) -> str:
    """Say in one sentence what is wrong."""
    sentence = BEGUN_WITH_KEY.get((kind, key), BEGUN[kind])
    return words.say(sentence, key=key, platform=PLATFORMS.get(key.partition(":")[0], key))


def compose(
    kind: AlertKind, key: str, detail: str, at: datetime, words: Words, *, is_end: bool = False
) -> Sequence[Message]:
    """Say that some trouble began, or is over, at a real moment; who reads it knows the words of the operations."""
    head = name_trouble(kind, key, words)
    when = words.say("{moment}から", moment=format_moment(at, words.language))
    if is_end:
        return (Text(words.say("✅ 解消しました（{when}のもの）：{head}", when=when, head=head)),)
    lines = [f"⚠️ {head}", when]
    lines += [words.say("詳細：{detail}", detail=detail)] if detail else []
    lines.append(words.say("確かめるには：python -m bot doctor"))
    return (Text("\n".join(lines)),)
