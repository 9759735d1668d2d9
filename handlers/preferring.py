"""What a person may choose: language, ward, nickname, and whether the bot may write first."""

from handlers import joining, naming
from handlers.messages import Choice
from handlers.rules import names
from handlers.rules.names import NicknameProblem
from handlers.talk import Answer, Talk, card, page_card, text
from handlers.texts import _, language_name
from storage import accounts, interests, people
from storage.facts import Interest, ReminderChoice

REMINDERS = {
    ReminderChoice.BOTH: _("前の日と1時間前"),
    ReminderChoice.DAY: _("前の日だけ"),
    ReminderChoice.HOUR: _("1時間前だけ"),
    ReminderChoice.NONE: _("お知らせしない"),
}


def show(talk: Talk) -> Answer:
    """Show the settings."""
    language = language_name(talk.language)
    lines = [talk.say("ことば：{language}", language=language)]
    buttons = [Choice("言語 / Language", "language")]
    if talk.person is not None:
        ward = talk.programme.ward(talk.person.ward)
        lines.append(talk.say("区：{ward}", ward=talk.word(ward.name) if ward else talk.say("まだ選んでいません")))
        lines += [talk.say("名前：{name}", name=talk.person.nickname), *naming.tell(talk)]
        buttons += [talk.choice("住んでいる区を選ぶ", "ward"), talk.choice("名前を変える", "name")]
        lines.append(talk.say("イベントの前のお知らせ：{choice}", choice=talk.say(REMINDERS[talk.account.reminders])))
        buttons.append(talk.choice("イベント前のお知らせを選ぶ", "remind"))
        buttons += [talk.choice("月曜のお知らせ", "monday"), talk.choice("ランキングなどの表示", "play")]
        if talk.programme.interests:
            buttons.append(talk.choice("知りたい分野を選ぶ", "interests"))
        paused = talk.account.paused
        buttons += [talk.choice("お知らせを再開する", "resume") if paused else talk.choice("お知らせを休む", "pause")]
        buttons.append(talk.choice("ほかのアプリとつなぐ", "link"))
        buttons += [talk.choice("わたしのデータ", "data"), talk.choice("退会する", "leave")]
    else:
        buttons.append(talk.choice("参加する", "consent"))
    return page_card(talk.say("設定"), tuple(lines), *buttons, talk.choice("メニュー", "menu"))


def ask_ward(talk: Talk) -> Answer:
    """Offer the wards, and "outside" and "rather not say"."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="ward")
    buttons = [Choice(talk.word(ward.name), f"ward:{ward.code}") for ward in talk.programme.wards]
    return card(
        talk.say("お住まいの区を選んでください（選ばなくても使えます）。"),
        (),
        *buttons,
        talk.choice("メニュー", "menu"),
        columns=2,
    )


def choose_ward(talk: Talk, code: str = "") -> Answer:
    """Set the ward."""
    ward = talk.programme.ward(code)
    if ward is None or joining.needs_consent(talk):
        return ask_ward(talk)
    people.change(talk.connection, talk.joined.id, ward=ward.code)
    words = talk.say("{ward}にしました。ありがとうございます。", ward=talk.word(ward.name))
    return text(words, talk.choice("報告する", "report"), talk.choice("メニュー", "menu"))


def ask_nickname(talk: Talk) -> Answer:
    """Ask for a nickname; the next text is taken for it."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="name")
    people.change(talk.connection, talk.joined.id, awaiting="name")
    words = talk.say(
        "新しい名前を送ってください（20文字まで。本名でなくてかまいません）。ほかの人には、市が確認してから見えるようになります。"
    )
    return text(words, talk.choice("自動でつける", "auto"), talk.choice("やめる", "keep"))


def keep_nickname(talk: Talk) -> Answer:
    """Leave the nickname as it is."""
    return text(talk.say("名前はそのままです。"), talk.choice("メニュー", "menu"))


def take_nickname(talk: Talk, typed: str) -> Answer:
    """Take a typed nickname, byte for byte, if others could be shown it one day."""
    name = names.checked_nickname(typed)
    if isinstance(name, NicknameProblem):
        words = talk.say("その名前は使えません。20文字までで、電話番号・メール・リンクを入れずに送ってください。")
        return text(words, talk.choice("自動でつける", "auto"), talk.choice("やめる", "keep"))
    if name == talk.joined.nickname:  # what was decided of it stands
        people.change(talk.connection, talk.joined.id, awaiting=None)
        return keep_nickname(talk)
    shown = naming.keep_shown(talk)
    people.change(talk.connection, talk.joined.id, nickname=name, nickname_is_own=True, awaiting=None, board_name=shown)
    if shown is not None:
        naming.ask(talk.again())
    said = (talk.say("これから{name}さんとお呼びします。", name=name), *naming.tell(talk.again()))
    return text("\n".join(said), talk.choice("メニュー", "menu"))


