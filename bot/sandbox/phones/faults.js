// Lets a trainer order failures of the platforms, so that everyone sees what the bot does then.
import { get, post, remove } from "./control.js";
import { h } from "./element.js";
import { t } from "./texts.js";

const BOTH = [
  "429",
  "500",
  "502-html",
  "401",
  "403",
  "timeout",
  "slow",
  "reset",
  "refuse-before",
  "drip",
  "cut",
  "junk",
  "accepted-no-answer",
  "accepted-500",
];
const KINDS = {
  line: ["429", "429-monthly", ...BOTH.filter((kind) => !["429", "403"].includes(kind))],
  telegram: BOTH,
};
const CALLS = {
  line: ["*", "reply", "push", "multicast", "broadcast"],
  telegram: ["*", "sendMessage", "sendPhoto", "editMessageText", "answerCallbackQuery"],
};

export class FaultOrders {
  constructor(card, complain) {
    this.card = card;
    this.complain = complain;
    this.found = [];
    this.build();
    document.addEventListener("language", () => this.build());
  }

  build() {
    this.platform = h(
      "select",
      { onchange: () => this.offer() },
      h("option", { value: "line" }, "LINE"),
      h("option", { value: "telegram" }, "Telegram"),
    );
    this.name = h("input", { value: "*", list: "call-names", required: true, autocomplete: "off" });
    this.names = h("datalist", { id: "call-names" });
    this.kind = h("select");
    this.times = h("input", { type: "number", min: "1", max: "1000", value: "1", required: true });
    this.seconds = h("input", { type: "number", min: "0", max: "600", step: "0.1" });
    const fields = [
      ["platform", this.platform],
      ["call", this.name],
      ["kind", this.kind],
      ["times", this.times],
      ["seconds", this.seconds],
    ];
    const form = h(
      "form",
      { class: "grid", onsubmit: (event) => this.order(event) },
      fields.map(([text, field]) => h("label", null, t(text), field)),
      this.names,
      h("button", null, t("order")),
    );
    this.list = h("ul", { class: "plain" });
    const clear = h("button", { type: "button", onclick: () => this.clear() }, t("clear"));
    this.card.replaceChildren(h("h2", { id: "faults-title" }, t("faults")), form, this.list, clear);
    this.offer();
    this.show(this.found);
  }

  offer() {
    const options = KINDS[this.platform.value].map(
      (kind) => h("option", { value: kind }, t(`fault_${kind}`)),
    );
    this.kind.replaceChildren(...options);
    this.names.replaceChildren(...CALLS[this.platform.value].map((name) => h("option", { value: name })));
  }

  show(found) {
    this.found = found;
    const lines = found.map(
      (fault) => h(
        "li",
        null,
        t(
          "fault_line",
          {
            ...fault,
            platform: fault.platform === "line" ? "LINE" : "Telegram",
            kind: t(`fault_${fault.kind}`),
          },
        ),
      ),
    );
    this.list.replaceChildren(...(lines.length ? lines : [h("li", { class: "note" }, t("faults_none"))]));
  }

  order(event) {
    event.preventDefault();
    const wish = {
      platform: this.platform.value,
      name: this.name.value,
      kind: this.kind.value,
      times: Number(this.times.value),
    };
    const seconds = Number(this.seconds.value);
    if (this.seconds.value && wish.kind.startsWith("429")) wish.retry_after = Math.ceil(seconds);
    else if (this.seconds.value) wish.seconds = seconds;
    this.ask(() => post("/control/faults", wish));
  }

  clear() {
    this.ask(() => remove("/control/faults"));
  }

  load() {
    this.ask(async () => null);
  }

  async ask(work) {
    try {
      await work();
      this.show((await get("/control/faults")).faults);
    } catch (error) {
      this.complain(error);
    }
  }
}
