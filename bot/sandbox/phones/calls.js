// The log of calls and what the month has cost so far.
import { get } from "./control.js";
import { h } from "./element.js";
import { number, shortTime, t } from "./texts.js";

const SHOWN = 200;

export class Calls {
  constructor(card, costCard, complain) {
    Object.assign(this, { card, costCard, complain, calls: [], last: 0, loading: false });
    this.build();
    document.addEventListener("language", () => this.rebuild());
  }

  build() {
    this.list = h("ol", { class: "calls", reversed: true });
    this.empty = h("p", { class: "note" }, t("calls_none"));
    this.card.replaceChildren(h("h2", { id: "calls-title" }, t("calls")), this.empty, this.list);
  }

  rebuild() {
    this.build();
    this.add(this.calls);
    this.showTotals();
  }

  /** Begin again: the sandbox may have been started anew. */
  restart() {
    this.calls = [];
    this.last = 0;
    this.build();
    this.load();
  }

  async load() {
    this.again = true;
    if (this.loading) return;
    this.loading = true;
    while (this.again) {
      this.again = false;
      await this.fetch();
    }
    this.loading = false;
  }

  async fetch() {
    try {
      const { calls, totals } = await get(`/control/calls?after=${this.last}`);
      this.totals = totals;
      this.last = calls.at(-1)?.number ?? this.last;
      this.calls = [...this.calls, ...calls].slice(-SHOWN);
      this.add(calls.slice(-SHOWN));
      this.showTotals();
    } catch (error) {
      this.complain(error);
    }
  }

  add(calls) {
    this.list.prepend(...calls.map(line).reverse());
    while (this.list.children.length > SHOWN) this.list.lastChild.remove();
    this.empty.hidden = this.list.children.length > 0;
  }

  showTotals() {
    const { line: costs, telegram } = this.totals ?? {};
    const yen = number(Math.round(costs?.yen ?? 0));
    const used = number(costs?.used ?? costs?.counted);
    const words = [];
    const key = costs?.quota ? "cost_line" : "cost_line_open";
    if (costs) words.push(t(key, { used, quota: number(costs.quota), yen }));
    if (telegram) words.push(t("cost_telegram", { messages: number(telegram.messages) }));
    this.costCard.replaceChildren(
      h("h2", { id: "cost-title" }, t("cost")),
      ...words.map((text) => h("p", { class: "figure" }, text)),
    );
  }
}

function line(call) {
  const bad = call.status === null || call.status >= 400 || call.fault;
  const cells = [
    ["number", `#${call.number}`],
    ["at", shortTime(call.at)],
    ["tag", call.platform === "line" ? "LINE" : "Telegram"],
    ["name", call.name],
    [bad ? "status bad" : "status", String(call.status ?? "—")],
    ["price", price(call)],
  ];
  const summary = h("summary", null, cells.map(([name, words]) => h("span", { class: name }, words)));
  const details = h("details", null, summary);
  details.addEventListener(
    "toggle",
    () => details.children.length > 1 || details.append(...inside(call)),
    { once: true },
  );
  return h("li", null, details);
}

function price(call) {
  if (!call.counted || call.platform === "telegram") return t("free");
  const key = call.yen ? "charged_yen" : "charged";
  return t(key, { n: number(call.counted), yen: number(call.yen) });
}

function inside(call) {
  const facts = [
    call.path,
    call.fault && `⚠ ${call.fault}`,
    call.violation && `⚠ ${call.violation}`,
    call.key,
    call.took_ms !== undefined && `${Math.round(call.took_ms)} ms`,
  ];
  return [
    h("p", { class: "note" }, facts.filter(Boolean).join(" ・ ")),
    h("h3", null, t("request")), json(call.request, t("request")),
    h("h3", null, t("answer")), json(call.answer, t("answer")),
  ];
}

const json = (value, name) => h(
  "pre",
  { tabindex: "0", "aria-label": name, role: "region" },
  JSON.stringify(value ?? null, null, 2),
);
