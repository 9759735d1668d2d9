"""A cry for help is heard in every language of the bot, and everyday words are none."""

import pytest

from handlers.rules.emergencies import Emergency, hear

DESPAIR, FIRE, ILLNESS, DANGER = Emergency.DESPAIR, Emergency.FIRE, Emergency.ILLNESS, Emergency.DANGER


@pytest.mark.parametrize(
    ("words", "emergency", "language"),
    [
        ("もう死にたい", DESPAIR, "ja"),
        ("シニタイ", DESPAIR, "ja"),
        ("I want to die.", DESPAIR, "en"),
        ("I can’t go on, I want to kill myself", DESPAIR, "en"),
        ("我想死", DESPAIR, "zh-Hans"),
        ("죽고 싶어요", DESPAIR, "ko"),
        ("Tôi muốn chết", DESPAIR, "vi"),
        ("saya ingin mati", DESPAIR, "id"),
        ("近所で火事です！", FIRE, "ja"),
        ("There is a fire next door", FIRE, "en"),
        ("Cháy nhà rồi", FIRE, "vi"),
        ("불이 났어요", FIRE, "ko"),
        ("人が倒れています", ILLNESS, "ja"),
        ("please call an ambulance", ILLNESS, "en"),
        ("ada kebakaran", FIRE, "id"),
        ("知らない人に殴られた", DANGER, "ja"),
        ("助けて！", DANGER, "ja"),
        ("火事の訓練で死にたい", DESPAIR, "ja"),
    ],
)
def test_a_cry_for_help_is_heard(words: str, emergency: Emergency, language: str) -> None:
    heard = hear(words)
    assert heard is not None
    assert (heard.emergency, heard.language) == (emergency, language)


@pytest.mark.parametrize(
    "words",
    [
        "今日マイボトル使った",
        "電気を消したい",
        "I want to diet",
        "燃えるごみの日",
        "火事の訓練に行った",
        "火災保険の書類はどう捨てる？",
        "使い方が分からない、助けてほしい",
        "fire station visit",
        "",
        "🔥",
    ],
)
def test_everyday_words_are_no_cry(words: str) -> None:
    assert hear(words) is None
