"""Profiles, followers, rooms, tokens and rich menus are as closed as in the manual."""

from typing import Any

import pytest

from bot.sandbox.line.pictures import plain, size
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Line, text
from tests.specifications import check_line, needs_specifications


def test_a_profile_is_for_friends_only(line: Line, friend: str, sandbox: Sandbox) -> None:
    profile = line.get(f"/v2/bot/profile/{friend}").json()
    assert profile == {"displayName": "友だち", "userId": friend, "language": "ja"}
    sandbox.line.unfollow(friend)
    assert line.get(f"/v2/bot/profile/{friend}").status_code == 404
    assert line.get("/v2/bot/profile/me").status_code == 400


def test_follower_ids_are_for_verified_accounts_only(line: Line, friend: str, sandbox: Sandbox) -> None:
    other = str(sandbox.line.person("Other"))
    sandbox.line.follow(other)
    assert line.get("/v2/bot/followers/ids").status_code == 403
    sandbox.line.settings(verified=True)
    first = line.get("/v2/bot/followers/ids?limit=1").json()
    second = line.get(f"/v2/bot/followers/ids?limit=1&start={first['next']}").json()
    assert (first["userIds"], second) == ([friend], {"userIds": [other]})
    assert line.get("/v2/bot/followers/ids?limit=1000").status_code == 200
    assert line.get("/v2/bot/followers/ids?limit=1001").status_code == 400


@pytest.mark.parametrize(("seconds", "status"), [(5, 202), (60, 202), (4, 400), (61, 400), (7, 400)])
def test_the_loading_sign_lasts_5_to_60_seconds(line: Line, friend: str, seconds: int, status: int) -> None:
    body = {"chatId": friend, "loadingSeconds": seconds}
    assert line.post("/v2/bot/chat/loading/start", body).status_code == status


def test_the_loading_sign_ends_with_the_next_message(line: Line, friend: str, sandbox: Sandbox) -> None:
    line.post("/v2/bot/chat/loading/start", {"chatId": friend})
    assert sandbox.line.screen(friend)["typing"] is True
    line.push(friend, text())
    assert sandbox.line.screen(friend)["typing"] is False


def test_a_message_is_marked_as_read_by_its_token(line: Line, friend: str, sandbox: Sandbox) -> None:
    assert line.get("/v2/bot/info").json()["markAsReadMode"] == "auto"
    sandbox.line.settings(chat_mode="chat")
    token = sandbox.line.text(friend, "hi")["event"]["message"]["markAsReadToken"]
    assert line.post("/v2/bot/chat/markAsRead", {"markAsReadToken": token}).json() == {}
    assert line.post("/v2/bot/chat/markAsRead", {"markAsReadToken": "x"}).status_code == 400


def test_counts_of_a_day_come_after_it(line: Line) -> None:
    path = "/v2/bot/message/delivery"
    assert line.get(f"{path}/push?date=20220120").json() == {"status": "ready", "success": 0}
    assert line.get(f"{path}/push?date=29990101").json() == {"status": "unready"}
    assert line.get(f"{path}/push?date=tomorrow").status_code == 400


def test_a_room_is_asked_about(line: Line, friend: str, sandbox: Sandbox) -> None:
    joined = sandbox.line.act(friend, "join", room={"type": "group", "name": "Forum"})
    group = f"/v2/bot/group/{joined['event']['source']['groupId']}"
    assert line.get(f"{group}/summary").json()["groupName"] == "Forum"
    assert line.get(f"{group}/members/count").json() == {"count": 1}
    assert line.get(f"{group}/member/{friend}").json()["displayName"] == "友だち"
    assert line.get(f"{group}/members/ids").status_code == 403
    assert line.get("/v2/bot/group/Cx/summary").status_code == 400
    assert line.get(f"/v2/bot/group/C{'0' * 32}/summary").status_code == 404


def form(**changes: str) -> dict[str, str]:
    given = {"grant_type": "client_credentials", "client_id": "2000000000", "client_secret": "sandbox-line-secret"}
    return {**given, **changes}


