// Menus, pickers and dialogs: they take the focus, close on Escape, and give it back.
import { $, avatar, h, icon } from "./dom.js";
import { explain } from "./errors.js";

let open = null;

/** Closes the menu or picker that is open. */
export function closeOverlay(restoreFocus = true) {
  if (!open) return false;
  const { element, anchor } = open;
  open = null;
  element.remove();
  anchor.setAttribute?.("aria-expanded", "false");
  if (restoreFocus && anchor.isConnected) anchor.focus();
  return true;
}

function show(element, anchor) {
  closeOverlay(false);
  open = { element, anchor };
  anchor.setAttribute("aria-expanded", "true");
  document.body.append(element);
  const from = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = element;
  const left = Math.min(Math.max(8, from.left + width > innerWidth - 8 ? from.right - width : from.left), innerWidth - width - 8);
  const top = from.bottom + 4 + height > innerHeight - 8 ? Math.max(8, from.top - height - 4) : from.bottom + 4;
  element.style.left = `${left}px`;
  element.style.top = `${top}px`;
}

addEventListener("pointerdown", (event) => {
  if (open && !open.element.contains(event.target) && !open.anchor.contains(event.target)) closeOverlay(false);
});
addEventListener("resize", () => closeOverlay(false));
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && closeOverlay()) event.stopPropagation();
}, true);

/** Shows a menu. Items are { text, danger?, testid?, run }, or "-" for a line. */
export function menu(anchor, items, title) {
  if (open?.anchor === anchor) return closeOverlay();
  const element = h("div", { class: "menu", role: "menu", "data-testid": "menu" });
  if (title) element.append(h("div", { class: "title" }, avatar(title, "medium"), h("bdi", {}, title)));
  for (const item of items) {
    element.append(item === "-" ? h("hr", { role: "separator" }) : h("button", {
      role: "menuitem",
      type: "button",
      tabindex: "-1",
      class: item.danger ? "danger" : null,
      "data-testid": item.testid ?? null,
      onclick: () => {
        closeOverlay();
        item.run();
      },
    }, item.text));
  }
  show(element, anchor);
  const buttons = [...element.querySelectorAll("button")];
  buttons[0]?.focus();
  element.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Tab") closeOverlay();
    else if (to !== undefined) buttons.at(to % buttons.length)?.focus();
    else return;
    event.preventDefault();
  });
}

const emojis = [..."👍❤️😂🎉😮😢🙏👀😀😊😍🤔😅😎🙃😴👏🙌💪🤝✅❌❓💡🔥🚀⭐☕🍕🎂🌈🐛".matchAll(/\p{Extended_Pictographic}\ufe0f?/gu)].map((match) => match[0]);
export const quickEmojis = emojis.slice(0, 3);

const names = ["thumbs up", "heart", "laughing", "party", "surprised", "sad", "thanks", "eyes", "grinning", "smiling", "in love", "thinking", "relieved", "cool", "upside down", "asleep",
  "applause", "hooray", "strong", "handshake", "done", "no", "question", "idea", "fire", "rocket", "star", "coffee", "pizza", "cake", "rainbow", "bug"];
/** Whether two emoji are the same: the chat leaves out the variation selector. */
export const isSameEmoji = (one, other) => one.replaceAll("\ufe0f", "") === other.replaceAll("\ufe0f", "");
export const emojiName = (emoji) => names[emojis.findIndex((known) => isSameEmoji(known, emoji))] ?? emoji;

/** Lets the user pick an emoji. */
export function pickEmoji(anchor, picked) {
  if (open?.anchor === anchor) return closeOverlay();
  const buttons = emojis.map((emoji, at) => h("button", {
    type: "button",
    tabindex: at === 0 ? "0" : "-1",
    "aria-label": names[at],
    title: names[at],
    "data-emoji": emoji,
    onclick: () => {
      closeOverlay();
      picked(emoji);
    },
  }, emoji));
  const element = h("div", { class: "picker", role: "dialog", "aria-label": "Emoji", "data-testid": "emoji-picker" }, ...buttons);
  show(element, anchor);
  buttons[0].focus();
  element.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + 8, ArrowUp: at - 8 }[event.key];
    if (event.key === "Tab") closeOverlay();
    else if (to === undefined) return;
    else buttons[to]?.focus();
    event.preventDefault();
  });
}

