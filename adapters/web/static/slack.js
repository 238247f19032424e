// Draws Slack's Block Kit JSON: the blocks that the mentor uses. `press(action, values)` is told what was pressed, in the
// shape of Slack's own payload.

import { el, link, newId } from "./dom.js";

export function drawSlack(blocks, press) {
  const fields = new Map();
  const values = () => {
    const typed = {};
    for (const [blockId, { actionId, input }] of fields) typed[blockId] = { [actionId]: { value: input.value } };
    return typed;
  };
  const context = { fields, act: (action) => press(action, values()) };
  return el("div", { class: "slack-blocks" }, blocks.map((block) => drawBlock(block, context)));
}

// A modal, with its title above and its buttons below, or Home, which is blocks alone.
export function drawView(view, press) {
  const blocks = drawSlack(view.blocks, press);
  if (view.type === "home") return blocks;
  const submit = view.submit ? el("button", { type: "button", class: "chat-button primary" }, view.submit.text) : null;
  const close = view.close ? el("button", { type: "button", class: "chat-button" }, view.close.text) : null;
  return el(
    "div",
    { class: "slack-modal" },
    el("h3", { class: "slack-modal-title" }, view.title.text),
    blocks,
    el("div", { class: "slack-actions" }, close, submit),
  );
}

function drawBlock(block, context) {
  switch (block.type) {
    case "header":
      return el("h3", { class: "slack-header" }, block.text.text);
    case "section":
      return section(block, context);
    case "context":
      return el("div", { class: "slack-context" }, block.elements.map((one) => el("p", {}, text(one))));
    case "actions":
      return el("div", { class: "slack-actions" }, block.elements.map((one) => control(one, context)));
    case "input":
      return input(block, context);
    case "divider":
      return el("hr");
    default:
      return el("p", { class: "unknown" }, `(${block.type})`);
  }
}

function section(block, context) {
  const words = [];
  if (block.text) words.push(el("p", {}, text(block.text)));
  if (block.fields) words.push(el("div", { class: "slack-fields" }, block.fields.map((one) => el("p", {}, text(one)))));
  const side = block.accessory ? control(block.accessory, context, plainText(block.text)) : null;
  return el("div", { class: "slack-section" }, el("div", { class: "slack-words" }, words), side);
}

function control(element, context, label) {
  return element.type === "static_select" ? select(element, context, label) : button(element, context);
}

function button(element, context) {
  const style = element.style ? ` ${element.style}` : "";
  const onclick = () => context.act({ type: "button", action_id: element.action_id, value: element.value });
  return el("button", { type: "button", class: `chat-button${style}`, onclick }, element.text.text);
}

function select(element, context, label) {
  return options(element, {
    class: "chat-select",
    "aria-label": label || element.placeholder.text,
    onchange: (event) =>
      context.act({
        type: "static_select",
        action_id: element.action_id,
        selected_option: { value: event.target.value },
      }),
  });
}

function options(element, given) {
  const chosen = element.initial_option ? element.initial_option.value : "";
  const listed = element.options.map((option) =>
    el("option", { value: option.value, selected: option.value === chosen }, option.text.text),
  );
  const empty = el("option", { value: "", selected: !chosen, disabled: true }, element.placeholder.text);
  return el("select", given, empty, listed);
}

function input(block, context) {
  const id = newId("field");
  const action = (value) => ({
    type: "plain_text_input",
    action_id: block.element.action_id,
    block_id: block.block_id,
    value,
  });
  const onkeydown = (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    context.act(action(event.target.value));
  };
  const field = fieldOf(block.element, {
    id,
    class: "chat-input",
    "aria-describedby": block.hint ? `${id}-hint` : null,
    onkeydown,
  });
  context.fields.set(block.block_id, { actionId: block.element.action_id, input: field });
  const hint = block.hint ? el("p", { id: `${id}-hint`, class: "slack-hint" }, block.hint.text) : null;
  return el("div", { class: "slack-input" }, el("label", { for: id }, block.label.text), field, hint);
}

const TYPES = { datepicker: "date", timepicker: "time", number_input: "number" };

function fieldOf(element, given) {
  if (element.type === "static_select") return options(element, { ...given, class: "chat-select", onkeydown: null });
  const initial = element.initial_date || element.initial_time || element.initial_value || "";
  const same = { ...given, maxlength: element.max_length, autocomplete: "off" };
  if (element.multiline) return el("textarea", { ...same, rows: 4, onkeydown: null }, initial);
  return el("input", { ...same, type: TYPES[element.type] || "text", value: initial });
}

// Slack's mrkdwn: *bold*, _italic_, ~struck~, `code`, <address|words>, <@person>, and three entities.
const MARKS = /`([^`\n]+)`|<([^<>\n]+)>|\*([^*\n]+)\*|(?<![\w])_([^_\n]+)_(?![\w])|(?<![\w])~([^~\n]+)~(?![\w])/g;

function text(object) {
  return object.type === "plain_text" ? [object.text] : mrkdwn(object.text);
}

export function mrkdwn(source) {
  const nodes = [];
  let end = 0;
  for (const mark of source.matchAll(MARKS)) {
    nodes.push(decoded(source.slice(end, mark.index)));
    nodes.push(marked(mark));
    end = mark.index + mark[0].length;
  }
  nodes.push(decoded(source.slice(end)));
  return nodes;
}

function marked([, code, angled, bold, italic, struck]) {
  if (code) return el("code", {}, decoded(code));
  if (bold) return el("strong", {}, mrkdwn(bold));
  if (italic) return el("em", {}, mrkdwn(italic));
  if (struck) return el("s", {}, mrkdwn(struck));
  if (/^[@#!]/.test(angled)) return el("span", { class: "chat-mention" }, angled.replace(/^([@#!])(.*\|)?/, "$1"));
  const [address, words] = angled.split("|");
  return link(decoded(address), decoded(words || address));
}

function decoded(source) {
  return source.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

function plainText(object) {
  return object ? decoded(object.text).replace(/[*`]/g, "") : "";
}
