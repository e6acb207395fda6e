// Previews of links: what pages say of themselves, made by the server some time after the message.
import { h } from "./dom.js";

const known = new WeakMap();

/** The previews of a room's messages, live while the room is open. Call it before the room is opened. Returns what gives those of a message. */
export function previews(room) {
  if (!known.has(room)) known.set(room, follow(room));
  return known.get(room);
}

function follow(room) {
  /** What events have brought since the messages were read. */
  const later = new Map();
  room.on("event", ({ kind, messageId, messageIds = [messageId], message, previews: list = [], below }) => {
    if (kind === "previewsChanged") later.set(messageId, list);
    else if (kind === "opened") later.clear();
    // An edit brings the previews that are left.
    else if (kind === "edited" || kind === "writingEnded") later.delete(message.id);
    else if (kind === "deleted" || kind === "deletedMany") for (const id of messageIds) later.delete(id);
    else if (kind === "trimmed") for (const id of later.keys()) if (id < below) later.delete(id);
  });
  // The answer to the user's own edit comes before its event: until then a preview may be there whose link is gone.
  return ({ id, text, previews: read = [] }) => (later.get(id) ?? read).filter(({ address }) => text.includes(address));
}

/** The elements for previews. All of it is text from a stranger's page. */
export function showPreviews(list) {
  return list.filter(({ address }) => /^https?:\/\//i.test(address)).map(({ address, title, description, siteName }) =>
    h("a", { class: "preview", href: address, target: "_blank", rel: "noopener noreferrer", "data-testid": "preview" },
      siteName && h("span", { class: "muted small ellipsis" }, h("bdi", {}, siteName)),
      h("span", { class: "preview-title", dir: "auto", "data-testid": "preview-title" }, title),
      description && h("span", { class: "preview-text", dir: "auto" }, description)));
}
