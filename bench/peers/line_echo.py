"""The official LINE SDK's echo bot under FastAPI, in the manner of the SDK's own sample: it stores nothing."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException, Request
from linebot.v3.exceptions import InvalidSignatureError
from linebot.v3.messaging import AsyncApiClient, AsyncMessagingApi, Configuration, ReplyMessageRequest, TextMessage
from linebot.v3.webhook import WebhookParser
from linebot.v3.webhooks import MessageEvent, TextMessageContent

parser = WebhookParser(os.environ["LINE_CHANNEL_SECRET"])


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the SDK's client inside the running loop."""
    token = os.environ["LINE_CHANNEL_ACCESS_TOKEN"]
    client = AsyncApiClient(Configuration(access_token=token, host=os.environ["LINE_API_URL"]))
    app.state.api = AsyncMessagingApi(client)
    yield
    await client.close()


app = FastAPI(lifespan=lifespan)


@app.post("/webhooks/line")
async def answer(request: Request) -> str:
    """Check, parse, and say the same words back."""
    body = (await request.body()).decode()
    try:
        events = parser.parse(body, request.headers["X-Line-Signature"])
    except InvalidSignatureError:
        raise HTTPException(status_code=400, detail="wrong signature") from None
    for event in events:
        if isinstance(event, MessageEvent) and isinstance(event.message, TextMessageContent):
            words = [TextMessage(text=event.message.text)]
            await app.state.api.reply_message(ReplyMessageRequest(reply_token=event.reply_token, messages=words))
    return "OK"
