"""Drives the simulated Bot API with python-telegram-bot and prints what it saw as JSON."""

import asyncio
import json
import os

from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter

URL = os.environ["TELEGRAM_URL"]
TOKEN = os.environ["BOT_TOKEN"]
CHANNEL = os.environ["CHANNEL"]
FOREIGN_CHANNEL = os.environ["FOREIGN_CHANNEL"]
KICKED_FROM = os.environ["KICKED_FROM"]
THROTTLED = os.environ["THROTTLED"]


def bot(token):
    return Bot(token, base_url=f"{URL}/bot", base_file_url=f"{URL}/file/bot")


async def refusal(call, kind):
    try:
        await call
    except kind as error:
        return str(error)
    return None


async def main():
    ours = bot(TOKEN)
    me = await ours.get_me()
    channel = await ours.get_chat(CHANNEL)
    member = await ours.get_chat_member(channel.id, me.id)
    print(json.dumps({
        "me": {"id": me.id, "is_bot": me.is_bot, "username": me.username},
        "channel": {"id": channel.id, "type": channel.type, "title": channel.title},
        "member": {"status": member.status, "posts": member.can_post_messages},
        "refusals": {
            "token": await refusal(bot(TOKEN[:-1] + "x").get_me(), InvalidToken),
            "missing": await refusal(ours.get_chat("@nobody"), BadRequest),
            "foreign": await refusal(ours.get_chat_member(FOREIGN_CHANNEL, me.id), BadRequest),
            "kicked": await refusal(ours.get_chat(KICKED_FROM), Forbidden),
            "throttled": await refusal(ours.get_chat(THROTTLED), RetryAfter),
        },
    }))


asyncio.run(main())
