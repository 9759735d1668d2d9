"""Holds the words by which a typed sentence is understood, Japanese and English; tables only, no decisions.

Command words and keywords stand here as people write them and are folded when loaded; the patterns are written in
folded form already (`folding.folded`): hiragana for katakana, lower case, no punctuation, no を, no apostrophe.
"""

import re

from handlers.rules.folding import folded
from storage.facts import Intent


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(folded(word) for line in lines for word in line.split("|"))


COMMANDS: dict[Intent, tuple[str, ...]] = {
    Intent.REPORT: _words("報告|ほうこく|報告する|記録|記録する|report|log"),
    Intent.EVENTS: _words("イベント|イベント一覧|行事|セミナー|event|events|seminars"),
    Intent.REGISTER: _words("申し込み|申込み|申込|申し込む|参加申込|もうしこみ|register|sign up|signup"),
    Intent.MY_EVENTS: _words("マイイベント|申し込み済み|予約確認|申込確認|my events|myevents|my bookings"),
    Intent.POINTS: _words("ポイント|マイポイント|私のポイント|成績|points|point|my points|score"),
    Intent.RANKING: _words("ランキング|順位|リーダーボード|ranking|rankings|leaderboard|board"),
    Intent.TOTALS: _words("合計|累計|市の合計|全体|みんなの合計|total|totals|city totals"),
    Intent.HELP: _words("ヘルプ|使い方|つかいかた|メニュー|help|start|menu|how to use"),
    Intent.LANGUAGE: _words(
        "言語|げんご|ことば|言語設定|えいご|英語|にほんご|日本語|やさしい日本語",
        "language|languages|english|japanese|change language",
    ),
    Intent.PAUSE: _words("休止|きゅうし|一時停止|通知停止|おやすみ|pause|mute|stop notifications"),
    Intent.LEAVE: _words(
        "やめる|退会|退会する|たいかい|脱退|解約|アカウント削除|データ削除",
        "leave|quit|unsubscribe|delete my account|delete account|stop",
    ),
    Intent.UNDO: _words("取り消し|取消|取消し|とりけし|取り消す|元に戻す|undo|withdraw|cancel"),
    Intent.LINK: _words("連携|れんけい|アカウント連携|連携する|link|link account|connect account"),
    Intent.SETTINGS: _words("設定|せってい|設定変更|setting|settings|preferences"),
    Intent.CONTACT: _words("問い合わせ|問合せ|お問い合わせ|といあわせ|連絡先|相談|窓口", "contact|contact us|support"),
}
"""A whole message that is one of these is that command, with confidence 1."""

KEYWORDS: dict[Intent, tuple[str, ...]] = {
    Intent.UNDO: _words(
        "取り消|取消|とりけ|なかったことに|間違えて報告|まちがえて報告|間違って報告",
        "間違えて押|間違って押|まちがえて押",
        "undo|take back|by mistake|last report|withdraw",
    ),
    Intent.LEAVE: _words(
        "退会|脱退|アカウント削除|アカウント消|データ削除|データ消|登録解除|登録削除",
        "ボットやめ|unsubscribe|delete my account|delete my data|close my account",
        "leave the bot|quit the bot",
    ),
    Intent.PAUSE: _words(
        "休止|通知止め|通知とめ|通知停止|通知いらない|通知オフ|しばらく休|配信止め|配信停止",
        "pause|stop sending|stop messages|stop the messages|mute|turn off notifications",
    ),
    Intent.LINK: _words(
        "連携|アカウントつな|ラインとテレグラム|LINEとTelegram|両方のアカウント|機種変更|引き継ぎ|引継ぎ",
        "link my|connect my|both accounts|link account|new phone",
    ),
    Intent.LANGUAGE: _words(
        "言語|英語に|日本語に|英語で|中国語|韓国語|ベトナム語|インドネシア語|やさしい日本語",
        "language|in english|in japanese|to english|to japanese|speak english",
    ),
    Intent.CONTACT: _words(
        "問い合わせ|問合せ|といあわせ|連絡先|職員|担当者|市役所|電話番号|相談したい",
        "contact|phone number|talk to|speak to|city hall|staff",
    ),
    Intent.MY_EVENTS: _words(
        "申し込んだ|申込んだ|申し込み済み|参加予定|予約したイベント|私のイベント|自分のイベント",
        "申し込み確認|予約確認|my events|my event|my registration|signed up for|registered for",
    ),
    Intent.REGISTER: _words(
        "申し込|申込|もうしこ|参加したい|参加します|参加登録|予約したい|出席したい",
        "register|sign up|sign me up|book a seat|want to join|like to join|want to attend",
    ),
    Intent.RANKING: _words("ランキング|順位|何位|なんい|上位|ranking|leaderboard|rank|top 20|which place"),
    Intent.TOTALS: _words(
        "合計|累計|全体|みんなのポイント|市のポイント|参加者数|延べ参加|何人参加",
        "total|totals|city so far|how many people|everyone together|whole city",
    ),
    Intent.EVENTS: _words("イベント|セミナー|ワークショップ|講座|行事|催し|説明会|event|seminar|webinar|workshop"),
    Intent.POINTS: _words("ポイント|何点|点数|獲得|成績|points|my score|how am i doing"),
    Intent.SETTINGS: _words("設定|ニックネーム|名前変え|名前変更|区変え|setting|nickname|my ward|my name"),
    Intent.REPORT: _words("報告したい|報告します|報告する|報告は|記録したい|記録する|report|log an action"),
    Intent.HELP: _words(
        "ヘルプ|使い方|つかいかた|何ができる|なにができる|困った|こまった|助けて|わからない",
        "help|how does this work|what can you do|what can i do|how do i use|confused",
    ),
}
"""Words inside a longer sentence; the first intent with a word wins, so the narrower stand before the wider."""

