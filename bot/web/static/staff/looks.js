// Shows how phones draw what is being written, in the language one writes; without it a button of the form does.

const PAUSE = 400;
const GONE = "見た目を出せませんでした。「保存せずに見た目を見る」を押してください。";
const form = document.querySelector("form.compose");
const live = document.querySelector("#live");
const column = live.parentElement;
const wide = matchMedia("(min-width: 75rem)");
let writing = form.querySelector("fieldset");
let timer;
let asked = 0;

/** Beside all languages where there is room, else under the fields of the one that is written. */
function place() {
  const where = wide.matches ? column : writing;
  if (live.parentElement !== where) where.append(live);
}

/** Show the language that is written; who has no text of their own gets the Japanese. */
function choose() {
  const tag = writing.querySelector("textarea").lang;
  const all = [...live.querySelectorAll("section")];
  const mine = all.find((one) => one.getAttribute("aria-labelledby") === `live-${tag}`) ?? all[0];
  for (const one of all) one.hidden = one !== mine;
  live.hidden = !live.childElementCount;
}

async function look() {
  const turn = (asked += 1);
  const fields = new FormData(form);
  fields.delete("file"); // a photograph is not sent with every letter
  try {
    const answer = await fetch("/staff/broadcasts/looks", { method: "POST", body: new URLSearchParams(fields) });
    if (!answer.ok) throw new Error(answer.status);
    const drawn = await answer.text();
    if (turn !== asked) return; // something newer has been written
    live.innerHTML = drawn;
  } catch {
    live.textContent = GONE;
  }
  choose();
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
});
form.addEventListener("focusin", (event) => {
  writing = event.target.closest(".tongues fieldset") ?? writing;
  place();
  choose();
});
wide.addEventListener("change", place);
place();
look();