@pytest.mark.parametrize(("path", "seconds"), [("/v2/oauth/accessToken", 30 * 86_400), ("/oauth2/v3/token", 900)])
def test_a_token_is_issued_for_id_and_secret(line: Line, sandbox: Sandbox, path: str, seconds: int) -> None:
    issued = line.client.post(path, data=form()).json()
    assert (issued["expires_in"], issued["token_type"]) == (seconds, "Bearer")
    line.client.headers["Authorization"] = f"Bearer {issued['access_token']}"
    assert line.get("/v2/bot/info").status_code == 200
    for wrong in (form(client_id="1"), form(client_secret="x"), form(grant_type="x")):
        assert line.client.post(path, data=wrong).status_code == 400
    logged = str(sandbox.calls())
    assert issued["access_token"] not in logged
    assert "sandbox-line-secret" not in logged


def test_the_thirty_first_short_lived_token_ends_the_first(line: Line) -> None:
    tokens = [line.client.post("/v2/oauth/accessToken", data=form()).json()["access_token"] for _ in range(31)]
    verified = [line.client.post("/v2/oauth/verify", data={"access_token": token}).status_code for token in tokens]
    assert verified == [400] + [200] * 30
    line.client.post("/v2/oauth/revoke", data={"access_token": tokens[5]})
    line.client.headers["Authorization"] = f"Bearer {tokens[5]}"
    assert line.get("/v2/bot/info").status_code == 401


def menu(**changes: Any) -> dict[str, Any]:
    area = {"bounds": {"x": 0, "y": 0, "width": 800, "height": 250}, "action": {"type": "postback", "data": "x"}}
    given = {
        "size": {"width": 800, "height": 250},
        "selected": False,
        "name": "menu",
        "chatBarText": "open",
        "areas": [area],
    }
    return {**given, **changes}


def area(width: int = 800) -> dict[str, Any]:
    bounds = {"x": 0, "y": 0, "width": width, "height": 250}
    return {"bounds": bounds, "action": {"type": "postback", "data": "x"}}


MENUS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "width of 800 to 2500": (
        menu(size={"width": 2500, "height": 1686}),
        menu(size={"width": 2501, "height": 1686}),
    ),
    "height of 250": (menu(), menu(size={"width": 800, "height": 249}, areas=[])),
    "ratio of 1.45": (
        menu(size={"width": 1450, "height": 1000}),
        menu(size={"width": 1449, "height": 1000}),
    ),
    "20 areas": (menu(areas=[area()] * 20), menu(areas=[area()] * 21)),
    "areas inside the picture": (menu(areas=[area(800)]), menu(areas=[area(801)])),
    "name of 300": (menu(name="x" * 300), menu(name="x" * 301)),
    "bar of 14 graphemes": (menu(chatBarText="👍🏽" * 7 + "x" * 7), menu(chatBarText="x" * 15)),
    "a name at all": (menu(), {key: value for key, value in menu().items() if key != "name"}),
}


@pytest.mark.parametrize("name", MENUS)
def test_a_rich_menu_keeps_to_the_limits(line: Line, name: str) -> None:
    good, bad = MENUS[name]
    assert line.post("/v2/bot/richmenu/validate", good).status_code == 200
    assert line.post("/v2/bot/richmenu/validate", bad).status_code == 400


@needs_specifications
@pytest.mark.parametrize("name", [name for name in MENUS if "bar" not in name])
def test_an_accepted_rich_menu_is_as_published(name: str) -> None:
    assert check_line("/v2/bot/richmenu", "POST", MENUS[name][0]) == []


def upload(line: Line, id: str, image: bytes, kind: str = "image/png") -> int:
    head = {"Content-Type": kind}
    return line.client.post(f"/v2/bot/richmenu/{id}/content", content=image, headers=head).status_code


def pictured(line: Line) -> str:
    id = str(line.post("/v2/bot/richmenu", menu()).json()["richMenuId"])
    assert upload(line, id, plain(800, 250)) == 200
    return id


