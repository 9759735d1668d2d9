"""What a person does with the page of two phones: taps, writes, reads; knows only what can be seen."""

import re

from playwright.sync_api import Locator, Page, expect

SHOWN = "shown => [...document.querySelectorAll(shown)].map(one => one.innerText).join('\\0')"
"""All that the bot's messages say now."""


class Phone:
    """One phone of the page, in the hand of one person."""

    def __init__(self, page: Page, platform: str) -> None:
        self.page, self.platform = page, platform
        self.desk = page.locator(f"#{platform}")
        self.said = self.desk.locator(".said.theirs")

    def show(self) -> None:
        """On a narrow screen, bring this phone to the front."""
        button = self.page.locator(f"[data-show={self.platform}]")
        if button.is_visible():
            button.click()

    def give_to(self, name: str, language: str) -> None:
        """Add a person in the panel and let them hold this phone."""
        form = self.page.locator("#people form")
        form.locator("select").select_option(self.platform)
        form.locator("input").nth(0).fill(name)
        form.locator("input").nth(1).fill(language)
        form.locator("button").click()
        expect(self.desk.locator("select option:checked")).to_have_text(f"{name} ({language})")

    def follow(self) -> None:
        """Become a friend (LINE) or press START (Telegram), whichever the big button under the chat offers."""
        self._answered(self.desk.locator(".invitation").click)

    def tap(self, label: str, answers: bool = True) -> None:
        """Tap the newest button with this label, and wait for the answer."""
        button = self.button(label)
        self._answered(button.click) if answers else button.click()

    def press(self, button: Locator) -> None:
        """Press a button that was found by other means, and wait for the answer."""
        self._answered(button.click)

    def button(self, label: str) -> Locator:
        return self.desk.locator(".phone").get_by_role("button", name=label, exact=True).last

    def write(self, words: str) -> None:
        """Type a message and send it with Enter."""
        field = self.desk.locator("textarea")
        field.fill(words)
        self._answered(lambda: field.press("Enter"))

    def _answered(self, act) -> None:  # type: ignore[no-untyped-def]
        shown = f"#{self.platform} .said.theirs"
        before = self.page.evaluate(SHOWN, shown)
        act()
        # a page may give its place to the answer; this looks more often than ``expect``, which begins to wait a second
        self.page.wait_for_function(f"([shown, before]) => ({SHOWN})(shown) !== before", arg=[shown, before])

    @property
    def newest(self) -> Locator:
        return self.said.last

    def message(self, *words: str) -> Locator:
        """Wait for a message that holds all these words, whatever else came after it, and give the newest such one."""
        found = self.said
        for each in words:
            found = found.filter(has_text=each)
        found.last.wait_for()
        return found.last

    def text(self) -> str:
        """Give the words of the newest message."""
        return self.newest.inner_text()

    def read(self, pattern: str) -> str:
        """Wait for a message that holds what is looked for, and give its first group from the newest such message."""
        message = self.said.filter(has_text=re.compile(pattern)).last
        expect(message).to_be_visible()
        found = re.search(pattern, message.inner_text())
        assert found
        return found[1]

    def join(self) -> None:
        """Follow, choose Japanese, agree."""
        self.follow()
        self.tap("日本語")
        self.tap("同意してはじめる")

    def report(self, action: str) -> int:
        """Report an action in two taps, or three where the second list has it; give the points its receipt names."""
        self.tap("報告する")
        if not self.newest.get_by_role("button", name=action, exact=True).count():
            self.tap("ほかの行動")
        self.tap(action)
        return self.earned()

    def send_photo(self) -> None:
        """Send the practice photo."""
        self._answered(self.desk.get_by_role("button", name="写真を送る").click)

    def block_and_return(self) -> None:
        """Block the bot with the button above the phone, then come back."""
        self.desk.get_by_role("button", name="ブロック", exact=True).click()
        self.desk.locator(".invitation").click()
        expect(self.desk.locator("textarea")).to_be_visible()

    def open_event(self, title: str) -> None:
        """Open the list by its button in the menu, and an event by its own button there."""
        self.write("メニュー")
        self.tap("イベント")
        expect(self.newest).to_contain_text("これからのイベント")
        named = re.compile(rf"^\d\. {re.escape(title[:8])}")
        self.press(self.desk.locator(".phone").get_by_role("button", name=named).last)
        expect(self.newest).to_contain_text(title)

    def register(self) -> None:
        """Take a seat at the event that is open, and wait until that is done."""
        self.tap("申し込む")
        expect(self.newest).to_contain_text("申し込みました")

    def earned(self) -> int:
        expect(self.newest).to_contain_text(re.compile(r"\+\d+ ?(ポイント|point)"))
        return int(self.read(r"\+(\d+)"))
