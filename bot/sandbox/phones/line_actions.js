// Does what pressing a LINE button does; the platform decides what comes of it.
import { h } from "./element.js";
import { open } from "./links.js";
import { t } from "./texts.js";

const PLACE = {
  title: "見本の広場",
  address: "見本市中央1-1",
  latitude: 35.0,
  longitude: 135.0,
};

/** Make the act of an attachment; the place is made up. */
export const attachment = {
  photo: { act: "image" },
  sticker: { act: "sticker" },
  place: { act: "location", ...PLACE },
};

const DOERS = {
  postback,
  message: (action, phone) => phone.act({ act: "text", text: action.text ?? action.label }),
  uri: (action, phone) => open(action.uri) || phone.say(t("not_opened", { url: action.uri })),
  datetimepicker: pickTime,
  richmenuswitch: (action, phone) => phone.act(
    { act: "press", data: action.data, richMenuAliasId: action.richMenuAliasId },
  ),
  camera: (_, phone) => phone.act(attachment.photo),
  cameraRoll: (_, phone) => phone.act(attachment.photo),
  location: (_, phone) => phone.act(attachment.place),
  clipboard: copy,
};

/** Press a LINE action on a phone. */
export function press(action, phone) {
  const doer = DOERS[action?.type];
  if (doer) return doer(action, phone);
  return phone.say(t("not_here", { what: action?.type ?? "?" }));
}

function postback(action, phone) {
  if (action.inputOption === "openKeyboard") phone.fill(action.fillInText ?? "");
  if (action.inputOption === "openRichMenu") phone.showMenu(true);
  if (action.inputOption === "closeRichMenu") phone.showMenu(false);
  const { data, displayText, text } = action;
  return phone.act({ act: "press", data, displayText, text });
}

async function copy(action, phone) {
  await navigator.clipboard?.writeText(action.clipboardText).catch(() => null);
  phone.say(t("copied"));
}

async function pickTime(action, phone) {
  const chosen = await askTime(action);
  if (chosen) phone.act({ act: "press", data: action.data, params: { [action.mode]: chosen } });
}

const FIELDS = { date: "date", time: "time", datetime: "datetime-local" };

function askTime(action) {
  const field = h(
    "input",
    {
      type: FIELDS[action.mode] ?? "date",
      value: action.initial,
      min: action.min,
      max: action.max,
      required: true,
    },
  );
  const ok = h("button", { value: "ok" }, t("ok"));
  const cancel = h("button", { value: "", formnovalidate: true }, t("cancel"));
  const label = h("label", null, t("choose_time"), field);
  const form = h("form", { method: "dialog" }, label, h("div", { class: "row" }, ok, cancel));
  const dialog = h("dialog", { class: "ask", "aria-label": t("choose_time") }, form);
  document.body.append(dialog);
  return new Promise((done) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(dialog.returnValue === "ok" ? field.value : null);
    });
    dialog.showModal();
  });
}
