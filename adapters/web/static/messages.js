// The conversation: one node for each entry, drawn anew only when the entry or the look has changed.

import { drawCard } from "./cards.js";
import { el } from "./dom.js";
import { drawSlack } from "./slack.js";

export class Messages {
  constructor(box, words, press) {
    this.box = box;
    this.words = words;
    this.press = press;
    this.nodes = new Map();
    this.look = "slack";
    this.member = "";
  }

  // Shows the entries of a view and returns those that were not there before.
  show(view, look, face) {
    const isOther = view.member !== this.member || look !== this.look;
    if (isOther) this.nodes.clear();
    this.look = look;
    this.member = view.member;
    const fresh = [];
    const nodes = view.messages.map((entry) => {
      const known = this.nodes.get(entry.id);
      if (known && known.revision === entry.revision) return known.node;
      const node = this.draw(entry, face);
      if (!isOther && !known) node.classList.add("fresh");
      if (!known) fresh.push(entry);
      this.nodes.set(entry.id, { node, revision: entry.revision });
      return node;
    });
    this.place(nodes);
    if (isOther || fresh.length) this.scroll(view.messages, fresh);
    return isOther ? [] : fresh;
  }

  // Leaves nodes alone that stand where they should, so that focus stays in them.
  place(nodes) {
    nodes.forEach((node, at) => {
      if (this.box.children[at] !== node) this.box.insertBefore(node, this.box.children[at] || null);
    });
    while (this.box.children.length > nodes.length) this.box.lastElementChild.remove();
  }

  // Down to what is new, from its beginning: the first fresh entry, else the last thing the member said.
  scroll(entries, fresh) {
    const from = fresh.length && fresh.length < entries.length ? fresh[0] : entries.findLast(({ author }) => author === "member");
    const node = from ? this.nodes.get(from.id).node : null;
    this.box.scrollTop = node ? node.offsetTop - this.box.offsetTop - 8 : this.box.scrollHeight;
  }

  draw(entry, face) {
    const mine = entry.author === "member";
    const name = mine ? face.name : this.words.mentor;
    const badge = mine ? null : el("span", { class: "badge" }, this.words.app);
    const byline = el("p", { class: "byline" }, el("strong", {}, name), badge, el("time", {}, entry.at));
    const notice = entry.author === "unasked" ? this.notice(entry) : null;
    return el(
      "article",
      { class: `entry ${mine ? "mine" : "theirs"}`, "data-id": entry.id, tabindex: "-1", "aria-label": `${name}, ${entry.at}` },
      mine ? el("span", { class: `face ${face.avatar}`, "aria-hidden": "true" }, face.initial) : botFace(),
      el("div", { class: "said" }, byline, notice, mine ? this.typed(entry) : this.drawn(entry)),
    );
  }

  notice(entry) {
    return el("p", { class: "notified" }, this.words.notified.replace("{notice}", entry.notice));
  }

  typed(entry) {
    return el("p", { class: "typed" }, entry.words || this.words.nothing);
  }

  drawn(entry) {
    const node =
      this.look === "slack"
        ? drawSlack(entry.drawn.slack, (action, values) => this.press(entry, { slack: { action, values } }))
        : drawCard(entry.drawn.teams, (value) => this.press(entry, { teams: value }));
    return [node, this.files(entry), asJson(entry.drawn, this.words)];
  }

  // Each platform brings a file in its own way; here it is downloaded.
  files(entry) {
    return (entry.drawn.files || []).map(({ name }, place) => {
      const where = new URLSearchParams({ member: this.member, message: entry.id, file: place });
      const words = this.words.file.replace("{name}", name);
      return el("p", { class: "file" }, el("a", { href: `/playground/api/file?${where}`, download: name }, words));
    });
  }

  find(id) {
    const found = this.nodes.get(id);
    if (!found) return;
    for (const { node } of this.nodes.values()) node.classList.remove("found");
    found.node.classList.add("found");
    found.node.scrollIntoView({ block: "start" });
    found.node.focus({ preventScroll: true });
  }
}

function botFace() {
  return el("span", { class: "face", "aria-hidden": "true" }, el("img", { src: "/playground/static/mark.svg", alt: "" }));
}

// Written out only when somebody opens it.
export function asJson(drawn, words) {
  const details = el("details", { class: "json" }, el("summary", {}, words.json));
  details.addEventListener(
    "toggle",
    () => {
      for (const [title, value] of [
        ["Slack", drawn.slack],
        ["Teams", drawn.teams],
      ]) {
        details.append(el("h4", {}, title), el("pre", { tabindex: "0" }, JSON.stringify(value, null, 2)));
      }
    },
    { once: true },
  );
  return details;
}
