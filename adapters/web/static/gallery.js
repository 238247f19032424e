// Draws each example from the JSON that stands beside it. Nothing here can be pressed: it only shows.

import { drawCard } from "./cards.js";
import { drawSlack, drawView } from "./slack.js";

const draw = { slack: drawSlack, teams: drawCard, view: drawView, dialog: drawCard };
const nothing = () => {};

for (const box of document.querySelectorAll("[data-platform]")) {
  const platform = box.dataset.platform;
  const source = box.parentElement.querySelector("[data-json]").textContent;
  const drawing = draw[platform](JSON.parse(source), nothing);
  drawing.inert = true;
  box.append(drawing);
}
