// The Telegram phone: start and block, the commands menu, toasts and alerts.
import { h } from "./element.js";
import { control, invitation, Phone } from "./phone.js";
import { replyKeyboard, telegramMessage } from "./telegram_messages.js";
import { t } from "./texts.js";

const TOAST_MS = 4000;

export class TelegramPhone extends Phone {
  constructor(desk) {
    super(desk, "telegram");
  }

  attachments() {
    return [["sticker", { act: "sticker" }], ["photo", { act: "photo" }]];
  }

  /** A photo takes the words being written as its caption. */
  attached(wish) {
    const caption = this.field.value.trim();
    if (wish.act !== "photo" || !caption) return wish;
    this.field.value = "";
    return { ...wish, caption };
  }

  before() {
    this.menuButton = h(
      "button",
      {
        type: "button",
        class: "menu-button",
        "aria-expanded": "false",
        onclick: () => this.showCommands(this.list.hidden),
      },
      t("menu"),
    );
    this.list = h("ul", { class: "commands", "aria-label": t("commands"), hidden: true });
    return [this.menuButton, this.list];
  }

  showCommands(open) {
    this.list.hidden = !open;
    this.menuButton.setAttribute("aria-expanded", String(open));
  }

  hold(person) {
    if (person !== this.person) this.showCommands(false);
    super.hold(person);
  }

  message(message) {
    return telegramMessage(message, this.deeds());
  }

  deeds() {
    return {
      command: (text) => this.act({ act: "text", text }),
      press: (of, button) => this.act({ act: "press", message_id: of.id, data: button.callback_data }),
      say: (text) => this.say(text),
      textOf: (id) => this.screen?.messages.find((message) => message.id === id)?.text || "…",
    };
  }

  time() {
    return null; // stands inside the bubble
  }

  dress(screen) {
    const { blocked } = screen.person;
    const started = screen.person.started ?? screen.messages.length > 0;
    const word = blocked ? "blocked" : started ? "started" : "not_started";
    this.turn(word, () => this.offerStart(word));
    this.drawCommands(screen.commands ?? []);
    this.drawUnder(screen, word);
    this.showToasts(screen);
  }

  /** Below the chat: what the bot says of itself before the start, its keyboard after. */
  drawUnder(screen, word) {
    const parts = word === "started" ? replyKeyboard(screen.messages, this.deeds()) : [];
    if (word === "not_started" && screen.description) {
      parts.push(h("p", { class: "description" }, screen.description));
    }
    const print = parts.map((node) => node.outerHTML).join();
    if (this.under.dataset.print === print) return;
    this.under.dataset.print = print;
    this.under.replaceChildren(...parts);
  }

  offerStart(word) {
    const field = h("input", { autocomplete: "off", maxlength: "64" });
    const start = () => this.act(field.value ? { act: "start", payload: field.value } : { act: "start" });
    const deeds = {
      blocked: [["unblock", () => this.act({ act: "unblock" })]],
      started: [["block", () => this.act({ act: "block" })]],
      not_started: [],
    }[word];
    const more = h(
      "details",
      null,
      h("summary", null, t("more")),
      h("label", null, t("payload"), field),
      control(t(word === "started" ? "restart" : "start"), start),
    );
    this.controls.replaceChildren(
      ...deeds.map(([name, deed]) => control(t(name), deed)),
      word === "not_started" ? control(t("start"), start, "strong") : "",
      word === "blocked" ? "" : more,
    );
    const invite = word === "blocked" ? invitation(t("unblock"), deeds[0][1]) : invitation(t("start"), start);
    this.foot.replaceChildren(word === "started" ? this.composer : invite);
  }

  drawCommands(commands) {
    const print = JSON.stringify(commands);
    if (print === this.list.dataset.print) return;
    this.list.dataset.print = print;
    this.menuButton.hidden = commands.length === 0;
    const rows = commands.map(({ command, description }) => {
      const words = [h("span", null, description), h("b", null, `/${command}`)];
      return h("li", null, h("button", { type: "button", onclick: () => this.choose(command) }, words));
    });
    this.list.replaceChildren(...rows);
  }

  choose(command) {
    this.showCommands(false);
    this.act({ act: "text", text: `/${command}` });
  }

  showToasts(screen) {
    if (!this.previous || this.previous === screen) return;
    const before = new Map(
      this.previous.messages.map((message) => [message.id, JSON.stringify(message.toast)]),
    );
    for (const { id, toast } of screen.messages) {
      if (toast && before.get(id) !== JSON.stringify(toast)) this.toast(toast);
    }
  }

  toast(toast) {
    const text = toast.text ?? toast;
    if (!text) return;
    if (toast.alert ?? toast.show_alert) return this.alert(text);
    const node = h("p", { class: "toast", role: "status" }, text);
    this.chat.after(node);
    setTimeout(() => node.remove(), TOAST_MS);
  }

  alert(text) {
    const dialog = h(
      "dialog",
      { class: "ask", "aria-label": text },
      h("p", null, text),
      h("form", { method: "dialog" }, h("button", null, t("ok"))),
    );
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }
}
