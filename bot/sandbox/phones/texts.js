// Every word of the page in both languages, and the switch between them.

const TEXTS = {
  title: ["ためし用の電話", "Practice phones"],
  lead: [
    "このコンピューターの中だけで動く練習用の LINE と Telegram です。本物の利用者には届きません。",
    "A practice LINE and Telegram inside this computer only. Nothing reaches real people.",
  ],
  language: ["画面のことば", "Language of this page"],
  shown: ["表示する電話", "Phone shown"],
  both: ["両方", "Both"],
  account: ["市の公式アカウント", "City account"],
  holder: ["持っている人", "Held by"],
  friend: ["友だち", "Friend"],
  stranger: ["まだ友だちではありません", "Not a friend yet"],
  blocked: ["ブロック中", "Blocked"],
  started: ["ボット", "bot"],
  not_started: ["まだ始めていません", "Not started yet"],
  add_friend: ["友だち追加", "Add friend"],
  block: ["ブロック", "Block"],
  unblock: ["再開", "Unblock"],
  start: ["START", "START"],
  restart: ["もう一度 /start", "Send /start again"],
  more: ["詳しく", "More"],
  payload: ["リンクの合言葉（t.me/…?start= の後）", "Deep-link payload (after t.me/…?start=)"],
  write: ["メッセージを入力", "Write a message"],
  send: ["送信", "Send"],
  send_sticker: ["スタンプを送る", "Send a sticker"],
  send_photo: ["写真を送る", "Send a photo"],
  send_place: ["位置情報を送る", "Send a place"],
  chat: ["トーク", "Chat"],
  system_follow: ["友だちになりました", "You are friends now"],
  system_unfollow: ["ブロックしました", "You blocked this account"],
  typing: ["入力中…", "typing…"],
  sticker: ["スタンプ", "Sticker"],
  image: ["画像", "Image"],
  place: ["位置情報", "Place"],
  edited: ["編集済み", "edited"],
  quick: ["返信の候補", "Quick replies"],
  cards: ["カード（横に動かせます）", "Cards (scroll sideways)"],
  menu: ["メニュー", "Menu"],
  area: ["メニューの {n} 番", "Menu area {n}"],
  commands: ["コマンド", "Commands"],
  spoiler: ["隠された文（押すと見えます）", "Hidden text (press to show)"],
  opens: ["{url}（新しいタブで開きます）", "{url} (opens in a new tab)"],
  not_opened: ["この電話では開けないリンクです: {url}", "This phone cannot open: {url}"],
  copied: ["コピーしました", "Copied"],
  not_here: ["この操作は練習用の電話にはありません: {what}", "The practice phone has no such action: {what}"],
  choose_time: ["日時を選ぶ", "Choose a date and time"],
  ok: ["OK", "OK"],
  cancel: ["やめる", "Cancel"],
  clock: ["ボットの時計", "The bot's clock"],
  clock_none: [
    "動かせる時計はありません（--clock-url が指定されていません）。",
    "There is no movable clock (--clock-url is not given).",
  ],
  clock_moved: ["動かした時計です", "This clock was moved"],
  hour: ["+1時間", "+1 hour"],
  day: ["+1日", "+1 day"],
  week: ["+1週間", "+1 week"],
  set_time: ["日時を決める（日本時間）", "Set date and time (Japan)"],
  set: ["合わせる", "Set"],
  cost: ["今月の費用", "Cost this month"],
  cost_line: ["LINE: {used} 通 / {quota} 通 ・ {yen} 円", "LINE: {used} of {quota} messages · ¥{yen}"],
  cost_line_open: ["LINE: {used} 通 ・ {yen} 円", "LINE: {used} messages · ¥{yen}"],
  cost_telegram: ["Telegram: {messages} 通 ・ 無料", "Telegram: {messages} messages · free"],
  calls: ["呼び出しの記録", "Log of calls"],
  calls_none: ["まだ呼び出しはありません。", "No calls yet."],
  free: ["無料", "free"],
  charged: ["{n} 通", "{n} msg"],
  charged_yen: ["{n} 通 ・ {yen} 円", "{n} msg · ¥{yen}"],
  request: ["送られた内容", "Request"],
  answer: ["返した内容", "Answer"],
  faults: ["故障の練習", "Order a fault"],
  platform: ["どちら", "Platform"],
  call: ["呼び出し（* はすべて）", "Call (* is every call)"],
  kind: ["故障の種類", "Kind of fault"],
  times: ["回数", "Times"],
  seconds: ["秒（遅いとき・待たせるとき）", "Seconds (slow, retry after)"],
  order: ["故障を起こす", "Order"],
  clear: ["すべて取り消す", "Clear all"],
  faults_none: ["起こす故障はありません。", "None ordered."],
  fault_line: ["{platform} ・ {name} ・ {kind} ・ 残り {times} 回", "{platform} · {name} · {kind} · {times} left"],
  "fault_429": ["混雑（429）", "rate limit (429)"],
  "fault_429-monthly": ["月の上限（429）", "monthly limit (429)"],
  "fault_500": ["相手の故障（500）", "server error (500)"],
  "fault_502-html": ["中継の故障（502、HTML）", "gateway error (502, HTML)"],
  "fault_401": ["トークン無効（401）", "bad token (401)"],
  "fault_403": ["ブロックされた（403）", "blocked (403)"],
  fault_timeout: ["返事なし", "never answers"],
  fault_slow: ["遅い返事", "slow answer"],
  fault_reset: ["接続が切れる（受け取った後）", "reset after reading"],
  "fault_refuse-before": ["接続が切れる（受け取る前）", "closed before reading"],
  fault_drip: ["少しずつしか届かない", "slow-drip body"],
  fault_cut: ["途中で切れる", "body cut off"],
  fault_junk: ["読めない返事", "unreadable answer"],
  "fault_accepted-no-answer": ["受け付けたが返事なし", "accepted, no answer"],
  "fault_accepted-500": ["受け付けたのに 500", "accepted, answers 500"],
  people: ["人を増やす", "Add a person"],
  person_name: ["名前", "Name"],
  person_language: ["ことば（ja, en など）", "Language (ja, en …)"],
  add: ["増やす", "Add"],
  first_person: ["ためしの人", "Practice person"],
  lost: [
    "サンドボックスから返事がありません。つながるまで待っています…",
    "The sandbox does not answer. Waiting for it…",
  ],
  refused: ["できませんでした: {why}", "That did not work: {why}"],
  undelivered: [
    "ボットに届きませんでした。ボットが動いているか、確かめてください。",
    "The bot could not be reached. Is it running?",
  ],
  rejected: ["ボットが HTTP {status} を返しました。", "The bot answered HTTP {status}."],
};

