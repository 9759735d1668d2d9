"""What a handler is given (one event with all that is known of who sent it) and what it gives back. Decides nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from handlers.messages import Card, Choice, Incoming, Message, Picture, Text
from handlers.texts import Texts, Words, format_day, format_number, nearest_language
from storage import accounts, people
from storage import facts as f


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One event being answered, inside its transaction. ``now`` is calendar time, ``on`` the Tokyo day it was said."""

    connection: Connection
    programme: f.Programme
    texts: Texts
    account: f.AccountFacts
    person: f.PersonFacts | None
    incoming: Incoming
    event_id: int
    now: datetime
    said_at: datetime
    today: date
    on: date
    heat_alert_days: frozenset[date]
    is_disaster: bool
    keyed_hash: Callable[[str], str]
    make_link: Callable[[str, str], str]  # (page, what it is about) to a signed address that works for a short time
    make_picture: Callable[[object], str] = lambda _: ""  # what it is of to its sealed address; "" where none is drawn
    public_url: str = ""
    private_chat: str = ""  # where a group's members reach the bot alone
    telegram_chat: str = ""  # where the bot is met on Telegram
    alert_names: tuple[str, ...] = ()  # who is to be told of trouble
    real_at: datetime | None = None  # real time, which deadlines of words are counted in

    @property
    def real_now(self) -> datetime:
        """The real time; outside the sandbox the same as ``now``."""
        return self.real_at or self.now

    @property
    def language(self) -> str:
        """The account's language; until it chose one, the one its app suggests, else the city's first."""
        return self.account.language or self.guessed_language

    @property
    def guessed_language(self) -> str:
        """The language the app suggests, if the city speaks it."""
        spoken = self.programme.city.languages
        return nearest_language(self.incoming.language, spoken) or spoken[0]

    @property
    def is_news(self) -> bool:
        """Tell whether nothing newer was applied to the account: events may be handled out of their order."""
        return self.account.state_at is None or self.said_at >= self.account.state_at

    @property
    def joined(self) -> f.PersonFacts:
        """The person, where the handler is only reached by somebody who joined."""
        if self.person is None:
            raise LookupError("nobody joined from this account")
        return self.person

    @property
    def words(self) -> Words:
        """The texts of the person's language, for wording that knows no talk."""
        return self.texts.of(self.language)

    def say(self, sentence: str, **values: object) -> str:
        """Put a sentence (a Japanese one, with {names}) into the person's language."""
        return self.words.say(sentence, **values)

    def word(self, texts: f.Texts) -> str:
        """Choose the person's language of a text from the programme, else Japanese."""
        return texts.get(self.language) or texts["ja"]

    def number(self, amount: int) -> str:
        """Write a whole number as the person's language does."""
        return format_number(amount, self.language)

    def day(self, on: date) -> str:
        """Write a day as the person's language does."""
        return format_day(on, self.language)

    def is_heat_alert(self, on: date) -> bool:
        """Tell whether saving on cooling is out of the question on a day."""
        return on in self.heat_alert_days

    def again(self) -> "Talk":
        """Give the same event with account and person as they now stand in the database."""
        account = accounts.get(self.connection, self.account.id)
        return replace(self, account=account, person=people.find(self.connection, account.person_id))

    def choice(self, sentence: str, data: str) -> Choice:
        """Make a button out of a sentence."""
        return Choice(self.say(sentence), data)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said back. ``toast`` is the short word a pressed button shows; ``must_arrive`` may cost a push.

    ``forget`` says that the person left: nothing of them may stay once this was sent. ``told`` are other accounts that
    must know of it, each with what it is told. ``menu`` is the language whose menu the chat shows from now on.
    """

    messages: tuple[Message, ...] = ()
    toast: str = ""
    must_arrive: bool = False
    forget: bool = False
    told: tuple[tuple[f.AccountFacts, tuple[Message, ...]], ...] = ()
    menu: str = ""

    def followed_by(self, other: "Answer") -> "Answer":
        """Join two answers into one."""
        return replace(
            self, messages=self.messages + other.messages, toast=self.toast or other.toast, menu=self.menu or other.menu
        )


def text(words: str, *choices: Choice) -> Answer:
    """Answer plain words with quick choices."""
    return Answer((Text(words, choices),))


def card(
    title: str, lines: tuple[str, ...], *buttons: Choice, columns: int = 1, picture: Picture | None = None
) -> Answer:
    """Answer a card with buttons that stay, under a picture where there is one."""
    return Answer((Card(title, lines, buttons, columns, picture),))


def page_card(
    title: str, lines: tuple[str, ...], *buttons: Choice, columns: int = 1, picture: Picture | None = None
) -> Answer:
    """Answer a card that one only leafs through: what its buttons lead to may take its place."""
    return Answer((Card(title, lines, buttons, columns, picture, is_page=True),))
