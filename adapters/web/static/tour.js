// A guided tour of four stops. It never takes the focus by itself, and Escape or one press ends it.

import { el } from "./dom.js";

const STOPS = ["people", "composer", "calendar", "panel"];
const SEEN = "playground-tour-seen";

export class Tour {
  constructor(words, show) {
    this.words = words;
    this.show = show;
    this.at = -1;
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.end();
    });
    window.addEventListener("resize", () => this.place());
  }

  startOnce() {
    if (!remembered()) this.go(0, { quietly: true });
  }

  go(at, { quietly = false } = {}) {
    this.clear();
    if (at >= STOPS.length) {
      this.end();
      return;
    }
    this.at = at;
    const stop = STOPS[at];
    this.show(stop);
    this.target = document.getElementById(stop);
    this.target.classList.add("toured");
    this.box = this.draw(stop, at);
    document.body.append(this.box);
    this.place();
    if (!quietly) this.box.querySelector(".go").focus();
  }

  draw(stop, at) {
    const last = at === STOPS.length - 1;
    return el(
      "section",
      { class: "tour", "aria-labelledby": "tour-title" },
      el("p", { class: "quiet small" }, this.words["tour.count"].replace("{number}", at + 1).replace("{total}", STOPS.length)),
      el("h2", { id: "tour-title" }, this.words[`tour.${stop}.title`]),
      el("p", {}, this.words[`tour.${stop}`]),
      el(
        "div",
        {},
        el("button", { type: "button", class: "go", onclick: () => this.go(at + 1) }, this.words[last ? "tour.end" : "tour.next"]),
        last ? null : el("button", { type: "button", class: "quiet-button", onclick: () => this.end() }, this.words["tour.skip"]),
      ),
    );
  }

  // Beside its stop where there is room, else below or above it, always inside the window.
  place() {
    if (!this.box) return;
    const target = this.target.getBoundingClientRect();
    const box = this.box.getBoundingClientRect();
    const fits = (left) => left >= 16 && left + box.width <= window.innerWidth - 16;
    const beside = [target.right + 16, target.left - box.width - 16].find(fits);
    const within = (value, size, room) => Math.max(16, Math.min(value, room - size - 16));
    const below = target.bottom + 16 + box.height <= window.innerHeight ? target.bottom + 16 : target.top - box.height - 16;
    const left = beside === undefined ? within(target.left, box.width, window.innerWidth) : beside;
    const top = beside === undefined ? below : target.top;
    this.box.style.left = `${left}px`;
    this.box.style.top = `${within(top, box.height, window.innerHeight)}px`;
  }

  clear() {
    if (this.box) this.box.remove();
    if (this.target) this.target.classList.remove("toured");
    this.box = this.target = null;
  }

  end() {
    if (this.at < 0) return;
    const hadFocus = this.box && this.box.contains(document.activeElement);
    this.clear();
    this.at = -1;
    remember();
    if (hadFocus) document.getElementById("line").focus();
  }
}

function remembered() {
  try {
    return localStorage.getItem(SEEN) === "yes";
  } catch {
    return false;
  }
}

function remember() {
  try {
    localStorage.setItem(SEEN, "yes");
  } catch {
    // a browser that keeps nothing shows the tour again
  }
}