/** Shows something to read in a dialog, and returns that. */
export function sheet(title, ...content) {
  const before = document.activeElement;
  const dialog = h("dialog", { class: "sheet", "aria-labelledby": "sheet-title", "data-testid": "sheet" },
    h("header", { class: "sheet-bar" }, h("h2", { id: "sheet-title", class: "grow", tabindex: "-1" }, title), h("button", { class: "icon", type: "button", "aria-label": "Close", "data-testid": "sheet-close", onclick: () => dialog.close() }, icon("close"))), ...content);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before?.isConnected) before.focus({ preventScroll: true });
  });
  $("chat").append(dialog);
  dialog.showModal();
  dialog.querySelector("h2").focus();
  return dialog;
}

/**
 * Shows a dialog with fields and waits for its answer: the fields' values, or null if it was cancelled. If there is `submit`, the dialog stays open with its error.
 * A field is { name, label, value?, type?: "text" | "check" | "select" | "datetime-local", options?, required?, note? }.
 */
export function ask({ title, text, fields = [], confirm = "OK", danger = false, extra, submit }) {
  return new Promise((resolve) => {
    let answer = null;
    const before = document.activeElement;
    const inputs = new Map();
    const error = h("p", { class: "error", role: "alert" });
    const form = h("form", { method: "dialog", novalidate: true }, h("h2", { dir: "auto", id: "dialog-title" }, title), text && h("p", { class: "muted", dir: "auto" }, text));
    for (const field of fields) {
      const id = `field-${field.name}`;
      const properties = { id, name: field.name, "data-testid": id, dir: "auto" };
      const input = field.type === "select"
        ? h("select", properties, ...field.options.map(([value, label]) => h("option", { value, selected: value === field.value }, label)))
        : h("input", { ...properties, type: field.type === "check" ? "checkbox" : field.type ?? "text", value: field.type === "check" ? null : field.value ?? "", checked: field.type === "check" && field.value, maxlength: field.maxlength ?? null, autocomplete: "off" });
      inputs.set(field.name, input);
      form.append(field.type === "check" ? h("label", { class: "check" }, input, field.label) : h("label", { for: id }, field.label), field.type === "check" ? "" : input, field.note ? h("p", { class: "muted small" }, field.note) : "");
    }
    const ok = h("button", { class: danger ? "danger" : "primary", "data-testid": "dialog-ok" }, confirm);
    form.append(error, h("div", { class: "buttons" }, ...(extra ? [h("button", { type: "button", class: "danger", "data-testid": "dialog-extra", onclick: () => finish({ extra: true }) }, extra)] : []),
      h("button", { type: "button", class: "secondary", "data-testid": "dialog-cancel", onclick: () => dialog.close() }, "Cancel"), ok));
    const dialog = h("dialog", { "aria-labelledby": "dialog-title", "data-testid": "dialog" }, form);

    const finish = (value) => {
      answer = value;
      dialog.close();
    };
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const values = Object.fromEntries([...inputs].map(([name, input]) => [name, input.type === "checkbox" ? input.checked : input.value.trim()]));
      const missing = fields.find((field) => field.required && !values[field.name]);
      if (missing) {
        error.textContent = `${missing.label} is needed.`;
        inputs.get(missing.name).focus();
        return;
      }
      try {
        ok.disabled = true;
        await submit?.(values);
        finish(values);
      } catch (refused) {
        error.textContent = explain(refused);
      } finally {
        ok.disabled = false;
      }
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before?.isConnected) before.focus();
      resolve(answer);
    });
    $("chat").append(dialog);
    dialog.showModal();
    (form.querySelector("input, select") ?? ok).focus();
  });
}
