"""One word per idea: no identifier of ours calls a person by another name; the glossary has the words of the code."""

import ast
import re

import pytest

from tests.running import ROOT
from tests.test_house import name_of, sources, tree_of

BANNED = {"citizen", "citizens", "member", "members", "user", "users"}
THE_PLATFORMS_OWN_WORDS = ("bot/sandbox/", "bot/channels/")  # "user" is a field of theirs


def parts(name: str) -> set[str]:
    """Cut an identifier into its words."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def named_in(tree: ast.Module) -> set[str]:
    """List what a module defines: functions, classes, arguments, variables and fields; not what it uses of others."""
    names = {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return names | {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def test_a_person_is_a_person_in_code() -> None:
    found = {
        f"{name_of(path)}: {name}"
        for path in sources()
        if not name_of(path).startswith(THE_PLATFORMS_OWN_WORDS)
        for name in named_in(tree_of(path))
        if parts(name) & BANNED
    }
    assert found == set()


@pytest.mark.parametrize("name", ["user", "user_id", "find_citizen", "MemberFacts", "list_users", "lineUser"])
def test_the_check_finds_the_banned_words(name: str) -> None:
    assert parts(name) & BANNED


@pytest.mark.parametrize("name", ["remember", "username", "number", "reuse"])
def test_the_check_leaves_other_words_alone(name: str) -> None:
    assert not parts(name) & BANNED


def test_every_word_stands_once_and_has_its_japanese() -> None:
    rows = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \|", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    words = [word for first, _ in rows[1:] for word in first.split(", ")]
    assert len(words) == len(set(words)) > 40
    assert [word for word, japanese in rows[1:] if not re.search(r"[ぁ-んァ-ヶ一-龥]", japanese)] == []
