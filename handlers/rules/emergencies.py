"""Hears a cry for help in typed words, whatever the language; on purpose it would rather hear one too many. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from handlers.rules.folding import folded


class Emergency(StrEnum):
    """What help is called for; somebody's despair is heard before all else."""

    DESPAIR = "despair"
    FIRE = "fire"
    ILLNESS = "illness"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard, and the language of the words that said it."""

    emergency: Emergency
    language: str


_WORDS = {
    Emergency.DESPAIR: {
        "ja": "死にたい|しにたい|自殺|じさつ|消えてしまいたい|生きていたくない|生きるのがつらい|命を絶ち|死のうと思",
        "en": "want to die|wanna die|kill myself|killing myself|suicide|suicidal|end my life|dont want to live",
        "zh-Hans": "想死|自杀|不想活|轻生",
        "ko": "죽고 싶|죽고싶|자살|살고 싶지 않",
        "vi": "muốn chết|tự tử|tự sát|không muốn sống",
        "id": "bunuh diri|ingin mati|mau mati|tidak ingin hidup",
    },
    Emergency.FIRE: {
        "ja": "火事|かじです|火が出た|火が出て|火が消えない|家が燃え|火災が起き|火災発生|燃え広が|煙が出てい",
        "en": "on fire|there is a fire|theres a fire|house fire|caught fire|fire broke out",
        "zh-Hans": "着火了|起火|失火|火灾",
        "ko": "불이 났|불났|화재",
        "vi": "cháy nhà|bị cháy|hỏa hoạn|hoả hoạn",
        "id": "kebakaran|terbakar",
    },
    Emergency.ILLNESS: {
        "ja": "救急車|きゅうきゅうしゃ|人が倒れ|倒れている|倒れてます|意識がない|意識がありません|息をしていない"
        "|呼吸がない|けいれんして|胸が苦し|熱中症で動け",
        "en": "ambulance|unconscious|not breathing|heart attack|cant breathe|collapsed|heat stroke and cannot",
        "zh-Hans": "救护车|昏倒|晕倒|没有呼吸|失去意识",
        "ko": "구급차|쓰러졌|쓰러져|의식이 없|숨을 안 쉬",
        "vi": "xe cứu thương|cấp cứu|bất tỉnh|ngất xỉu|không thở",
        "id": "ambulans|pingsan|tidak bernapas|tidak sadar",
    },
    Emergency.DANGER: {
        "ja": "殺され|襲われ|殴られ|泥棒|どろぼう|強盗|刃物を持",
        "en": "being attacked|robber|robbery|burglar|stabbed|has a knife|has a gun",
        "zh-Hans": "抢劫|被打了|小偷|有人拿刀",
        "ko": "강도가 들|도둑이 들|칼을 들",
        "vi": "bị cướp|bị tấn công|có trộm",
        "id": "dirampok|perampok|maling|diserang",
    },
}
_ALONE = {
    "ja": "助けて|たすけて|助けてください|たすけてください|火が|110番|119番",
    "en": "help me|fire|help me please|please help me",
    "zh-Hans": "救命|救救我",
    "ko": "살려주세요|살려줘|도와주세요",
    "vi": "cứu tôi|cứu tôi với|cứu với",
    "id": "tolong saya|tolong selamatkan saya",
}
"""What calls for help only as the whole message."""
_ONLY_TALKED_ABOUT = re.compile(
    "訓練|くんれん|予防|よぼう|防止|防ぐ|保険|原因|ニュース|にゅーす|drill|insurance|prevent"
)
_FOLDED = {
    emergency: [(folded(word), language) for language, words in spoken.items() for word in words.split("|")]
    for emergency, spoken in _WORDS.items()
}
_FOLDED_ALONE = {folded(word): language for language, words in _ALONE.items() for word in words.split("|")}


def hear(text: str) -> Heard | None:
    """Say what help a text calls for; None for nothing. Talk about a drill or insurance is no cry, despair always is.

    A text is read up to `folding.LONGEST_READ`.
    """
    whole = folded(text)
    for emergency, words in _FOLDED.items():
        if emergency is not Emergency.DESPAIR and _ONLY_TALKED_ABOUT.search(whole):
            break
        for word, language in words:
            if _holds(whole, word):
                return Heard(emergency, language)
    alone = _FOLDED_ALONE.get(whole)
    return None if alone is None else Heard(Emergency.DANGER, alone)


def _holds(whole: str, word: str) -> bool:
    """Look for a word; a Latin one must stand alone: who wants to diet does not want to die."""
    at = whole.find(word)
    if at < 0 or not word.isascii():
        return at >= 0
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", whole) is not None
