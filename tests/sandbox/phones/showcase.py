"""What the echo bot of these tests can send: one message of each kind that the phones must draw."""

from typing import Any

Json = dict[str, Any]
PUBLIC = "https://sandbox.test"


def postback(label: str, data: str, **more: Any) -> Json:
    return {"type": "postback", "label": label, "data": data, **more}


def uri(label: str, path: str) -> Json:
    return {"type": "uri", "label": label, "uri": PUBLIC + path}


def event_bubble(title: str, when: str) -> Json:
    row = [
        {"type": "text", "text": "日時", "size": "sm", "color": "#555555", "flex": 2},
        {"type": "text", "text": when, "size": "sm", "wrap": True, "flex": 5},
    ]
    return {
        "type": "bubble",
        "size": "kilo",
        "hero": {
            "type": "image",
            "url": f"{PUBLIC}/pictures/event.svg",
            "size": "full",
            "aspectRatio": "20:9",
            "aspectMode": "cover",
        },
        "body": {
            "type": "box",
            "layout": "vertical",
            "spacing": "sm",
            "contents": [
                {"type": "text", "text": title, "weight": "bold", "size": "lg", "wrap": True},
                {"type": "box", "layout": "baseline", "spacing": "sm", "contents": row},
                {"type": "separator", "margin": "md"},
                {"type": "text", "text": "無料", "align": "end", "color": "#0b6b3a", "weight": "bold"},
            ],
        },
        "footer": {
            "type": "box",
            "layout": "vertical",
            "spacing": "sm",
            "contents": [
                {
                    "type": "button",
                    "style": "primary",
                    "height": "sm",
                    "action": postback("申し込む", f"join:{title}", displayText=f"{title}に申し込む"),
                },
                {"type": "button", "style": "link", "height": "sm", "action": uri("詳しく見る", "/events/1")},
            ],
        },
    }


def receipt_bubble() -> Json:
    def row(name: str, value: str) -> Json:
        return {
            "type": "box",
            "layout": "horizontal",
            "contents": [
                {"type": "text", "text": name, "size": "sm", "color": "#555555"},
                {"type": "text", "text": value, "size": "sm", "align": "end", "weight": "bold"},
            ],
        }

    progress = {
        "type": "box",
        "layout": "horizontal",
        "height": "8px",
        "backgroundColor": "#dfe9e2",
        "cornerRadius": "md",
        "contents": [
            {"type": "box", "layout": "vertical", "flex": 3, "backgroundColor": "#0b6b3a", "contents": []},
            {"type": "filler", "flex": 2},
        ],
    }
    return {
        "type": "bubble",
        "styles": {"header": {"backgroundColor": "#0b6b3a"}, "footer": {"separator": True}},
        "header": {
            "type": "box",
            "layout": "vertical",
            "contents": [{"type": "text", "text": "今週のポイント", "color": "#ffffff", "weight": "bold"}],
        },
        "body": {
            "type": "box",
            "layout": "vertical",
            "spacing": "md",
            "contents": [
                row("マイボトル", "30"),
                row("公共交通", "50"),
                progress,
                {
                    "type": "text",
                    "wrap": True,
                    "size": "xs",
                    "contents": [
                        {"type": "span", "text": "あと "},
                        {"type": "span", "text": "20", "weight": "bold", "color": "#b3261e"},
                        {"type": "span", "text": " ポイント"},
                    ],
                },
            ],
        },
        "footer": {
            "type": "box",
            "layout": "horizontal",
            "spacing": "sm",
            "contents": [
                {"type": "button", "style": "secondary", "height": "sm", "action": postback("戻す", "undo")},
                {"type": "button", "style": "primary", "height": "sm", "action": postback("順位", "ranking")},
            ],
        },
    }


