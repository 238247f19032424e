// Puts the playground's parts together: one member is looked at, every request answers with the whole view of them.

import { Composer } from "./composer.js";
import { Messages } from "./messages.js";
import { showPanel } from "./panel.js";
import { ask, tell } from "./server.js";
import { Tour } from "./tour.js";

const byId = (id) => document.getElementById(id);
const desk = document.querySelector(".desk");
const { words, commands } = await ask("start");
const messages = new Messages(byId("messages"), words, press);
const seen = new Map();
let view = null;
// Requests wait for one another: what is typed while an answer is on its way comes after it, and is not lost.
let queue = Promise.resolve();
let waiting = 0;

function member() {
  return document.querySelector("input[name=member]:checked").value;
}

function look() {
  return document.querySelector("input[name=look]:checked").value;
}

function face() {
  const chosen = document.querySelector("input[name=member]:checked").closest(".person");
  const avatar = chosen.querySelector(".avatar");
  return {
    name: chosen.querySelector("strong").textContent,
    initial: avatar.textContent,
    avatar: avatar.className.replace("avatar ", ""),
  };
}

function show(fresh) {
  view = fresh;
  byId("chat").className = `chat look-${look()}`;
  const news = messages.show(view, look(), face());
  showPanel(view, words, find);
  showNews();
  announce(news);
}

function announce(news) {
  const said = news.filter((entry) => entry.drawn).map((entry) => `${words.mentor}: ${entry.drawn.notice}`);
  if (said.length) byId("status").textContent = said.join(". ");
}

// How many messages have arrived for each of the others since they were last looked at.
function showNews() {
  for (const [user, arrived] of Object.entries(view.arrived)) {
    if (user === view.member || !seen.has(user)) seen.set(user, arrived);
    const news = arrived - seen.get(user);
    const badge = document.querySelector(`[data-news="${user}"]`);
    badge.hidden = news === 0;
    badge.textContent = news;
    badge.setAttribute("aria-label", words.news.replace("{number}", news));
  }
}

function during(request) {
  waiting += 1;
  document.body.setAttribute("aria-busy", "true");
  queue = queue.then(() => carryOut(request));
  return queue;
}

async function carryOut(request) {
  byId("problem").hidden = true;
  try {
    show(await request());
  } catch (error) {
    byId("problem").textContent = error.message || words.unreachable;
    byId("problem").hidden = false;
  } finally {
    waiting -= 1;
    if (waiting === 0) document.body.removeAttribute("aria-busy");
  }
}

async function press(entry, pressed) {
  await during(() => tell("press", { member: view.member, message: entry.id, ...pressed }));
  messages.find(entry.id);
  const now = view.messages.find(({ id }) => id === entry.id);
  if (now) byId("status").textContent = `${words.mentor}: ${now.drawn.notice}`;
}

function find(id) {
  showTab("chat");
  messages.find(id);
}

function showTab(tab) {
  desk.classList.toggle("show-panel", tab === "panel");
  for (const button of document.querySelectorAll("[data-tab]")) {
    button.setAttribute("aria-pressed", String(button.dataset.tab === tab));
  }
}

async function move(event) {
  const buttons = [...document.querySelectorAll("[data-days]")];
  const pressed = event.currentTarget;
  byId("status").textContent = words.moving;
  buttons.forEach((button) => (button.disabled = true));
  const before = view.messages.length;
  await during(() => tell("move", { member: view.member, days: Number(pressed.dataset.days) }));
  buttons.forEach((button) => (button.disabled = false));
  pressed.focus();
  if (view.messages.length === before) byId("status").textContent = words.quiet.replace("{now}", view.now);
}

const composer = new Composer(byId("composer"), byId("suggestions"), commands, (text) =>
  during(() => tell("say", { member: view.member, text })),
);
for (const button of document.querySelectorAll("[data-days]")) button.addEventListener("click", move);
for (const button of document.querySelectorAll("[data-tab]")) {
  button.addEventListener("click", () => showTab(button.dataset.tab));
}
byId("look").addEventListener("change", () => show(view));
byId("people").addEventListener("change", () => during(() => ask(`state?member=${encodeURIComponent(member())}`)));
const tour = new Tour(words, (stop) => showTab(stop === "calendar" || stop === "panel" ? "panel" : "chat"));
byId("take-tour").addEventListener("click", () => tour.go(0));

await during(() => ask(`state?member=${encodeURIComponent(member())}`));
composer.field.focus();
tour.startOnce();
