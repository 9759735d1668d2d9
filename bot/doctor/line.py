"""Looks at the LINE account as LINE sees it: token, webhook, LINE's own try of it, messages left. Sends nothing."""

from collections.abc import AsyncIterator

from bot.channels.line.account import Account, Quota, WebhookTest
from bot.channels.line.wire import LineError
from bot.doctor.findings import Finding, look, ok, warn, without_query, wrong

MESSAGES = {"communication": 200, "light": 5_000, "standard": 30_000, "municipal": None}
"""Messages a month of each plan in Japan (https://developers.line.biz/en/docs/messaging-api/pricing/)."""
NEARLY = 0.8
CONSOLE = "LINE Developers console, your channel, tab Messaging API"
CONNECT = "python -m bot connect"
REASONS = {
    "COULD_NOT_CONNECT": "LINE could not connect: is the bot running, and does its https address reach it?",
    "REQUEST_TIMEOUT": "no answer came in time: is the bot running, and the proxy in front of it?",
    "ERROR_STATUS_CODE": "LINE got an error: 401 is a wrong LINE_CHANNEL_SECRET, 502 a proxy that reaches no bot",
}
"""Reasons of LINE's own try (https://developers.line.biz/en/reference/messaging-api/#test-webhook-endpoint)."""


async def look_at_line(account: Account, webhook: str, plan: str) -> AsyncIterator[Finding]:
    """Look at all that LINE tells; ``webhook`` is the address that LINE should call, "" where it is not known."""
    try:
        info = await account.bot_info()
    except LineError as error:
        yield _refused(error)
        return
    yield ok("LINE token", f"belongs to {info.name} ({info.basic_id})")
    if info.chat_by_hand:
        remedy = "LINE Official Account Manager, Settings, Response settings: switch Chat off"
        yield warn("LINE answers", "Chat is on: staff and bot may both answer", remedy)
    try:
        async for finding in _look_at_webhook(account, webhook):
            yield finding
        yield _judge(await account.quota(), plan)
        yield _judge_account(await account.is_verified())
    except LineError as error:
        yield wrong("LINE", f"did not answer ({error})", "try again in a minute")
    yield look("LINE redelivery", "no program can read this switch", f"{CONSOLE}: Webhook redelivery must be on")


def _refused(error: LineError) -> Finding:
    if error.status is None or error.status >= 500:
        remedy = "let this machine reach https://api.line.me (firewall, proxy), or wait if LINE has an outage"
        return wrong("LINE token", f"LINE did not answer ({error})", remedy)
    remedy = f"take LINE_CHANNEL_ACCESS_TOKEN (or id and secret) anew from the {CONSOLE}"
    return wrong("LINE token", f"LINE refuses it ({error})", remedy)


async def _look_at_webhook(account: Account, webhook: str) -> AsyncIterator[Finding]:
    part = "LINE webhook"
    there = await account.webhook_endpoint()
    if there is None:
        yield wrong(part, "none is set: LINE sends nothing", CONNECT)
        return
    if not webhook:
        remedy = "set PUBLIC_URL to the https address under which this bot is reached"
        yield warn(part, f"LINE calls {without_query(there.url)}; PUBLIC_URL is missing", remedy)
    elif there.url != webhook:
        remedy = f"{CONNECT}, unless another system uses this account: it has one webhook only"
        yield wrong(part, f"LINE calls {without_query(there.url)}, not {webhook}", remedy)
        return
    if not there.active:
        yield wrong(part, "is set but switched off", f"{CONSOLE}: switch Use webhook on")
        return
    yield judge_try(there.url, await account.test_webhook_endpoint())


def judge_try(url: str, tried: WebhookTest) -> Finding:
    """Judge how LINE's own try of a webhook went."""
    if tried.success:
        return ok("LINE webhook", f"LINE called {without_query(url)} and was answered")
    words = f"LINE called {without_query(url)} in vain ({tried.reason}{f', {tried.status}' if tried.status else ''})"
    return wrong("LINE webhook", words, REASONS.get(tried.reason, "look in the log of the bot and of the proxy"))


def _judge_account(is_verified: bool) -> Finding:
    if is_verified:
        return ok("LINE account", "is verified or premium: the bot takes in who follows it, every week")
    remedy = (
        "ask LINE to verify it (LINE Official Account Manager, Settings); until then a general notice to all friends "
        "goes by LINE's own broadcast, and nobody can tell whom it reached"
    )
    return look("LINE account", "is not verified: LINE does not list who follows it", remedy)


def _judge(quota: Quota, plan: str) -> Finding:
    part, limit = "LINE messages", quota.limit
    said = f"{quota.used:,} of {'no limit' if limit is None else f'{limit:,}'} used this month"
    if limit is None:
        return ok(part, said)
    if quota.used_up:
        return wrong(part, f"{said}: pushes are refused, replies go on", "a larger plan, or wait for the next month")
    if quota.used >= NEARLY * limit:
        return warn(part, f"{said}: nearly used up", "a larger plan, or fewer pushes")
    expected = MESSAGES[plan]
    if expected is None or limit < expected:
        return warn(part, f"{said}, which is not the plan {plan} of LINE_PLAN", "mend LINE_PLAN, or the plan")
    return ok(part, said)
