"""Takes an errand to where it can be done: here, or to the running bot that holds the SQLite file. Decides nothing."""

import hashlib
import json
from datetime import datetime, timedelta

import httpx

from bot import opening, signed, wiring
from bot.broadcasting.mail import Mail
from bot.broadcasting.office import ERRAND, Errand, ErrandRefusedError, Office
from bot.importing.links import Links
from bot.phones import PUBLIC_NAME
from bot.settings import Settings, SettingsError
from handlers.messages import Sender
from handlers.rules.forecast import PLANS
from handlers.texts import Texts
from storage import marks
from storage.clock import Clock, real_now
from storage.database import Database
from storage.facts import ChannelName, Programme
from storage.file_lock import SecondProcessError
from storage.marks import MarkName

PATH = "/staff/errands"
PURPOSE = "errand"
TOKEN_LIFE = timedelta(seconds=30)
ANSWER_SECONDS = 120.0  # an errand may ask a dozen addresses whether they answer


def mail_of(settings: Settings) -> Mail | None:
    """Give the mail server that the settings name; None for none."""
    url = settings.mail_url.get_secret_value()
    return Mail(url, settings.mail_from) if url else None


def run(settings: Settings, errand: Errand) -> list[str]:
    """Do an errand and give what came of it in lines; ErrandRefusedError or SettingsError where it is not done."""
    try:
        database = opening.open_database(settings)
    except SecondProcessError:
        return _ask_the_bot(settings, errand)
    try:
        return _office(settings, database).do(errand)
    finally:
        database.close()


def _office(settings: Settings, database: Database) -> Office:
    programme = database.read(lambda c: opening.find_newer_programme(c, version=0)).result()
    if programme is None:
        raise SettingsError("DATABASE_URL: the database holds no programme yet: start the bot once")
    found: Programme = programme
    is_sandbox = database.read(lambda c: marks.find(c, MarkName.SANDBOX)).result() == "True"
    senders: dict[ChannelName, Sender] = {} if is_sandbox else {**wiring.channels(settings, None)}
    return Office(
        database=database,
        clock=Clock(database.read(marks.find_clock_offset).result()),
        programme=lambda: found,
        texts=Texts(found.city.languages),
        public_url=PUBLIC_NAME if is_sandbox else settings.public_url,
        senders=senders,
        plan=PLANS[settings.line_plan],
        rates=wiring.rates(settings),
        links=Links(may_be_private=is_sandbox),
        mail=mail_of(settings),
    )


def _ask_the_bot(settings: Settings, errand: Errand) -> list[str]:
    """Have the running bot do it: it alone may write to its SQLite file."""
    body = ERRAND.dump_json(errand)
    headers = {"Authorization": f"Bearer {sign(wiring.secret_key(settings), body, real_now())}"}
    try:
        with httpx.Client(timeout=ANSWER_SECONDS, trust_env=False) as client:
            answer = client.post(f"http://{_host(settings)}:{settings.port}{PATH}", content=body, headers=headers)
    except httpx.HTTPError as error:
        raise SettingsError(f"HOST, PORT: the running bot does not answer ({type(error).__name__})") from None
    if answer.status_code not in (200, 409):
        raise SettingsError(f"HOST, PORT: what answers there with {answer.status_code} is not this bot")
    lines = [str(line) for line in json.loads(answer.content)["lines"]]
    if answer.status_code == 409:
        raise ErrandRefusedError("\n".join(lines))
    return lines


def _host(settings: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - what is listened on
    return f"[{host}]" if ":" in host else host


def sign(secret: bytes, body: bytes, now: datetime) -> str:
    """Make the word by which the bot knows an errand that its own machine sends: for this body, for half a minute."""
    return signed.sign(secret, PURPOSE, hashlib.sha256(body).hexdigest(), now + TOKEN_LIFE)


def is_signed(secret: bytes, body: bytes, token: str, now: datetime) -> bool:
    """Tell whether whoever sends an errand holds our key."""
    return signed.verify(secret, PURPOSE, token, now) == hashlib.sha256(body).hexdigest()
