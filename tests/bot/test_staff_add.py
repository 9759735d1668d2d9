"""The command that lets the first administrator in, as it is typed, also beside a bot that runs."""

import re

import httpx
import pytest

from tests.bot.conftest import Desk


def test_a_link_is_printed_that_leads_to_the_page_for_a_new_password(desk: Desk) -> None:
    with desk.serving():
        said = desk.say("staff", "add", "管理 者", "--role", "administrator", "--by", "root")
        assert said.code == 0, said.err
        link = said.out.strip()
        assert re.fullmatch(rf"http://127\.0\.0\.1:{desk.environment['PORT']}/staff/join/[\w-]{{43}}", link)
        page = httpx.get(link, trust_env=False)
        assert page.status_code == 200
        assert "管理 者さん、パスワードを決めてください" in page.text
        again = desk.say("staff", "add", "管理 者", "--role", "viewer")
        assert "the role stays, the link is new" in again.err
        assert httpx.get(link, trust_env=False).status_code == 403


@pytest.mark.parametrize(
    ("name", "role", "why"),
    [
        ("管理", "desk", "--role: is one of viewer, editor, approver, administrator"),
        ("管理", "boss", "--role: is one of viewer, editor, approver, administrator"),
        ("  ", "viewer", "NAME: a name has 1 to 40 signs"),
    ],
)
def test_wrong_words_are_refused_with_what_to_write(desk: Desk, name: str, role: str, why: str) -> None:
    said = desk.say("staff", "add", name, "--role", role)
    assert said.code == 2
    assert why in said.err