NOT_WHEN_NEGATED = frozenset({Intent.LEAVE, Intent.UNDO, Intent.REGISTER})


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives))


TAKES_BACK = _pattern(
    "取り消|取消|とりけ|なかったことに|間違え|間違って|まちがえ|まちがって", r"\b(?:undo|by mistake|take back)\b"
)
"""A sentence about a report that should not stand: UNDO even when an action is named."""

NEGATION = _pattern(
    "忘れ|わすれ|さぼっ|無理だった|むりだった|失敗",
    "(?<!もったい)(?<!すく)(?<!少)(?<!間違い)(?<!まちがい)な(?:い(?!で|部屋|時|とき|電気|照明|明かり)|かった(?!こと)|くて)",
    "(?<!す)(?<!済)みません|(?<![すみ])ません|(?:でき|出来|せ)ず(?!に)|(?:使わ|行か|行け)ず$|ばよかった|ば良かった",
    "(?:壊れ|こわれ|折れ|故障し|ぱんくし|盗まれ|なくし|失くし)(?:た|ました|ちゃった|てしまった)$|遅れ[たて]|迷って|まよって|悩んで",
    r"^no\b|\b(?:not|never|forgot|forget|forgotten|failed|cannot|cant|couldnt|didnt|dont|doesnt)\b",
    r"\b(?:havent|hasnt|wasnt|wont|without my|no time|skipped|missed|stolen|broke|broken)\b",
)

PLAN = _pattern(
    "明日|(?<!で)あした|明後日|あさって|来週|らいしゅう|来月|来年|今度|こんど|これから|今から|そのうち",
    "つもり|予定|目標|しよう|みよう|はじめよう|始めよう|食べよう|たべよう|ようかな|うかな|ましょう",
    "(?:使|つか|買|行|い|歩|ある|乗|の|持|も|頑張|がんば|や)(?:お|こ|ろ|と)う(?=$|と思|とおも|ね|よ|か)",
    "(?:よう|おう|こう|ろう)と(?:思|おも)|(?<!っ)たい(?=$|です|な|と|けど|ので|ん|よ|ね|し)|ほしい|欲しい",
    r"\b(?:tomorrow|will|ill|going to|gonna|plan|plans|planning|want to|wanna|would like|id like)\b",
    r"\b(?:next (?:week|month|time|year)|hope to|hoping|intend|shall|lets|should|might|may)\b",
    r"\b(?:thinking of|thinking about|later|wish)\b",
)

QUESTION = _pattern(
    "どこ|どの|いつ(?!も)|何(?!度も|回も|とか|人か|か月)|なに(?!か)|なん(?:ぽいんと|で|の|て|です)|いくら|いくつ",
    "どう|どれ|どんな|なぜ|教えて|おしえて|補助|助成|申請|料金|値段|場所|方法|やり方|知りたい|対象|意味",
    "とは$|って$|かな$|かしら$|[るい]の$|(?:の|る|た|て|い)か$|ですか|ますか|ましたか|でしょうか|もらえる|貰える",
    r"^(?:how|what|when|where|which|who|why|is|are|do|does|did|can|could|should|would|may|if)\b",
    r"\b(?:how (?:much|many|do|to|can|does)|where (?:can|do|is|are)|what (?:is|are|counts|about))\b",
    r"\b(?:tell me|subsidy|subsidies|can i|do i|does it|is it|i wonder|wondering|does that|would it)\b",
)

DONE = _pattern(
    "[たっ]だ?(?=$|よ|ね|な|わ|ぞ|の|ので|から|です|が|し)|んだ(?=$|よ|ね)|済み|完了|達成",
    r"\b(?:\w+ed|did|done|went|took|brought|rode|ate|walked|bought|had|gave|got|made|put|kept)\b",
    r"\b(?:ran|wore|have|just|finished)\b",
)

DAYS_BACK: dict[str, int] = {
    **dict.fromkeys(("the day before yesterday", "day before yesterday", "一昨日", "おととい", "おとつい"), 2),
    **dict.fromkeys(("yesterday", "last night", "昨日", "きのう", "さくじつ", "昨夜", "昨晩", "ゆうべ"), 1),
    **dict.fromkeys(("today", "this morning", "tonight", "今日", "きょう", "本日", "けさ", "今朝", "さっき"), 0),
}
"""Words that hold another stand before it; also "3日前" and "3 days ago" (`AGO`) and weekdays."""

AGO = re.compile(r"(?P<days>\d{1,2})(?:日前| days? ago)")
WEEKDAYS = (
    ("月曜", "火曜", "水曜", "木曜", "金曜", "土曜", "日曜"),
    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
)

_NUMBER = r"(?P<km>\d{1,4}(?:\.\d{1,3})?|[一二三四五六七八九十])"
KILOMETRES = re.compile(_NUMBER + " ?(?:km|k(?![a-z])|きろ(?!ぐらむ)|kilomet)")
DISTANCE_ALONE = re.compile(
    "(?:約|だいたい)?" + _NUMBER + r"\s?(?:kms?|k|きろ|きろめーとる|kilomet(?:er|re)s?)?(?:です|くらい|ぐらい)?[。.!]?"
)

NEGATIVE_STEM = re.compile("(?:[一-龥][さかまばら]|わ)$")
"""The end of a name such as 「食べ残さ」「もらわ」, which only a negative can follow: it then belongs to the name."""

NEGATIVE_ENDING = re.compile("な(?:い|かった|くて)|ず")
