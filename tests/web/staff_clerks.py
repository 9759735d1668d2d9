"""Staff at their browsers, doing everything over HTTP as people do: links, passwords, codes, forms with their token."""

import html
import re
import secrets
from dataclasses import dataclass, field

import httpx

from bot.signed import hash_token
from handlers import staffing
from handlers.staffing import Doing
from storage.facts import StaffRole
from tests.web.staff_desk import Office, text_of

PASSWORD = "correct horse battery"
WRONG = "名前・パスワード・確認コードのどれかが違います"


@dataclass
class Clerk:
    """Somebody of the staff at a browser of their own."""

    office: Office
    name: str
    browser: httpx.AsyncClient
    codes: list[str] = field(default_factory=list)
    page: httpx.Response | None = None

    @property
    def shown(self) -> httpx.Response:
        assert self.page is not None
        return self.page

    @property
    def words(self) -> str:
        return text_of(self.shown)

    async def open(self, path: str) -> httpx.Response:
        self.page = await self.browser.get(path, follow_redirects=True)
        return self.page

    async def send(self, path: str, **fields: str) -> httpx.Response:
        """Send a form of the page that is open, with the token it carries."""
        token = re.search(r'name="form_token" value="(\w+)"', self.shown.text) if self.page else None
        body = {**fields, **({"form_token": token[1]} if token else {})}
        self.page = await self.browser.post(path, data=body, follow_redirects=True)
        return self.page

    async def press(self, words: str, **typed: str) -> httpx.Response:
        """Fill the form that has a button with these words, and press it."""
        forms = re.findall(r"<form.*?</form>", self.shown.text, re.DOTALL)
        form = next(one for one in forms if re.search(rf"<button[^>]*>{re.escape(words)}</button>", one))
        action = re.search(r'<form[^>]*action="([^"]+)"', form)
        hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form)
        fields = {html.unescape(name): html.unescape(value) for name, value in hidden}
        path = action[1] if action else str(self.shown.url)
        self.page = await self.browser.post(path, data={**fields, **typed}, follow_redirects=True)
        return self.page

    async def join(self, link: str, password: str = PASSWORD) -> None:
        """Enter by a link, and keep the sheet of codes."""
        await self.open(link)
        await self.press("決める", new_password=password, again=password)
        self.codes = re.findall(r'<b class="digits">([\w-]+)</b>', self.shown.text)

    async def sign_in(self, code: str | None = None, password: str = PASSWORD) -> httpx.Response:
        await self.open("/staff/sign-in")
        used = self.codes.pop(0) if code is None else code
        return await self.press("サインイン", name=self.name, password=password, code=used)

    async def leave(self) -> None:
        await self.open("/staff/me")
        await self.press("出る")

    async def is_in(self) -> bool:
        return (await self.browser.get("/staff/me")).status_code == 200


def clerk(office: Office, name: str, **headers: str) -> Clerk:
    """Sit somebody down at a browser in which nobody is signed in."""
    return Clerk(office, name, office.browser(**headers))


def link_of(office: Office, name: str, role: StaffRole = StaffRole.EDITOR) -> str:
    """Invite somebody as the command line does."""
    token, now = secrets.token_urlsafe(32), office.town.now
    doing = Doing(by="root", now=now, real_now=now)
    office.do(lambda c: staffing.let_in(c, name, role, hash_token(token), doing))
    return f"/staff/join/{token}"


async def hired(office: Office, name: str = "佐藤 花子", role: StaffRole = StaffRole.EDITOR) -> Clerk:
    """Have somebody enter by their link; they are signed in then."""
    one = clerk(office, name)
    await one.join(link_of(office, name, role))
    assert len(one.codes) == 10
    return one
