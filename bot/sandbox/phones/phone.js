// What both phones share: shell, chat kept up to date, input; knows no platform's looks.
import { get, personPath, post } from "./control.js";
import { h, icon } from "./element.js";
import { accountName } from "./links.js";
import { shortTime, t } from "./texts.js";

const TYPING_MS = 2500;
const NEAR = 80; // pixels from the end within which a reader is taken to be following the chat

/** One phone in the hand of one person. A platform's phone says how messages, head and foot look. */
export class Phone {
  constructor(desk, platform) {
    this.platform = platform;
    this.desk = desk;
    this.person = null;
    this.screen = null;
    this.drawn = new Map();
    this.loading = false;
    this.again = false;
    this.build();
    document.addEventListener("language", () => this.rebuild());
  }

  build() {
    this.name = this.desk.getAttribute("aria-label");
    this.state = h("p", { class: "state" });
    this.title = h("h3", { class: "account" });
    this.notice = h("p", { class: "phone-notice", role: "status" });
    this.messages = h("ol", { class: "messages" });
    const label = `${this.name} ${t("chat")}`;
    this.chat = h("div", { class: "chat", role: "log", tabindex: "0", "aria-label": label }, this.messages);
    this.under = h("div", { class: "under" });
    this.foot = h("div", { class: "foot" });
    this.composer = this.buildComposer();
    const parts = [this.buildBar(), this.notice, this.chat, this.under, this.foot];
    this.desk.replaceChildren(this.buildHead(), h("div", { class: `phone phone-${this.platform}` }, parts));
    this.followEnd();
  }

  buildBar() {
    const names = h("div", { class: "names" }, this.title, this.state);
    return h("header", { class: "bar" }, h("span", { class: "back" }, icon("back")), avatar("avatar"), names);
  }

  /** Make the strip above the glass: whose phone it is, and what is not on a phone's screen. */
  buildHead() {
    const id = `${this.platform}-holder`;
    this.controls = h("div", { class: "controls" });
    this.holder = h("select", { id, onchange: () => this.chosen?.(this.holder.value) });
    const label = h("label", { for: id }, t("holder"));
    return h("div", { class: "desk-head" }, h("h2", null, this.name), label, this.holder, this.controls);
  }

  /** Keep the newest message in view while the reader is at the end, also when pictures load. */
  followEnd() {
    let top = 0;
    this.following = true;
    this.chat.addEventListener("scroll", () => {
      const { scrollTop, scrollHeight, clientHeight } = this.chat;
      const near = scrollHeight - scrollTop - clientHeight < NEAR;
      // Only going back ends it: growth below the reader (a picture that has loaded) must not.
      this.following = near || (this.following && scrollTop >= top);
      top = scrollTop;
    });
    const end = () => {
      if (this.following) this.chat.scrollTop = this.chat.scrollHeight;
    };
    const watch = new ResizeObserver(end);
    watch.observe(this.chat);
    watch.observe(this.messages);
  }

  rebuild() {
    const draft = this.field.value;
    this.drawn.clear();
    this.previous = this.screen; // nothing is new because its language is
    this.build();
    this.fill(draft);
    if (this.screen) this.draw(this.screen);
  }

  buildComposer() {
    const words = t("write");
    const keyed = (event) => this.keyed(event);
    this.field = h("textarea", { rows: "1", "aria-label": words, placeholder: words, onkeydown: keyed });
    const attach = this.attachments().map(([shape, wish]) =>
      round(t(`send_${shape}`), shape, { type: "button", onclick: () => this.act(this.attached(wish)) }));
    const send = round(t("send"), "send", { class: "round send" });
    const submit = (event) => this.submit(event);
    return h("form", { class: "composer", onsubmit: submit }, this.before(), attach, this.field, send);
  }

