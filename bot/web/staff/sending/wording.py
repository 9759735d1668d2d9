"""The Japanese words of the broadcasts' pages: states, findings, refusals, audiences. Decides nothing."""

from datetime import timedelta

from handlers.rules.broadcasts import NotDone
from handlers.rules.forecast import Lack
from handlers.rules.preflight import Fault, Finding
from handlers.texts import JAPANESE, name_language
from storage.facts import (
    Audience,
    AudienceKind,
    BroadcastKind,
    BroadcastState,
    ChannelName,
    DeliveryState,
    EventFacts,
    EventRelation,
    Programme,
)
from storage.outbox import OutboxState

PLATFORMS = {ChannelName.LINE: "LINE", ChannelName.TELEGRAM: "Telegram"}
STATES = {
    BroadcastState.DRAFT: "下書き",
    BroadcastState.SUBMITTED: "承認待ち",
    BroadcastState.APPROVED: "承認済み（まだ送りません）",
    BroadcastState.ARMED: "配信待ち",
    BroadcastState.SENDING: "配信中",
    BroadcastState.PAUSED: "一時停止中",
    BroadcastState.FINISHED: "配信済み",
    BroadcastState.STOPPED: "中止",
    BroadcastState.EXPIRED: "期限切れ",
}
KINDS = {BroadcastKind.NOTICE: "お知らせ", BroadcastKind.CORRECTION: "訂正", BroadcastKind.WEEKLY: "月曜日の配信"}
DELIVERIES = {
    DeliveryState.WAITING: "これから送る",
    DeliveryState.SEALED: "送っている",
    DeliveryState.ACCEPTED: "受け付けられた",
    DeliveryState.UNKNOWN: "届いたか分からない",
    DeliveryState.REFUSED: "断られた",
    DeliveryState.SKIPPED: "送らなかった",
    DeliveryState.EXPIRED: "時間切れ",
    DeliveryState.HELD_OUT: "くじで外した",
}
"""What became of deliveries, in the order in which the pages show it."""
RELATIONS = {
    EventRelation.REGISTERED: "申し込んだ人",
    EventRelation.ATTENDED: "出席した人",
    EventRelation.ABSENT: "申し込んで来なかった人",
    EventRelation.NOT_REGISTERED: "申し込んでいない人",
}
AUDIENCE_KINDS = {AudienceKind.PUBLIC: "市民", AudienceKind.COMPANY: "企業"}
NOT_DONE = {
    NotDone.NOT_NOW: "いまの状態では、できません。ほかの人が先に操作したかもしれません。",
    NotDone.OWN: "自分が書いた配信は、承認できません。ほかの人に頼んでください。",
    NotDone.NOT_APPROVER: "承認できる人のアカウントではありません。",
    NotDone.CHANGED: "ほかの人が先に変えました。いまの内容を見てから、もう一度押してください。",
    NotDone.TOO_LATE: "送ってよい期限が過ぎています。",
    NotDone.OTHER_GENERATION: "復元の前に配信待ちになったものです。もう一度、配信待ちにしてください。",
    NotDone.SAME_GENERATION: "もう配信待ちになっています。",
}
LACKS = {
    Lack.NOBODY: "だれにも届きません。対象の人が0人です。対象をゆるめてください。",
    Lack.QUOTA: "LINEの今月の通数が足りません（予備と、ほかの配信の分を除いて数えています）。",
    Lack.QUOTA_UNKNOWN: "LINEの今月の残りがまだ分かりません。数分待ってください。",
    Lack.TIME: "期限までに送り終わりません。期限を延ばすか、送る時間帯を広げてください。",
}
FAULTS = {
    Fault.NO_TEXT: "文がありません",
    Fault.NO_JAPANESE: "日本語がありません。ほかの言語の文がない人に送る文です",
    Fault.UNKNOWN_LANGUAGE: "このまちの言語ではありません",
    Fault.MISSING_LANGUAGE: "この言語の文がありません。この言語の人には日本語で届きます",
    Fault.WRONG_WEEKDAY: "曜日が違うか、ない日です",
    Fault.DAY_IN_THE_PAST: "読むときには過ぎている日です",
    Fault.SENT_IN_THE_PAST: "送ってよい期限が過ぎています",
    Fault.NO_TIME: "期限までに、送ってよい時間帯がありません",
    Fault.TOO_LONG_A_TIME: "日より長い期限にはできません",
    Fault.QUIET_HOURS: "時間帯は、8時から21時のあいだにしてください",
    Fault.DEAD_LINK: "リンク先が開けません",
    Fault.UNCHECKED_LINK: "リンク先が開けるか、まだ確かめていません",
    Fault.INSECURE_LINK: "https:// で始まるアドレスにしてください",
    Fault.NO_PUBLIC_ADDRESS: "押した人数の記録と画像には、ボットの公開アドレスの設定が要ります",
    Fault.NO_ALT_TEXT: "画像の説明（代替テキスト）がありません",
    Fault.NO_EVENT: "このイベントはありません",
    Fault.EVENT_NOT_SHOWN: "このイベントは公開していません",
    Fault.EVENT_CANCELLED: "このイベントは中止です",
    Fault.EVENT_OVER: "このイベントは、始まっているか終わっています",
    Fault.REGISTRATION_CLOSED: "送るときには、申し込みが終わっています",
    Fault.EVENT_CHANGED: "お知らせを作ったあとで、イベントが変わりました。作りなおしてください",
    Fault.UNFINISHED: "書きかけのようです",
    Fault.PRACTICE_WORDS: "訓練やテストの言葉ですが、本当に全員に届きます",
    Fault.HOLD_OUT: "％をくじで外すことはできません",
    Fault.NO_RELATION: "イベントと「どの人か」は、両方選んでください",
    Fault.CORRECTS_NOTHING: "訂正は、前の配信が届いた人だけに送ります",
    Fault.NOT_RENDERED: "この形では送れません",
    Fault.NOT_GENERAL: "LINEが友だち全員に送る形では、日本語の同じ文だけを、条件なしで送れます",
}
REASONS = {
    "paused": "お知らせを休んでいる",
    "blocked": "ブロックした",
    "gone": "アカウントがなくなった",
    "left": "退会した",
    "no consent": "同意していない",
    "not asked for": "希望していない",
    "another account": "ほかのアカウントに送った",
    "weekly cap": "週3回までを超える",
    "not rendered": "この形では送れない",
}
"""Why deliveries were skipped or refused; a word of a platform that is not here is shown as it is stored."""
CALLS = {
    OutboxState.WAITING: "これから頼みます",
    OutboxState.SENDING: "頼んでいます",
    OutboxState.ACCEPTED: "受け付けられました",
    OutboxState.UNKNOWN: "受け付けられたか分かりません",
    OutboxState.REFUSED: "断られました",
    OutboxState.SKIPPED: "取りやめました",
    OutboxState.EXPIRED: "時間切れになりました",
}
REHEARSED = "【ためし】職場の端末だけに届いています。市民には、まだ送っていません。"
NO_PHONES = (
    "ためしに送る職場の端末が、まだありません。ボットを動かしている機械で登録してください"
    "（python -m bot broadcast device。OPERATIONS.mdの10）。"
)
PAUSED_WHY = {
    "event changed": "イベントが変わったため",
    "corrected": "訂正するため",
    "disaster": "災害時の切りかえのため",
    "by hand": "職員の操作",
}


