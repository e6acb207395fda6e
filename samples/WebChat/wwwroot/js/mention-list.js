// The messages that mention the user, over all rooms: a button with the number of unread ones, and a list.
import { nameOf } from "./attachments.js";
import { mentions, parseThread } from "/chat/threads.js";
import { $, arrange, avatar, h, toast } from "./dom.js";
import { explain } from "./errors.js";
import { sheet } from "./overlay.js";
import { nodesOf, snippetOf } from "./text.js";
import { mediumOf } from "./time.js";

export function startMentions(session) {
  const { chat } = session;
  const found = mentions(chat);
  const button = $("mentions");

  const show = () => {
    const { unread } = found;
    button.dataset.unread = unread;
    $("mentions-count").hidden = unread === 0;
    $("mentions-count").textContent = unread;
    button.setAttribute("aria-label", unread ? `Mentions, ${unread} unread` : "Mentions");
  };
  found.on("change", show);
  show();
  button.addEventListener("click", () => list(session, found));
}

async function list(session, found) {
  const { chat, directory } = session;
  const items = new Map();
  const rows = h("ul", { class: "found", "data-testid": "mention-list" });
  const note = h("p", { class: "muted", role: "status" }, "Loading…");
  const more = h("button", { class: "secondary", type: "button", "data-testid": "mentions-more", hidden: true, onclick: () => attempt(() => found.more()) }, "Show older");
  const dialog = sheet("Mentions", rows, note, more);

  const item = ({ room, message }) => {
    const key = `${room} ${message.id}`;
    if (!items.has(key)) {
      const thread = parseThread(room);
      const place = thread ? `Thread in ${directory.name(thread.room)}` : directory.name(room);
      const open = () => {
        dialog.close();
        session.open(room, message.id);
      };
      items.set(key, h("li", {}, h("button", { type: "button", class: "found-item", "data-testid": "mention-item", "data-room": room, "data-id": message.id, onclick: open }, avatar(message.user, "medium"),
        h("span", { class: "middle" }, h("span", { class: "muted small" }, h("bdi", { class: "quote-author" }, message.user), ` · ${place} · ${mediumOf(new Date(message.timestamp))}`),
          h("span", { class: "found-text", dir: "auto" }, ...nodesOf(snippetOf(nameOf(message), 240), message.mentions, chat.user).map((node) => node.tagName === "A" ? node.textContent : node))))));
    }
    return items.get(key);
  };
  const show = () => {
    arrange(rows, found.list.map(item));
    note.hidden = found.list.length > 0;
    note.textContent = "Nobody has mentioned you yet.";
    more.hidden = !found.hasMore;
  };
  const attempt = async (action) => {
    try {
      await action();
      show();
    } catch (error) {
      toast(explain(error));
    }
  };
  await attempt(() => found.load());
}
