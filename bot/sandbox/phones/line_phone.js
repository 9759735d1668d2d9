// The LINE phone: friend or not, quick replies, the rich menu.
import { h } from "./element.js";
import { attachment, press } from "./line_actions.js";
import { lineMessage, quickReplies } from "./line_messages.js";
import { control, invitation, Phone } from "./phone.js";
import { richMenu } from "./rich_menu.js";
import { t } from "./texts.js";

export class LinePhone extends Phone {
  constructor(desk) {
    super(desk, "line");
    this.menuOpen = true;
  }

  attachments() {
    return Object.entries(attachment);
  }

  attached(wish) {
    return wish;
  }

  before() {
    return [];
  }

  message(message) {
    return lineMessage(message, (action) => press(action, this));
  }

  /** Draw what depends on the friendship: the state, the buttons above, the foot of the phone. */
  dress(screen) {
    const { following, blocked } = screen.person;
    const word = blocked ? "blocked" : following ? "friend" : "stranger";
    this.turn(word, () => this.offerFriendship(word));
    this.drawUnder(screen, word === "friend");
  }

  offerFriendship(word) {
    const [name, act] = {
      blocked: ["unblock", "follow"],
      friend: ["block", "unfollow"],
      stranger: ["add_friend", "follow"],
    }[word];
    const deed = () => this.act({ act });
    this.controls.replaceChildren(control(t(name), deed, word === "friend" ? "" : "strong"));
    this.foot.replaceChildren(word === "friend" ? this.composer : invitation(t(name), deed));
  }

  drawUnder(screen, friend) {
    const menu = friend ? (screen.rich_menu ?? null) : null;
    const print = JSON.stringify([menu, this.menuOpen, this.lastQuick(screen)]);
    if (print === this.underPrint && this.under.isConnected && this.underNode === this.under) return;
    [this.underPrint, this.underNode] = [print, this.under];
    const act = (action) => press(action, this);
    this.under.replaceChildren(
      ...[
        quickReplies(this.lastQuick(screen), act),
        menu && this.menuOpen ? richMenu(menu, act) : null,
        menu ? this.menuBar(menu) : null,
      ].filter(Boolean),
    );
  }

  lastQuick(screen) {
    return screen.messages?.at(-1)?.quick ?? null;
  }

  menuBar(menu) {
    return h(
      "button",
      {
        type: "button",
        class: "menu-bar",
        "aria-expanded": String(this.menuOpen),
        onclick: () => this.showMenu(!this.menuOpen),
      },
      `${menu.chatBarText ?? t("menu")} ${this.menuOpen ? "▾" : "▴"}`,
    );
  }

  showMenu(open) {
    this.menuOpen = open;
    if (this.screen) this.dress(this.screen);
  }
}