def draw_nickname(talk: Talk) -> Answer:
    """Draw another generated nickname."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="name")
    name = joining.draw_nickname(talk)
    shown = None if talk.joined.board_name is None else name  # others know a person on the board by the same name
    people.change(
        talk.connection, talk.joined.id, nickname=name, nickname_is_own=False, awaiting=None, board_name=shown
    )
    return text(talk.say("これから{name}さんとお呼びします。", name=name), talk.choice("メニュー", "menu"))


def ask_pause(talk: Talk) -> Answer:
    """Ask before stopping, where words were typed that may have meant something else."""
    words = talk.say(
        "お知らせを休みますか？ 休んでいる間も、申し込んだイベントの席のこと、日時の変更、中止はお伝えします。"
    )
    return text(words, talk.choice("お知らせを休む", "pause"), talk.choice("メニュー", "menu"))


def pause(talk: Talk) -> Answer:
    """Stop writing first; answers go on."""
    return _set_paused(talk, True)


def resume(talk: Talk) -> Answer:
    """Allow writing first again."""
    return _set_paused(talk, False)


def _set_paused(talk: Talk, paused: bool) -> Answer:
    """Set it, unless something newer was set already, and say what holds."""
    if talk.is_news:
        accounts.change(talk.connection, talk.account.id, paused=paused, state_at=talk.said_at)
        talk = talk.again()
    if not talk.account.paused:
        words = talk.say("お知らせを再開しました。イベントの前のお知らせなども、またお送りします。")
        return text(words, talk.choice("メニュー", "menu"))
    words = talk.say(
        "お知らせを休みます。イベントの前のお知らせなどは送りません。申し込んだイベントの席のこと、日時の変更、中止だけはお伝えします。報告や確認はいつでもできます。"
    )
    return text(words, talk.choice("お知らせを再開する", "resume"), talk.choice("メニュー", "menu"))


def choose_reminders(talk: Talk, choice: str = "") -> Answer:
    """Offer which reminders of events to get on this account, and set the one that was chosen."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="remind")
    if choice in set(ReminderChoice):
        accounts.change(talk.connection, talk.account.id, reminders=ReminderChoice(choice))
        words = talk.say("イベントの前のお知らせ：{choice}", choice=talk.say(REMINDERS[ReminderChoice(choice)]))
        return text(words, talk.choice("わたしの申し込み", "my"), talk.choice("設定", "settings"))
    buttons = [Choice(_marked(talk, one), f"remind:{one}") for one in REMINDERS]
    lines = (talk.say("前の日は午後6時ごろにお知らせします。変更や中止は、どれを選んでもお知らせします。"),)
    return page_card(
        talk.say("イベントの前のお知らせを選んでください"), lines, *buttons, talk.choice("設定", "settings")
    )


def _marked(talk: Talk, choice: ReminderChoice) -> str:
    label = talk.say(REMINDERS[choice])
    return f"✓ {label}" if choice is talk.account.reminders else label


def choose_interests(talk: Talk, code: str = "", wanted: str = "") -> Answer:
    """Offer what a person may want to hear of, and set or unset one: notices are then told to those they fit."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="interests")
    if talk.programme.interest(code) is not None and wanted in ("on", "off"):
        change = interests.add if wanted == "on" else interests.remove
        change(talk.connection, talk.joined.id, code)
    chosen = interests.list_of_person(talk.connection, talk.joined.id)
    buttons = [_interest(talk, interest, interest.code in chosen) for interest in talk.programme.interests]
    lines = (talk.say("選んだ分野のお知らせが届きやすくなります。もう一度押すと外れます。"),)
    return page_card(talk.say("知りたい分野を選んでください"), lines, *buttons, talk.choice("設定", "settings"))


def _interest(talk: Talk, interest: Interest, is_chosen: bool) -> Choice:
    name = talk.word(interest.name)
    return Choice(f"✓ {name}" if is_chosen else name, f"interests:{interest.code}:{'off' if is_chosen else 'on'}")
