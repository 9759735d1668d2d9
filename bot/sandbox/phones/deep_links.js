// Knows the links that lead from anywhere into one of the two apps, and what the app then does.

const TELEGRAM = /^https:\/\/t\.me\/\w+\/?(?:\?start=([A-Za-z0-9_-]{1,64}))?$/;
const LINE_TEXT = /^https:\/\/line\.me\/R\/oaMessage\/[^/?]+\/?\?(.*)$/;
const LINE_ACCOUNT = /^https:\/\/(?:line\.me\/R\/ti\/p\/|lin\.ee\/)[^/?]+$/;

/** Answer `{platform, payload}` or `{platform, text}` for a link into an app, null for any other link. */
export function deepLink(url) {
  const telegram = TELEGRAM.exec(url);
  if (telegram) return { platform: "telegram", payload: telegram[1] ?? "" };
  const text = LINE_TEXT.exec(url);
  if (text) return { platform: "line", text: decoded(text[1]) };
  return LINE_ACCOUNT.test(url) ? { platform: "line", text: "" } : null;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Tell the page to follow a link into an app; answers false when the link is another. */
export function enter(url) {
  const found = deepLink(url);
  if (found) document.dispatchEvent(new CustomEvent("deeplink", { detail: found }));
  return found !== null;
}