def test_a_rich_menu_needs_a_fitting_picture(line: Line) -> None:
    id = line.post("/v2/bot/richmenu", menu()).json()["richMenuId"]
    refused = line.client.post(f"/v2/bot/user/all/richmenu/{id}")
    assert refused.json()["message"] == "must upload richmenu image before applying it to user"
    assert upload(line, id, plain(799, 250)) == 400
    assert upload(line, id, plain(800, 552)) == 400
    assert upload(line, id, b"GIF89a", "image/gif") == 415
    assert upload(line, id, plain(800, 250) + b"\0" * 2**20) == 400
    assert upload(line, id, plain(800, 250)) == 200
    assert upload(line, id, plain(800, 250)) == 400
    assert line.client.post(f"/v2/bot/user/all/richmenu/{id}").status_code == 200


def test_the_own_menu_goes_before_the_default_one(line: Line, friend: str, sandbox: Sandbox) -> None:
    common, own = pictured(line), pictured(line)
    line.client.post(f"/v2/bot/user/all/richmenu/{common}")
    assert sandbox.line.screen(friend)["rich_menu"]["richMenuId"] == common
    assert line.get(f"/v2/bot/user/{friend}/richmenu").status_code == 404
    line.client.post(f"/v2/bot/user/{friend}/richmenu/{own}")
    assert sandbox.line.screen(friend)["rich_menu"]["richMenuId"] == own
    line.client.delete(f"/v2/bot/user/{friend}/richmenu")
    assert sandbox.line.screen(friend)["rich_menu"]["richMenuId"] == common
    line.client.delete("/v2/bot/user/all/richmenu")
    assert sandbox.line.screen(friend)["rich_menu"] is None


def test_many_are_linked_at_once_but_not_501(line: Line, friend: str) -> None:
    id = pictured(line)
    users = [friend, *(f"U{number:032x}" for number in range(500))]
    body = {"richMenuId": id, "userIds": users[:500]}
    assert line.post("/v2/bot/richmenu/bulk/link", body).status_code == 202
    assert line.get(f"/v2/bot/user/{friend}/richmenu").json() == {"richMenuId": id}
    assert line.post("/v2/bot/richmenu/bulk/link", {**body, "userIds": users}).status_code == 400
    assert line.post("/v2/bot/richmenu/bulk/unlink", {"userIds": [friend]}).status_code == 202
    assert line.get(f"/v2/bot/user/{friend}/richmenu").status_code == 404


def test_a_press_on_a_tab_switches_menus(line: Line, friend: str, sandbox: Sandbox) -> None:
    id = pictured(line)
    alias = {"richMenuAliasId": "tab-b", "richMenuId": id}
    assert line.post("/v2/bot/richmenu/alias", alias).status_code == 200
    assert line.post("/v2/bot/richmenu/alias", alias).status_code == 400
    assert line.post("/v2/bot/richmenu/alias", {**alias, "richMenuAliasId": "Tab"}).status_code == 400
    pressed = sandbox.line.press(friend, "to-b", richMenuAliasId="tab-b")["event"]["postback"]
    assert pressed == {"data": "to-b", "params": {"newRichMenuAliasId": "tab-b", "status": "SUCCESS"}}
    assert sandbox.line.screen(friend)["rich_menu"]["richMenuId"] == id
    gone = sandbox.line.press(friend, "x", richMenuAliasId="none")["event"]["postback"]["params"]
    assert gone["status"] == "RICHMENU_ALIAS_ID_NOTFOUND"
    assert line.get("/v2/bot/richmenu/alias/list").json() == {"aliases": [alias]}
    assert line.client.delete("/v2/bot/richmenu/alias/tab-b").status_code == 200


def test_a_deleted_menu_is_gone(line: Line) -> None:
    id = pictured(line)
    assert line.get(f"/v2/bot/richmenu/{id}").json()["richMenuId"] == id
    assert line.client.delete(f"/v2/bot/richmenu/{id}").status_code == 200
    assert line.get(f"/v2/bot/richmenu/{id}").status_code == 404
    assert line.get("/v2/bot/richmenu/list").json() == {"richmenus": []}


def test_a_jpeg_is_measured_past_its_other_segments() -> None:
    jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\xfa\x03\x20" + b"\0" * 12
    assert size(jpeg) == ("image/jpeg", 800, 250)
    assert size(b"\xff\xd8\xff") is None