TEMPLATES: dict[str, Json] = {
    "buttons": {
        "type": "buttons",
        "title": "言語",
        "text": "ことばを選んでください",
        "actions": [postback("日本語", "lang:ja"), postback("English", "lang:en")],
    },
    "confirm": {
        "type": "confirm",
        "text": "利用規約に同意しますか？",
        "actions": [postback("はい", "agree", displayText="はい、同意します"), postback("いいえ", "refuse")],
    },
    "carousel": {
        "type": "carousel",
        "columns": [
            {"title": "節電", "text": "電気を消す", "actions": [postback("記録する", "act:light")]},
            {"title": "移動", "text": "バスに乗る", "actions": [postback("記録する", "act:bus")]},
        ],
    },
}

QUICK = {
    "items": [
        {"type": "action", "action": {"type": "message", "label": "マイボトル", "text": "マイボトルを使った"}},
        {"type": "action", "action": postback("ポイント", "points", displayText="ポイントを見る")},
        {
            "type": "action",
            "action": {"type": "datetimepicker", "label": "日を選ぶ", "data": "day", "mode": "date"},
        },
        {"type": "action", "action": {"type": "location", "label": "位置情報"}},
    ]
}

LINE: dict[str, Json] = {
    "link": {"type": "text", "text": f"くわしくは {PUBLIC}/events をご覧ください。"},
    "app": {"type": "text", "text": "Telegram でも: https://t.me/sandbox_city_bot?start=link_1"},
    "events": {
        "type": "flex",
        "altText": "イベントの一覧",
        "contents": {
            "type": "carousel",
            "contents": [
                event_bubble("省エネ講座", "1月22日(土) 10:00"),
                event_bubble("バスの乗り方教室", "1月29日(土) 14:00"),
            ],
        },
    },
    "points": {"type": "flex", "altText": "今週のポイント", "contents": receipt_bubble()},
    "buttons": {"type": "template", "altText": "言語", "template": TEMPLATES["buttons"]},
    "confirm": {"type": "template", "altText": "同意", "template": TEMPLATES["confirm"]},
    "carousel": {"type": "template", "altText": "行動", "template": TEMPLATES["carousel"]},
    "sticker": {"type": "sticker", "packageId": "446", "stickerId": "1988"},
    "image": {
        "type": "image",
        "originalContentUrl": f"{PUBLIC}/pictures/event.svg",
        "previewImageUrl": f"{PUBLIC}/pictures/event.svg",
    },
    "quick": {"type": "text", "text": "どれにしますか？", "quickReply": QUICK},
}

RICH_MENU: Json = {
    "size": {"width": 2500, "height": 843},
    "selected": True,
    "name": "main",
    "chatBarText": "メニュー",
    "areas": [
        {
            "bounds": {"x": 0, "y": 0, "width": 1250, "height": 843},
            "action": postback("行動を記録", "menu:report", displayText="行動を記録"),
        },
        {
            "bounds": {"x": 1250, "y": 0, "width": 1250, "height": 843},
            "action": {"type": "message", "label": "イベント", "text": "イベント"},
        },
    ],
}

TELEGRAM_HTML = (
    "<b>太字</b> <i>斜体</i> <u>下線</u> <s>取り消し</s> <code>code</code> "
    f'<tg-spoiler>ひみつ</tg-spoiler> <a href="{PUBLIC}/events">案内</a>\n<pre>一行目\n二行目</pre>'
)
KEYS: Json = {
    "inline_keyboard": [
        [{"text": "記録する", "callback_data": "report"}, {"text": "ポイント", "callback_data": "points"}],
        [{"text": "ウェブで見る", "url": f"{PUBLIC}/events"}],
    ]
}
COMMANDS = [
    {"command": "points", "description": "ポイントを見る"},
    {"command": "events", "description": "イベントをさがす"},
]
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 180"><rect width="400" height="180" fill="#cfe8d8"/>'
    '<circle cx="320" cy="50" r="26" fill="#f3c34a"/><path d="M0 180 120 70l90 80 60-40 130 70z" fill="#0b6b3a"/></svg>'
)
