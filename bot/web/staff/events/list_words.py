"""Says in Japanese what the imports find in a list: they speak English, to who runs the bot. Decides nothing."""

import re

from bot.importing.counting import ALREADY, COUNTED, MADE, NEW, REJECTED, UNKNOWN

WHAT = {
    COUNTED: "数える",
    ALREADY: "もう数えてある",
    REJECTED: "数えない",
    UNKNOWN: "だれか分からない",
    NEW: "初めての人",
    MADE: "新しく作るイベント",
}
SEPARATORS = {",": "コンマ区切り", "\t": "タブ区切り", ";": "セミコロン区切り"}
_SAVE_AGAIN = "表計算ソフトで「CSV UTF-8」として保存しなおしてください。"
WORDS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"Excel workbook", f"Excelのファイルです。{_SAVE_AGAIN}"),
        (r"holds a (?:NUL byte|character that cannot be read)", f"読めない文字があります。{_SAVE_AGAIN}"),
        (r"a quote is opened here and not closed", '引用符（"）が閉じていません。'),
        (r"a quote is closed inside a cell", '文の中の引用符（"）は、二つ重ねて書きます。'),
        (r"longer than ([\d,]+) characters", "{}文字より長い行か欄があります。"),
        (r"is empty$", "中身がありません。"),
        (r"the column (\S+)(?: \(.+?\))? is there (\d+) times", "「{}」の列が{}つあります。一つにしてください。"),
        (r"no column is known in the first line", "はじめの行に、列の名前（会員番号、メールなど）がありません。"),
        (
            r"has (\d+) cells and the first line (\d+)",
            '欄が{}あり、はじめの行の{}より多いです。コンマの入る文は " で囲みます。',
        ),
        (r"needs a column number", "「会員番号」か「メール」の列が要ります。"),
        (r"needs a column event", "「イベント」の列か、「題名」「開始」「終了」の列が要ります。"),
        (r"has neither a number nor an e-mail", "番号もメールもありません。名前だけでは数えません。"),
        (r"is no code of an event", "イベントのコードではありません。"),
        (r"is no number of a part", "回の番号ではありません。はじめの回は1と書きます。"),
        (r"ends_at is not after starts_at", "終了が開始よりあとではありません。"),
        (r"says of no event", "どのイベントか書いてありません。"),
        (r"there is no event '?([^':]+)'?", "「{}」というイベントはありません。"),
        (r"has (\d+) parts: say which", "このイベントには回が{}あります。どの回か書いてください。"),
        (r"has no part that begins then", "その日時に始まる回はありません。"),
        (r"has no part (\d+)", "第{}回はありません。"),
        (r"is a draft", "まだ公開していない下書きです。"),
        (r"begins at another time", "登録されている開始の日時と違います。"),
        (r"has no date yet", "日時がまだ決まっていません。"),
        (r"is not over yet", "まだ終わっていません。"),
        (r"is in no period of the programme", "集計の期間の外です。"),
        (r"is counted by the opening balance", "これより前の参加者数は、まとめて数えてあります。"),
        (r"has no time: write it as (\S+)", "時刻がありません。{} のように書いてください。"),
        (r"has no zone", "時差がありません。うしろに +09:00 をつけてください。"),
        (
            r"is no time: write it|is no day and time",
            "日時として読めません。2022-01-26T14:00+09:00 のように書いてください。",
        ),
        (r"not_registered", "申し込みがありません。"),
        (r"cancelled", "中止になっています。"),
        (r"too_early|too_late", "この回の日ではありません。"),
        (r"has not begun yet", "この回は、まだ始まっていません。"),
        (r"no line has a name", "名前と時間の列がありません。ZoomかTeamsの参加者のリストを選んでください。"),
        (r"the duration cannot be read", "時間が読めません。分の数か 1h 5m 3s の形にしてください。"),
        (r"several people have this four digits", "同じ4けたの人が、ほかにもいます。"),
        (r"several people have this e-mail", "同じメールの人が、ほかにもいます。"),
        (r"several people have this nickname", "同じ名前の人が、ほかにもいます。"),
        (r"nobody with a seat has these", "4けた・メール・名前のどれも、席がある人と合いません。"),
        (r"is not in the list: stays provisional", "合言葉を送りましたが、リストにいません。仮のままです。"),
        (r"was there for (\d+) minutes only", "{}分しかいませんでした。"),
        (r"was there without the word", "リストにいますが、合言葉を送っていません。"),
        (r"staff took the attendance back", "リストにいますが、職員が受付を取り消しています。"),
    )
)


def say(words: str) -> str:
    """Say what an import found; what has no words here is shown as it came."""
    for pattern, said in WORDS:
        if found := pattern.search(words):
            return said.format(*found.groups())
    return words


def say_all(words: str) -> list[str]:
    """Say why a whole list was refused: a reason a line."""
    return list(dict.fromkeys(say(line) for line in words.splitlines()))
