// Chooses who holds which phone, and adds persons; makes one on each platform when there is none.
import { get, post } from "./control.js";
import { h } from "./element.js";
import { language, t } from "./texts.js";

export class People {
  constructor(card, phones, complain) {
    this.card = card;
    this.phones = phones;
    this.complain = complain;
    this.known = [];
    for (const phone of phones) phone.chosen = (id) => this.choose(phone, id);
    this.build();
    document.addEventListener("language", () => {
      this.build();
      this.offer();
    });
  }

  build() {
    const platform = h(
      "select",
      null,
      h("option", { value: "line" }, "LINE"),
      h("option", { value: "telegram" }, "Telegram"),
    );
    const name = h("input", { required: true, maxlength: "40", autocomplete: "off" });
    const words = h(
      "input",
      { required: true, value: language(), maxlength: "10", pattern: "[A-Za-z\\-]+", autocomplete: "off" },
    );
    const submit = (event) => {
      event.preventDefault();
      this.add(platform.value, name.value, words.value).then((added) => {
        if (added) name.value = "";
      });
    };
    const fields = [["platform", platform], ["person_name", name], ["person_language", words]];
    const form = h(
      "form",
      { class: "grid", onsubmit: submit },
      fields.map(([text, field]) => h("label", null, t(text), field)),
      h("button", null, t("add")),
    );
    this.card.replaceChildren(h("h2", { id: "people-title" }, t("people")), form);
  }

  /** Tell whether this name of a change ("line:U…") is of someone the page does not know yet. */
  news(change) {
    const [platform, id] = change.split(":");
    return this.phones.some((phone) => phone.platform === platform) && !this.known.some(
      (person) => person.platform === platform && String(person.id) === id,
    );
  }

  async load() {
    try {
      this.known = (await get("/control/people")).people;
      for (const { platform } of this.phones) {
        if (this.of(platform).length === 0) await this.first(platform);
      }
      this.offer();
    } catch (error) {
      this.complain(error);
    }
  }

  async first(platform) {
    const person = { platform, name: t("first_person"), language: language() };
    const { id } = await post("/control/people", person).catch(
      (error) => (error.status ? {} : Promise.reject(error)),
    );
    if (id !== undefined) this.known.push({ ...person, id });
  }

  of(platform) {
    return this.known.filter((person) => person.platform === platform);
  }

  async add(platform, name, words) {
    try {
      const { id } = await post("/control/people", { platform, name, language: words });
      await this.load();
      this.choose(this.phones.find((phone) => phone.platform === platform), String(id));
      return true;
    } catch (error) {
      this.complain(error);
      return false;
    }
  }

  choose(phone, id) {
    localStorage.setItem(`holder-${phone.platform}`, id);
    phone.holder.value = id;
    phone.hold(id);
  }

  /** Fill the choices; the one who held the phone keeps it, also over a reload. */
  offer() {
    for (const phone of this.phones) {
      const people = this.of(phone.platform).map((person) => ({ ...person, id: String(person.id) }));
      phone.holder.replaceChildren(
        ...people.map((person) => h("option", { value: person.id }, `${person.name} (${person.language})`)),
      );
      const wanted = [phone.person, localStorage.getItem(`holder-${phone.platform}`), people[0]?.id];
      const found = wanted.find((id) => people.some((person) => person.id === id));
      if (found !== undefined) this.choose(phone, found);
    }
  }
}
