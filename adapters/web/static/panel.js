// What the mentor knows: the step, what comes next and why, and the inbox.

import { el } from "./dom.js";

const STEPS = 7;

export function showPanel(view, words, find) {
  document.getElementById("now").textContent = view.now;
  document.getElementById("zone").textContent = words.zone.replace("{place}", view.zone);
  document.getElementById("step").replaceChildren(...step(view.knows, words));
  document.getElementById("next").replaceChildren(...next(view.knows, words));
  document.getElementById("inbox").replaceChildren(inbox(view.messages, words, find));
}

function step(knows, words) {
  if (!knows.step) return [el("p", {}, words["no-step"])];
  const marks = Array.from({ length: STEPS }, (_, at) => {
    const kind = at + 1 < knows.step ? "behind" : at + 1 === knows.step ? "here" : "";
    return el("li", { class: kind });
  });
  const done = words.done.replace("{done}", knows.done).replace("{total}", knows.total);
  return [
    el("p", { class: "step-name" }, words.step.replace("{number}", knows.step).replace("{title}", knows.step_title)),
    el("ul", { class: "steps", "aria-hidden": "true" }, marks),
    el("p", { id: "done" }, done),
    el("progress", { max: knows.total, value: knows.done, "aria-labelledby": "done" }),
  ];
}

function next(knows, words) {
  return [
    el("div", { class: "lines", id: "plan" }, lines(knows.next)),
    more(words.plan, knows.coach),
    more(words.why, knows.why),
  ];
}

function more(summary, answer) {
  return el("details", { class: "more" }, el("summary", {}, summary), el("div", { class: "lines" }, lines(answer)));
}

function lines(answer) {
  return [el("p", { class: "first" }, answer.title), answer.lines.map((line) => el("p", {}, line))];
}

function inbox(messages, words, find) {
  const arrived = messages.filter((entry) => entry.author === "unasked").reverse();
  if (!arrived.length) return el("p", { class: "quiet" }, words.empty);
  return el(
    "ul",
    { class: "arrivals" },
    arrived.map((entry) =>
      el(
        "li",
        {},
        el(
          "button",
          { type: "button", onclick: () => find(entry.id) },
          el("strong", {}, entry.notice),
          el("span", { class: "quiet" }, entry.at),
        ),
      ),
    ),
  );
}