def refusal(reason: NotDone | Finding | Lack) -> str:
    """Say why something is not done."""
    if isinstance(reason, Finding):
        return finding(reason)
    return NOT_DONE[reason] if isinstance(reason, NotDone) else LACKS[reason]


def finding(one: Finding) -> str:
    """Say what was found, with the piece that it is about."""
    languages = (Fault.NO_TEXT, Fault.UNKNOWN_LANGUAGE, Fault.MISSING_LANGUAGE, Fault.NO_ALT_TEXT)
    about = name_language(one.detail, JAPANESE) if one.fault in languages and one.detail else one.detail
    return f"「{about}」{FAULTS[one.fault]}" if about else FAULTS[one.fault]


def duration(span: timedelta) -> str:
    """Write how long something takes: 約3分."""
    seconds = max(round(span.total_seconds()), 1)
    if seconds < 120:
        return f"約{seconds}秒"
    minutes = round(seconds / 60)
    return f"約{minutes}分" if minutes < 120 else f"約{round(minutes / 60)}時間"


def title(event: EventFacts) -> str:
    """Name an event in Japanese."""
    return event.title.get(JAPANESE, event.code)


def audience(whom: Audience, programme: Programme, event_title: str = "") -> list[str]:
    """Say whom a broadcast is for: each limit a line; all of them must hold."""
    if whom.by_line_itself:
        return ["LINEが、公式アカウントの友だち全員に送ります。何人に届くかは分かりません。"]
    wards = [ward.name[JAPANESE] for ward in programme.wards if ward.code in whom.wards]
    interests = [one.name[JAPANESE] for one in programme.interests if one.code in whom.interests]
    relation = f"「{event_title}」に{RELATIONS[whom.relation]}" if whom.relation else ""
    named = [
        ("アプリ", "・".join(PLATFORMS.get(one, one) for one in whom.channels)),
        ("区", "・".join(wards or whom.wards)),
        ("言語", "・".join(name_language(one, JAPANESE) for one in whom.languages)),
        ("関心", "・".join(interests or whom.interests)),
        ("立場", "・".join(AUDIENCE_KINDS[one] for one in whom.kinds)),
        ("イベント", relation),
        ("最近の参加", f"{whom.active_within_days}日以内に記録がある人" if whom.active_within_days else ""),
        ("前の配信", f"配信{whom.reached_by}が届いた人だけ" if whom.reached_by else ""),
        ("月曜日の配信", "希望した人だけ" if whom.asked_for_monday else ""),
        ("訓練", "職場の端末だけ（市民には届きません）" if whom.is_training else ""),
    ]
    said = [f"{name}：{value}" for name, value in named if value]
    more = "参加の手続きをした人と、友だちになっただけの人" if whom.friends else "参加の手続きをした人"
    return said or [f"条件なし：{more}の全員"]