  /** Let Enter send, except while a Japanese input method is still converting. */
  keyed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.composer.requestSubmit();
  }

  submit(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text) return;
    this.field.value = "";
    this.act({ act: "text", text });
  }

  /** Let a person hold the phone. */
  hold(person) {
    if (person === this.person) return;
    this.person = person;
    this.screen = null;
    this.drawn.clear();
    this.messages.replaceChildren();
    this.say("");
    this.refresh();
  }

  /** Do something as the person; tell in the phone when the bot did not take the event. */
  async act(wish) {
    this.say("");
    try {
      const { delivery } = await post(`${personPath(this.platform, this.person)}/act`, wish);
      this.say(this.troubled(delivery));
    } catch (error) {
      if (error.status === undefined) throw error;
      this.say(error.status ? t("refused", { why: error.message }) : t("lost"));
    }
  }

  troubled(delivery) {
    if (!delivery) return "";
    if (delivery.status === null) return t("undelivered");
    return delivery.status >= 400 ? t("rejected", { status: delivery.status }) : "";
  }

  say(text) {
    this.notice.textContent = text;
  }

  fill(text) {
    this.field.value = text;
    if (text) this.field.focus();
  }

  /** Fetch the screen and draw it; calls that come meanwhile are answered by one more round. */
  async refresh() {
    this.again = true;
    if (this.loading) return;
    this.loading = true;
    while (this.again && this.person !== null) {
      this.again = false;
      await this.fetch(this.person);
    }
    this.loading = false;
  }

  async fetch(person) {
    try {
      const screen = await get(`${personPath(this.platform, person)}/screen`);
      if (person !== this.person) return;
      this.previous = this.screen;
      this.screen = screen;
      this.draw(screen);
    } catch (error) {
      if (error.status === undefined) throw error;
      if (error.status) this.say(t("refused", { why: error.message })); // the page tells of a lost sandbox
    }
  }

  draw(screen) {
    this.title.textContent = accountName() || t("account");
    this.messages.lang = screen.person.language ?? "";
    // What was there when the phone was taken up is not news to a screen reader.
    this.chat.setAttribute("aria-live", this.previous ? "polite" : "off");
    this.dress(screen);
    if (this.drawMessages(screen.messages ?? [])) this.following = true;
    this.showTyping(screen.typing);
    if (this.following) this.chat.scrollTop = this.chat.scrollHeight;
  }

  /** Keep what is already drawn, so that the reader's place, focus and screen reader are not disturbed. */
  drawMessages(messages) {
    const known = this.drawn;
    this.drawn = new Map();
    for (const message of messages) {
      const print = JSON.stringify(message);
      const key = this.drawn.has(message.id) ? `${message.id} ${message.at}` : message.id;
      const old = known.get(key);
      this.drawn.set(key, old?.print === print ? old : { print, node: this.row(message), old: old?.node });
    }
    for (const [key, { node }] of known) if (!this.drawn.has(key)) node.remove();
    [...this.drawn.values()].forEach((entry, n) => this.place(entry, n));
    return [...this.drawn.keys()].some((key) => !known.has(key));
  }

  place(entry, n) {
    entry.old?.replaceWith(entry.node);
    delete entry.old;
    const there = this.messages.children[n];
    if (there !== entry.node) this.messages.insertBefore(entry.node, there ?? null);
  }

  row(message) {
    if (message.kind === "system") return system(message);
    const mine = message.from === "me";
    const look = { class: `said ${mine ? "mine" : "theirs"}`, "data-id": message.id };
    return h("li", look, mine ? null : avatar("avatar small"), this.message(message), this.time(message));
  }

  time(message) {
    return h("time", { class: "time" }, shortTime(message.at));
  }

  /** Draw what hangs on the state ("friend", "blocked" …) only when it turns: fields keep their words. */
  turn(word, draw) {
    if (this.controls.dataset.word === word) return;
    this.controls.dataset.word = word;
    this.state.textContent = t(word);
    draw();
  }

  showTyping(typing) {
    clearTimeout(this.asking);
    // The sign ends by itself after a while, and nobody tells when.
    if (typing) this.asking = setTimeout(() => this.refresh(), TYPING_MS);
    this.dots?.remove();
    const look = { class: "typing", role: "status", "aria-label": t("typing") };
    this.dots = typing ? h("p", look, h("i"), h("i"), h("i")) : null;
    if (this.dots) this.chat.append(this.dots);
  }
}

/** Make a button of the strip above a phone. */
export const control = (text, onclick, kind = "") =>
  h("button", { type: "button", class: `control ${kind}`, onclick }, text);

/** Make the one wide button that stands where the input is, as long as one cannot write. */
export const invitation = (text, onclick) =>
  h("button", { type: "button", class: "invitation", onclick }, text);

const round = (name, shape, more) =>
  h("button", { class: "round", "aria-label": name, title: name, ...more }, icon(shape));

const avatar = (kind) =>
  h("span", { class: kind, "aria-hidden": "true" }, h("img", { src: "/phones/leaf.svg", alt: "" }));

const system = ({ text }) =>
  h("li", { class: "system" }, h("span", null, t(`system_${text}`, { otherwise: text })));
