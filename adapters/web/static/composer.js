// The line to type, with commands suggested: a combobox in the pattern that screen readers know.

import { el } from "./dom.js";

const SHOWN = 8;

export class Composer {
  constructor(form, list, commands, send) {
    this.field = form.elements.line;
    this.list = list;
    this.commands = commands;
    this.chosen = -1;
    this.found = [];
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.close();
      send(this.field.value);
      this.field.value = "";
    });
    this.field.addEventListener("input", () => this.suggest());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("blur", () => this.close());
  }

  suggest() {
    const typed = this.field.value.trimStart().replace(/^\/(mentor\s*)?/, "").toLowerCase();
    this.found = typed || this.field.value.startsWith("/") ? this.matching(typed) : [];
    this.show();
  }

  matching(typed) {
    const word = typed.split(" ")[0];
    const near = this.commands.filter(({ name }) => (typed.includes(" ") ? name === word : name.startsWith(typed)));
    const names = near
      .filter(({ name }) => name !== word)
      .map((command) => ({ line: command.name, says: command.summary }));
    const lines = near
      .filter(() => near.length <= 2)
      .flatMap((command) => command.examples.map((line) => ({ line, says: "" })))
      .filter(({ line }) => line.toLowerCase().startsWith(typed) && line.toLowerCase() !== typed && line.length < 60);
    return [...names, ...lines].slice(0, SHOWN);
  }

  show() {
    this.chosen = -1;
    this.list.replaceChildren(...this.found.map((one, at) => this.option(one, at)));
    this.list.hidden = !this.found.length;
    this.field.setAttribute("aria-expanded", String(!this.list.hidden));
    this.field.removeAttribute("aria-activedescendant");
  }

  option({ line, says }, at) {
    const onmousedown = (event) => {
      event.preventDefault();
      this.take(at);
    };
    return el(
      "div",
      { id: `suggestion-${at}`, class: "suggestion", role: "option", "aria-selected": "false", onmousedown },
      el("strong", {}, line),
      el("span", {}, says),
    );
  }

  key(event) {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") this.step(event);
    else if (event.key === "Escape") this.close();
    else if ((event.key === "Enter" || event.key === "Tab") && this.chosen >= 0) {
      event.preventDefault();
      this.take(this.chosen);
    }
  }

  step(event) {
    event.preventDefault();
    if (this.list.hidden) {
      this.found = this.matching(this.field.value.trim().toLowerCase());
      this.show();
    }
    if (!this.found.length) return;
    const by = event.key === "ArrowDown" ? 1 : -1;
    this.chosen = (this.chosen + by + this.found.length + (this.chosen < 0 && by < 0 ? 1 : 0)) % this.found.length;
    [...this.list.children].forEach((node, at) => node.setAttribute("aria-selected", String(at === this.chosen)));
    this.list.children[this.chosen].scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", `suggestion-${this.chosen}`);
  }

  take(at) {
    this.field.value = this.found[at].line;
    this.field.focus();
    this.close();
  }

  close() {
    this.found = [];
    this.show();
  }
}
