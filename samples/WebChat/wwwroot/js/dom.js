// Small helpers. Text from users only ever becomes a text node: nothing here or elsewhere sets innerHTML.

/** Makes an element: properties that start with "on" are listeners, the others attributes; null and false leave an attribute out. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const $ = (id) => document.getElementById(id);

const svg = "http://www.w3.org/2000/svg";

export function icon(name) {
  const element = document.createElementNS(svg, "svg");
  element.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(svg, "use");
  use.setAttribute("href", `icons.svg#${name}`);
  element.append(use);
  return element;
}

export function setIcon(button, name) {
  button.querySelector("use").setAttribute("href", `icons.svg#${name}`);
}

/** A color that stays the same for a name, in every browser. */
function hueOf(name) {
  let hash = 2166136261;
  for (const character of name) hash = Math.imul(hash ^ character.codePointAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) % 360;
}

function initialsOf(name) {
  const words = name.trim().split(/[\s_@-]+|\.(?=\p{L})/u).filter(Boolean);
  const first = (word) => [...word][0] ?? "";
  const initials = words.length > 1 ? first(words[0]) + first(words[words.length - 1]) : [...(words[0] ?? "?")].slice(0, 2).join("");
  return initials.toLocaleUpperCase();
}

/** A person's or room's initials. The color belongs to the id, so that it stays when a room is renamed. */
export function avatar(name, kind = "", id = name) {
  const element = h("span", { class: `avatar ${kind}`, "aria-hidden": "true" }, kind.includes("tiny") ? [...initialsOf(name)][0] : initialsOf(name));
  element.style.setProperty("--hue", hueOf(id));
  return element;
}

/** Reads something to screen readers, after what is being read. */
export function announce(text) {
  const region = $("announcer");
  region.append(h("p", {}, text));
  while (region.childElementCount > 5) region.firstElementChild.remove();
}

/** Shows a short notice, and announces it. */
export function toast(text) {
  const element = h("div", { class: "toast", dir: "auto" }, text);
  $("toasts").append(element);
  announce(text);
  setTimeout(() => element.remove(), 6000);
}

/** Calls a function once for many calls before the next frame, also in a hidden tab, which has no frames. */
export function coalesce(action) {
  let planned = false;
  return () => {
    if (planned) return;
    planned = true;
    const run = () => {
      planned = false;
      action();
    };
    if (document.hidden) setTimeout(run);
    else requestAnimationFrame(run);
  };
}

/** Gives lists of elements to a parent with as few changes as possible, so that focus and selection stay. */
export function arrange(parent, elements) {
  let current = parent.firstChild;
  for (const element of elements) {
    if (element === current) current = current.nextSibling;
    else parent.insertBefore(element, current);
  }
  while (current) {
    const next = current.nextSibling;
    current.remove();
    current = next;
  }
}