const LANGUAGES = ["ja", "en"];
let chosen = LANGUAGES.includes(localStorage.getItem("language")) ? localStorage.getItem("language") : "ja";

/** Say a text of the table; `{name}` is filled from `values`, `otherwise` is said where there is no such text. */
export function t(key, values = {}) {
  const text = TEXTS[key]?.[LANGUAGES.indexOf(chosen)] ?? values.otherwise ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export const language = () => chosen;

/** Choose the page's language and tell every part ("language" on the document). */
export function chooseLanguage(code) {
  chosen = code;
  localStorage.setItem("language", code);
  translatePage();
  document.dispatchEvent(new Event("language"));
}

/** Fill the words of the elements that index.html holds. */
export function translatePage() {
  document.documentElement.lang = chosen;
  document.title = t("title");
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", t(node.dataset.label));
  }
  for (const node of document.querySelectorAll("[data-language]")) {
    node.setAttribute("aria-pressed", String(node.dataset.language === chosen));
  }
}

const NUMBERS = new Intl.NumberFormat("ja-JP");
export const number = (value) => NUMBERS.format(value ?? 0);

const TOKYO = { timeZone: "Asia/Tokyo" };
const DAY = { year: "numeric", month: "long", day: "numeric", weekday: "short" };

/** Say a moment as a clock does on the wall: 2022年1月20日(木) 午前9:00. */
export function longTime(moment) {
  const parts = { ...TOKYO, ...DAY, hour: "numeric", minute: "2-digit", hour12: true };
  return new Intl.DateTimeFormat(chosen === "ja" ? "ja-JP" : "en-GB", parts).format(moment);
}

/** Say hours and minutes in Japan, as a chat does; `at` is ISO 8601. */
export function shortTime(at) {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return "";
  return new Intl.DateTimeFormat("ja-JP", { ...TOKYO, hour: "2-digit", minute: "2-digit" }).format(moment);
}
