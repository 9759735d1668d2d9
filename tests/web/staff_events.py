"""The form of an event as staff fill it, and as it stands on a page that is open."""

from html.parser import HTMLParser

from tests.web.staff_clerks import Clerk

SAVE, LOOK = "下書きを保存する", "見た目を確かめる"
WRITTEN = {
    "title.ja": "川の清掃",
    "title.en": "River clean-up",
    "description.ja": "1月29日(土)に川を歩きます。\r\n軍手を持ってきてください。",
    "place.ja": "紫川",
    "kind": "cleanup",
    "mode": "venue",
    "audience.citizen": "yes",
    "held_in.ja": "yes",
    "interpreted_into.en": "yes",
    "cost_yen": "３００",
    "companions": "2",
    "source": "環境局",
    "rows": "1",
    "starts_at.1": "2022-01-29T09:00",
    "weekday.1": "土",
    "ends_at.1": "2022-01-29T11:00",
    "capacity.1": "30",
    "opens_at": "",
    "closes_at": "2022-01-28T17:00",
}


class _Fields(HTMLParser):
    """Reads the fields of the form of class ``compose`` as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.inside, self.select, self.area = False, "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("class") == "compose"
        elif not self.inside:
            return
        elif tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self.found[given["name"]] = given.get("value", "")
        elif tag == "select":
            self.select = given["name"]
            self.found[self.select] = ""
        elif tag == "option" and "selected" in given:
            self.found[self.select] = given["value"]
        elif tag == "textarea":
            self.area = given["name"]
            self.found[self.area] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""
        elif tag == "form":
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.area:
            self.found[self.area] += data


def fields(one: Clerk) -> dict[str, str]:
    """Read the form that is open."""
    parser = _Fields()
    parser.feed(one.shown.text)
    return {name: value for name, value in parser.found.items() if name != "form_token"}
