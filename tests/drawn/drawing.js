// Draws cards with Microsoft's renderer, and tells what it complains about. Loaded into an empty page by the test.

const MARKS = /\\(.)|\*\*((?:\\.|[^*\\])+)\*\*|\[((?:\\.|[^\]\\])+)\]\(([^)\s]+)\)/gs;

function escaped(text) {
  return text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

// As much of Markdown as our cards use; the renderer brings none of its own.
function html(source) {
  let written = "";
  let end = 0;
  for (const mark of source.matchAll(MARKS)) {
    written += escaped(source.slice(end, mark.index));
    const [, letter, bold, words, address] = mark;
    if (letter) written += escaped(letter);
    else if (bold) written += `<strong>${html(bold)}</strong>`;
    else written += `<a href="${escaped(address)}">${html(words)}</a>`;
    end = mark.index + mark[0].length;
  }
  return written + escaped(source.slice(end));
}

AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = `<p>${html(text)}</p>`;
  result.didProcess = true;
};

// Draws one card into a box of its own; what the renderer said against it, and what was pressed on it.
window.draw = (name, source, hostConfig, width) => {
  const card = new AdaptiveCards.AdaptiveCard();
  card.hostConfig = new AdaptiveCards.HostConfig(hostConfig);
  const pressed = [];
  card.onExecuteAction = (action) => pressed.push({ verb: action.verb, data: action.data });
  const context = new AdaptiveCards.SerializationContext(AdaptiveCards.Versions.v1_5);
  card.parse(source, context);
  const events = Array.from({ length: context.eventCount }, (_, at) => context.getEventAt(at).message);
  const failures = card.validateProperties().validationEvents.map((event) => event.message);
  const box = document.createElement("div");
  box.className = "box";
  box.style.width = `${width}px`;
  box.dataset.name = name;
  box.append(card.render());
  document.body.append(box);
  const edge = box.getBoundingClientRect().right + 1;
  const beyond = [...box.querySelectorAll("*")].filter((each) => each.getBoundingClientRect().right > edge);
  const isWide = beyond.slice(0, 1).map((each) => `over the edge at ${width} pixels: ${each.innerText || each.tagName}`);
  for (const button of box.querySelectorAll("button.ac-pushButton")) button.click();
  return { complaints: [...events, ...failures, ...isWide], words: box.innerText, pressed };
};
