// The panel of the app's movable clock; calendar time only, and only where the app offers one.
import { get, post } from "./control.js";
import { h } from "./element.js";
import { longTime, t } from "./texts.js";

const STEPS = { hour: 3600, day: 86400, week: 604800 };
const TICK_MS = 1000;
const ASK_MS = 20000;

export class Clock {
  constructor(card, complain) {
    this.card = card;
    this.complain = complain;
    this.build();
    document.addEventListener("language", () => {
      this.build();
      this.show(this.found);
    });
    setInterval(() => this.tick(), TICK_MS);
    setInterval(() => document.hidden || this.load(), ASK_MS);
  }

  build() {
    this.face = h("p", { class: "face" });
    this.note = h("p", { class: "note" });
    const steps = Object.entries(STEPS).map(
      ([name, seconds]) => h(
        "button",
        { type: "button", onclick: () => this.move({ add_seconds: seconds }) },
        t(name),
      ),
    );
    this.field = h("input", { type: "datetime-local", required: true });
    const form = h(
      "form",
      { class: "row", onsubmit: (event) => this.set(event) },
      h("label", null, t("set_time"), this.field),
      h("button", null, t("set")),
    );
    this.works = h("div", null, this.face, h("div", { class: "row" }, steps), form);
    this.card.replaceChildren(h("h2", { id: "clock-title" }, t("clock")), this.works, this.note);
  }

  async load() {
    try {
      this.take(await get("/control/clock"));
    } catch (error) {
      if (error.status === 404) this.show(null);
      else this.complain(error);
    }
  }

  take(found) {
    this.asked = performance.now();
    this.show(found);
  }

  show(found) {
    this.found = found;
    this.works.hidden = !found;
    this.note.textContent = found ? (found.moved ? t("clock_moved") : "") : t("clock_none");
    this.tick();
  }

  /** Let the face go on by itself between two questions. */
  tick() {
    if (!this.found) return;
    const now = new Date(Date.parse(this.found.now) + performance.now() - this.asked);
    const words = longTime(now);
    if (this.face.textContent !== words) this.face.textContent = words;
  }

  async move(wish) {
    try {
      this.take(await post("/control/clock", wish));
    } catch (error) {
      this.complain(error);
    }
  }

  set(event) {
    event.preventDefault();
    this.move({ set: `${this.field.value}:00+09:00` });
  }
}
