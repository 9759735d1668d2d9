// Puts the page together: two phones, the panel, the language, and what changed.
import { Calls } from "./calls.js";
import { Clock } from "./clock.js";
import { follow, get } from "./control.js";
import { FaultOrders } from "./faults.js";
import { LinePhone } from "./line_phone.js";
import { learn } from "./links.js";
import { People } from "./people.js";
import { TelegramPhone } from "./telegram_phone.js";
import { chooseLanguage, t, translatePage } from "./texts.js";

const byId = (id) => document.getElementById(id);

/** Show a line at the top, or hide it for "". */
function notice(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = text === "";
}

function complain(error) {
  if (error.status === undefined) throw error;
  notice(error.status === 0 ? t("lost") : t("refused", { why: error.message || `HTTP ${error.status}` }));
}

function show(which) {
  document.body.dataset.shown = which;
  for (const button of document.querySelectorAll("[data-show]")) {
    button.setAttribute("aria-pressed", String(button.dataset.show === which));
  }
}

function wire(parts) {
  document.addEventListener("click", ({ target }) => {
    if (target.dataset.language) chooseLanguage(target.dataset.language);
    if (target.dataset.show) show(target.dataset.show);
  });
  document.addEventListener("deeplink", ({ detail }) => enter(detail, parts.phones));
  follow((changes) => take(changes, parts), (lost) => notice(lost ? t("lost") : ""));
}

/** Go where a link into one of the apps leads. */
function enter({ platform, payload, text }, phones) {
  const phone = phones.find((one) => one.platform === platform);
  if (document.body.dataset.shown !== "both") show(platform);
  phone.desk.scrollIntoView({ block: "nearest" });
  if (platform === "telegram") phone.act(payload ? { act: "start", payload } : { act: "start" });
  else phone.fill(text);
}

/** Fetch again what the changes name, and nothing else. */
function take(changes, { phones, people, calls, faults, clock }) {
  const all = changes.includes("*");
  if (all) {
    calls.restart();
    clock.load();
    for (const phone of phones) phone.person = null; // the persons may be others now
  }
  if (all || changes.some((change) => people.news(change))) people.load();
  if (!all && changes.includes("calls")) calls.load();
  if (all || changes.includes("calls")) faults.load();
  for (const phone of phones) {
    if (changes.includes(`${phone.platform}:${phone.person}`)) phone.refresh();
  }
}

async function begin() {
  translatePage();
  show("line");
  const phones = [new LinePhone(byId("line")), new TelegramPhone(byId("telegram"))];
  const parts = {
    phones,
    people: new People(byId("people"), phones, complain),
    calls: new Calls(byId("calls"), byId("cost"), complain),
    faults: new FaultOrders(byId("faults"), complain),
    clock: new Clock(byId("clock"), complain),
  };
  await get("/control/settings").then(learn, complain);
  await parts.people.load();
  parts.calls.load();
  parts.faults.load();
  parts.clock.load();
  wire(parts);
}

begin();
