// Asks this browser for a passkey and sends its answer in the form that wants one; codes and passwords need no script.

const TROUBLES = {
  NotAllowedError: "パスキーの確認が取り消されたか、時間が切れました。もう一度ためせます。",
  InvalidStateError: "この端末のパスキーは、もう登録されています。",
  SecurityError: "このページの住所では、パスキーを使えません。",
};
const isAddress = /^[\d.]+$|:/.test(location.hostname); // no passkey is ever made for the number of a machine

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (isAddress || !window.PublicKeyCredential?.parseRequestOptionsFromJSON) continue;
  const button = form.querySelector("button.passkey");
  button.hidden = false;
  button.addEventListener("click", () => press(form));
}

async function press(form) {
  const replaced = [...form.querySelectorAll("[data-or-passkey]")];
  for (const field of replaced) field.required = false;
  try {
    if (!form.reportValidity()) return;
    const answer = form.dataset.passkey ? await make(form.dataset.passkey) : await ask();
    form.elements.passkey.value = JSON.stringify(answer);
    form.submit();
  } catch (error) {
    form.querySelector(".trouble").textContent = TROUBLES[error.name] ?? error.message;
  } finally {
    for (const field of replaced) field.required = true;
  }
}

async function make(options) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options));
  return navigator.credentials.create({ publicKey });
}

async function ask() {
  const headers = { Accept: "application/json", "X-Requested-With": "passkey" };
  const response = await fetch("/staff/challenge", { method: "POST", headers });
  const given = await response.json();
  if (!response.ok) throw new Error(given.error);
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(given);
  return navigator.credentials.get({ publicKey });
}
