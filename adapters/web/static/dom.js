// Builds elements. Words only ever become text nodes, so nothing that a message holds can become markup.

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

// A link that leaves the page; what is no web address stays words.
export function link(url, ...words) {
  if (!/^https?:\/\//i.test(url)) return el("span", {}, ...words);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...words);
}

let serial = 0;
export function newId(name) {
  serial += 1;
  return `${name}-${serial}`;
}
