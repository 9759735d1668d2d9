"""A lost phone: a recovery word to write down, and bringing a record back with it and the person's code. Sends nothing.

The word is kept as a keyed hash: at 45 bits, with guessing limited, nobody finds it who has not seen it.
"""

import hmac
import secrets
from datetime import timedelta

from handlers import joining, linking
from handlers.messages import Choice
from handlers.rules import link_codes, person_codes
from handlers.rules.person_codes import LETTERS
from handlers.talk import Answer, Talk, card, page_card, text
from storage import audit, inbox, people, recoveries
from storage.recoveries import CodeKind

WRONG_A_DAY = 20  # wrong words for one record, from whatever accounts


def explain(talk: Talk) -> Answer:
    """Say what a recovery word is for, before one is made."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="word")
    lines = (
        talk.say("電話をなくしても、参加者コードと復旧のことばがあれば、新しい電話に記録を引き継げます。"),
        talk.say("紙に書いて、電話とは別の場所に置いてください。新しく作ると、前のことばは使えなくなります。"),
    )
    has_one = recoveries.find_word(talk.connection, talk.joined.id) is not None
    make = talk.say("新しく作り直す") if has_one else talk.say("復旧のことばを作る")
    return page_card(talk.say("復旧のことば"), lines, Choice(make, "wordnew"), talk.choice("メニュー", "menu"))


def give_word(talk: Talk) -> Answer:
    """Make a recovery word and show it, once."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="word")
    person_id = talk.joined.id
    word = "".join(secrets.choice(LETTERS) for _ in range(link_codes.WORD_LENGTH))
    recoveries.put_word(talk.connection, person_id, _hash(talk, person_id, word), talk.now)
    lines = (
        talk.say("参加者コード：{code}", code=person_codes.write(person_id)),
        talk.say("復旧のことば：{word}", word=link_codes.write(word, 5)),
        talk.say("2つとも紙に書いてから、このメッセージを消してください。ことばは、あとから見られません。"),
    )
    return card(talk.say("紙に書いてください"), lines, talk.choice("書きました", "menu"))


def _hash(talk: Talk, person_id: int, word: str) -> str:
    return talk.keyed_hash(f"recover:{person_id}:{word}")


def ask(talk: Talk) -> Answer:
    """Ask for the person's code and the word; the next text is taken for them."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="recover")
    people.change(talk.connection, talk.joined.id, awaiting="recover")
    words = talk.say(
        "参加者コード（12文字）と復旧のことば（10文字）を、続けて1回で送ってください。書いたものがないときは、市に問い合わせてください。"
    )
    return text(words, talk.choice("やめる", "menu"), talk.choice("問い合わせ", "contact"))


def ask_again(talk: Talk) -> Answer:
    """Say once more what is asked for."""
    words = talk.say("参加者コードと復旧のことばは、合わせて22文字です。紙を見て、もう一度続けて送ってください。")
    return text(words, talk.choice("やめる", "menu"), talk.choice("問い合わせ", "contact"))


def hear(talk: Talk, words: str) -> Answer | None:
    """Take a code with its word; None for anything else. What was written is not kept."""
    read = link_codes.read_recovery(words)
    if read is None:
        return None
    inbox.forget_event(talk.connection, talk.event_id)
    person_id, word = people.find_root(talk.connection, read[0]), read[1]
    if linking.is_guessing(talk) or _is_besieged(talk, person_id):
        return linking.refuse_guessing(talk)
    kept = recoveries.find_word(talk.connection, person_id) or ""
    if not hmac.compare_digest(kept, _hash(talk, person_id, word)):
        linking.note_wrong(talk)
        audit.add(talk.connection, "person", "recover.refuse", f"person:{person_id}", talk.now)
        words = talk.say("コードかことばが違います。紙を見て、もう一度続けて送ってください。")
        return text(words, talk.choice("やめる", "menu"), talk.choice("問い合わせ", "contact"))
    return linking.ask(talk, linking.make_code(talk, person_id, CodeKind.BRING_BACK))


def _is_besieged(talk: Talk, person_id: int) -> bool:
    since = talk.now - timedelta(days=1)
    return audit.count(talk.connection, "recover.refuse", f"person:{person_id}", since) >= WRONG_A_DAY
