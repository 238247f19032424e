// Draws an Adaptive Card: the elements that the mentor uses. `submit(value)` is told what a pressed button sends, which
// is its own data and the value of every field of the card.

import { el, link, newId } from "./dom.js";

export function drawCard(card, submit) {
  const fields = new Map();
  const act = (data) => {
    const value = { ...data };
    for (const [id, field] of fields) value[id] = field.value;
    submit(value);
  };
  const below = card.actions ? [{ type: "ActionSet", actions: card.actions }] : [];
  return el("div", { class: "teams-card" }, [...card.body, ...below].map((element) => draw(element, { fields, act })));
}

function draw(element, context) {
  const node = drawn(element, context);
  if (element.separator) node.classList.add("separated");
  if (element.spacing === "Small") node.classList.add("close");
  return node;
}

function drawn(element, context) {
  switch (element.type) {
    case "TextBlock":
      return textBlock(element);
    case "RichTextBlock":
      return el("p", { class: look(element.inlines[0] || {}) }, element.inlines.map(run));
    case "FactSet":
      return factSet(element);
    case "Table":
      return table(element, context);
    case "Container":
      return container(element, context);
    case "ColumnSet":
      return el("div", { class: "teams-columns" }, element.columns.map((one) => column(one, context)));
    case "ActionSet":
      return el("div", { class: "teams-actions" }, element.actions.map((action) => button(action, context)));
    case "Input.ChoiceSet":
      return choiceSet(element, context);
    case "Input.Text":
    case "Input.Date":
    case "Input.Time":
    case "Input.Number":
      return input(element, context);
    default:
      return el("p", { class: "unknown" }, `(${element.type})`);
  }
}

function column(one, context) {
  const low = one.verticalContentAlignment === "Bottom" ? " low" : "";
  return el("div", { class: `teams-column ${one.width}${low}` }, one.items.map((item) => draw(item, context)));
}

// A container that can be pressed shows a question whole, where a button would cut it.
function container(element, context) {
  const items = element.items.map((item) => draw(item, context));
  if (!element.selectAction) return el("div", { class: "teams-container" }, items);
  const onclick = () => context.act(element.selectAction.data);
  return el("button", { type: "button", class: "teams-question", onclick }, items.map((item) => [...item.childNodes]).flat());
}

function look(element) {
  return element.isSubtle ? "teams-subtle" : "";
}

function textBlock(element) {
  const heading = element.style === "heading";
  return el(heading ? "h3" : "p", { class: heading ? "teams-heading" : look(element) }, markdown(element.text));
}

function run(inline) {
  if (inline.fontType === "Monospace") return el("code", {}, inline.text);
  return inline.weight === "Bolder" ? el("strong", {}, inline.text) : inline.text;
}

function factSet(element) {
  const rows = element.facts.map((fact) => [el("dt", {}, markdown(fact.title)), el("dd", {}, markdown(fact.value))]);
  return el("dl", { class: "teams-facts" }, rows);
}

function table(element, context) {
  const cells = (row, tag) =>
    row.cells.map((cell) => el(tag, tag === "th" ? { scope: "col" } : {}, cell.items.map((item) => draw(item, context))));
  const [first, ...rest] = element.rows;
  return el(
    "table",
    { class: "teams-table" },
    el("thead", {}, el("tr", {}, cells(first, "th"))),
    el("tbody", {}, rest.map((row) => el("tr", {}, cells(row, "td")))),
  );
}

function button(action, context) {
  const style = { positive: " primary", destructive: " danger" }[action.style] || "";
  const onclick = () => context.act(action.data);
  return el("button", { type: "button", class: `chat-button${style}`, onclick }, action.title);
}

function choiceSet(element, context) {
  const id = newId("field");
  const options = element.choices.map((choice) =>
    el("option", { value: choice.value, selected: choice.value === element.value }, choice.title),
  );
  const empty = el("option", { value: "", selected: !element.value, disabled: true }, element.placeholder);
  const field = el("select", { id, class: "chat-select" }, empty, options);
  context.fields.set(element.id, field);
  return el("div", { class: "teams-field" }, el("label", { for: id }, element.label), field);
}

function input(element, context) {
  const id = newId("field");
  const field = el("input", {
    id,
    type: element.type.slice("Input.".length).toLowerCase(),
    value: element.value,
    min: element.min,
    max: element.max,
    class: "chat-input",
    maxlength: element.maxLength,
    placeholder: element.placeholder,
    autocomplete: "off",
    onkeydown: (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      event.target.closest(".teams-columns")?.querySelector("button").click();
    },
  });
  context.fields.set(element.id, field);
  return el("div", { class: "teams-field" }, el("label", { for: id }, element.label), field);
}

// Adaptive Cards' Markdown: **bold**, _italic_, [words](address), and a backslash before anything meant as itself.
const MARKS = /\\(.)|\*\*((?:\\.|[^*\\])+)\*\*|\[((?:\\.|[^\]\\])+)\]\(([^)\s]+)\)/gs;

export function markdown(source) {
  const nodes = [];
  let end = 0;
  for (const mark of source.matchAll(MARKS)) {
    nodes.push(source.slice(end, mark.index));
    const [, escaped, bold, words, address] = mark;
    if (escaped) nodes.push(escaped);
    else if (bold) nodes.push(el("strong", {}, markdown(bold)));
    else nodes.push(link(address, markdown(words)));
    end = mark.index + mark[0].length;
  }
  nodes.push(source.slice(end));
  return nodes;
}
