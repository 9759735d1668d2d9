"""The short survey after an event: one question after another, by buttons or in one's own words. Earns nothing."""

from handlers import browsing, joining
from handlers.messages import Choice
from handlers.talk import Answer, Talk, page_card, text
from storage import attendances, events, people
from storage.facts import EventFacts, Question, QuestionKind

LONGEST_ANSWER = 1_000  # characters
SCALE = range(1, 6)


def ask(talk: Talk, event: str = "", question: str = "", answer: str = "") -> Answer:
    """Ask an event's question, by default the first that has no answer yet; ``answer`` is the one just pressed."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending=f"survey:{event}")
    surveyed = _find(talk, event)
    if surveyed is None:
        words = talk.say("このアンケートは、イベントに参加した方にお願いしています。")
        return text(words, talk.choice("メニュー", "menu"))
    number = int(question) if question.isdecimal() and len(question) <= 2 else _first_open(talk, surveyed)
    if answer:
        return _take(talk, surveyed, number, _pressed(surveyed, number, answer))
    return _ask(talk, surveyed, number)


def take_words(talk: Talk, event: str, question: str, words: str) -> Answer:
    """Take typed words for the answer to the question last asked."""
    people.change(talk.connection, talk.joined.id, awaiting=None)
    surveyed = _find(talk, event)
    if surveyed is None:
        return ask(talk, event)
    return _take(talk, surveyed, int(question), words.strip()[:LONGEST_ANSWER] or None)


def _find(talk: Talk, event: str) -> EventFacts | None:
    """Find the event if it asks anything and the person was there, provisionally or for certain."""
    found = events.find(talk.connection, int(event)) if event.isdecimal() and len(event) <= 18 else None
    if found is None or not found.survey:
        return None
    seen = attendances.list_of_person(talk.connection, talk.joined.id)
    return found if any(one.event_id == found.id for one in seen) else None


def _first_open(talk: Talk, event: EventFacts) -> int:
    """Give the first question without an answer; the first of all when every one has one."""
    answered = attendances.list_answers(talk.connection, event.id, talk.joined.id)
    return next((n for n in range(1, len(event.survey) + 1) if n not in answered), 1)


def _take(talk: Talk, event: EventFacts, number: int, answer: str | None) -> Answer:
    """Keep an answer, in place of an older one, and go on; None is no answer to this question."""
    if answer is None:
        return _ask(talk, event, number)
    attendances.put_answer(talk.connection, event.id, talk.joined.id, number, answer, talk.now)
    return _ask(talk, event, number + 1)


def _pressed(event: EventFacts, number: int, answer: str) -> str | None:
    """Read a pressed answer: the number on the scale, or the choice's Japanese words, which outlive a changed order."""
    if not 1 <= number <= len(event.survey) or not answer.isdecimal() or len(answer) > 2:
        return None
    question, chosen = event.survey[number - 1], int(answer)
    if question.kind is QuestionKind.SCALE:
        return str(chosen) if chosen in SCALE else None
    return question.choices[chosen - 1]["ja"] if 1 <= chosen <= len(question.choices) else None


def _ask(talk: Talk, event: EventFacts, number: int) -> Answer:
    if not 1 <= number <= len(event.survey):
        return _thank(talk, event)
    question = event.survey[number - 1]
    title = talk.say("アンケート {number}/{count}", number=number, count=len(event.survey))
    lines = [talk.word(question.words)]
    given = attendances.list_answers(talk.connection, event.id, talk.joined.id).get(number)
    if given is not None:
        lines.append(talk.say("いまの答え：{answer}", answer=given))
    words = [talk.word(choice) for choice in question.choices]
    lines += [f"・{choice}" for choice in words if browsing.clipped(choice) != choice]
    if question.kind is QuestionKind.SCALE:
        lines.append(talk.say("1から5までで答えてください（5がいちばんよい）。"))
    if question.kind is QuestionKind.WORDS:
        lines.append(talk.say("文で送ってください。お名前など、だれか分かることは書かないでください。"))
        people.change(talk.connection, talk.joined.id, awaiting=f"survey:{event.id}:{number}")
    buttons = _buttons(talk, question, f"survey:{event.id}:{number}")
    skip = Choice(talk.say("答えずに次へ"), f"survey:{event.id}:{number + 1}")
    return page_card(title, tuple(lines), *buttons, skip, talk.choice("メニュー", "menu"))


def _buttons(talk: Talk, question: Question, data: str) -> list[Choice]:
    if question.kind is QuestionKind.SCALE:
        return [Choice(str(n), f"{data}:{n}") for n in SCALE]
    return [Choice(browsing.clipped(talk.word(choice)), f"{data}:{n}") for n, choice in enumerate(question.choices, 1)]


def _thank(talk: Talk, event: EventFacts) -> Answer:
    """Thank for the answers; they can be changed as long as the event is kept."""
    answered = len(attendances.list_answers(talk.connection, event.id, talk.joined.id))
    if answered:
        words = talk.say("ご回答ありがとうございました。次のイベントに生かします。")
    else:
        words = talk.say("わかりました。気が向いたら、あとからでも答えられます。")
    again = Choice(talk.say("答えを直す") if answered else talk.say("アンケートに答える"), f"survey:{event.id}:1")
    return text(words, again, talk.choice("メニュー", "menu"))
