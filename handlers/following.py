"""What happens to an account itself: followed, blocked, a message taken back, a group met for the first time."""

from handlers import broadcasting, helping, joining
from handlers.messages import Choice
from handlers.talk import Answer, Talk, text
from storage import accounts, inbox, inquiries
from storage.facts import AccountState


def follow(talk: Talk) -> Answer:
    """Welcome a friend; one who has joined goes on where they were, with what a deep link brought."""
    come_back(talk)
    payload = talk.incoming.payload
    if talk.person is not None:
        back = text(talk.say("おかえりなさい、{name}さん。", name=talk.person.nickname))
        return back if payload else back.followed_by(helping.show_menu(talk))
    if payload:
        accounts.change(talk.connection, talk.account.id, pending=f"start:{payload[:64]}")
    return joining.ask_language(talk)


def come_back(talk: Talk) -> None:
    """Remember that the account can be reached, if nothing newer is known."""
    if talk.is_news:
        accounts.mark_reachable(talk.connection, talk.account.id, state_at=talk.said_at)


def block(talk: Talk) -> Answer:
    """Remember that the account cannot be reached, if nothing newer is known; nothing can be answered."""
    if talk.is_news:
        at = talk.said_at
        accounts.mark_unreachable(talk.connection, talk.account.id, AccountState.BLOCKED, at, state_at=at)
        broadcasting.count_block(talk.connection, talk.account.id, at)
    return Answer()


def take_back(talk: Talk) -> Answer:
    """Empty the stored words of a message that its writer took back."""
    if talk.incoming.message_id:
        inbox.empty_unsent(talk.connection, talk.account.channel, talk.account.key, talk.incoming.message_id)
        inquiries.take_back(talk.connection, talk.account.id, talk.incoming.message_id)
    return Answer()


def greet_group(talk: Talk) -> Answer:
    """Answer a group once with the way to a private chat; nothing personal is shown or counted in groups."""
    if talk.account.greeted_at is not None:
        return Answer()
    accounts.change(talk.connection, talk.account.id, greeted_at=talk.now)
    words = talk.say("グループでは個人の記録を扱いません。1対1のチャットで話しかけてください。")
    choices = (Choice(talk.say("1対1で話す"), url=talk.private_chat),) if talk.private_chat else ()
    return text(words, *choices)
