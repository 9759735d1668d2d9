"""Looks at the Telegram bot as Telegram sees it: token, privacy, webhook or polling. Fetches no update."""

from collections.abc import AsyncIterator
from datetime import timedelta

from bot.channels.telegram import limits
from bot.channels.telegram.wiring import WebhookFacts, Wiring, WiringError
from bot.doctor.findings import Finding, ok, warn, without_query, wrong
from storage.clock import TOKYO, real_now

CONNECT = "python -m bot connect"
PART = "Telegram webhook"
MANY_WAITING = 100
RECENT = timedelta(hours=1)


async def look_at_telegram(wiring: Wiring, webhook: str | None) -> AsyncIterator[Finding]:
    """Look at all that Telegram tells; ``webhook`` is the address it should call, None where the bot polls."""
    try:
        me = await wiring.me()
        yield ok("Telegram token", f"belongs to {me.name} (@{me.username})")
        if me.reads_whole_groups:
            remedy = "BotFather: /setprivacy, Enable; then take the bot out of its groups and add it again"
            yield warn("Telegram privacy", "the bot is sent all that is said in groups", remedy)
        there = await wiring.webhook()
    except WiringError as error:
        remedy = "take TELEGRAM_BOT_TOKEN anew from BotFather; or let this machine reach https://api.telegram.org"
        yield wrong("Telegram token", str(error), remedy)
        return
    yield _judge_polling(there) if webhook is None else _judge(there, webhook)
    if there.pending > MANY_WAITING:
        yield warn("Telegram queue", f"{there.pending} updates wait at Telegram", "see that the bot runs and is ready")


def _judge_polling(there: WebhookFacts) -> Finding:
    if there.url:
        words = f"TELEGRAM_MODE is polling, but a webhook is set ({without_query(there.url)}): polling is refused"
        return wrong(PART, words, CONNECT)
    return ok(PART, "none is set, as polling needs it")


def _judge(there: WebhookFacts, webhook: str) -> Finding:
    if not there.url:
        return wrong(PART, "none is set: Telegram sends nothing", CONNECT)
    if there.url != webhook:
        remedy = f"{CONNECT}, unless another program uses this token: make a bot of its own then"
        return wrong(PART, f"Telegram calls {without_query(there.url)}, not {webhook or 'PUBLIC_URL'}", remedy)
    missing = set(limits.ALLOWED_UPDATES) - set(there.allowed_updates or limits.ALLOWED_UPDATES)
    if missing:
        return wrong(PART, f"Telegram does not send {', '.join(sorted(missing))}", CONNECT)
    said = f"Telegram calls {webhook}; {there.pending} updates wait"
    if there.last_error_at is not None and real_now() - there.last_error_at < RECENT:
        at = there.last_error_at.astimezone(TOKYO)
        words = f"{said}; last failure at {at:%H:%M} Tokyo time: {there.last_error}"
        remedy = f"403 is a changed TELEGRAM_WEBHOOK_SECRET ({CONNECT} heals it); else see that the address is reached"
        return warn(PART, words, remedy)
    return ok(PART, said)
