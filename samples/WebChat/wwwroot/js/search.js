// The search box: messages by their words, in all rooms that the user may read. While there are words in it, the results take the place of the rooms.
import { announce, avatar, $, h, toast } from "./dom.js";
import { explain } from "./errors.js";
import { shortOf } from "./time.js";

const pause = 250;

export class SearchBox {
  #session;
  #timer;
  #asked = 0;

  constructor(session) {
    this.#session = session;
    const box = $("search");
    box.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#find(), pause);
    });
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !box.value) return;
      event.stopPropagation();
      this.#clear();
    });
    $("search-form").addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(this.#timer);
      this.#find();
    });
  }

  #clear() {
    $("search").value = "";
    this.#find();
  }

  async #find(cursor) {
    const text = $("search").value;
    const asked = ++this.#asked;
    const isSearching = text.trim() !== "";
    $("rooms").hidden = isSearching;
    $("search-results").hidden = !isSearching;
    if (!isSearching) return $("search-results").replaceChildren();
    try {
      // In the body: addresses end up in the logs of servers. A search changes nothing, so the next node can be asked if this one does not answer.
      const ask = () => this.#session.chat.request("POST", "search", { text, cursor });
      const page = await ask().catch((error) => (error.status ? Promise.reject(error) : ask()));
      // Only the answer to what is in the box now.
      if (asked === this.#asked) this.#show(page, !!cursor);
    } catch (error) {
      if (asked === this.#asked) toast(explain(error));
    }
  }

  #show({ hits, cursor }, isMore) {
    const results = $("search-results");
    if (isMore) results.querySelector(".more")?.remove();
    else results.replaceChildren();
    results.append(...hits.map((hit) => this.#entry(hit)));
    if (cursor) results.append(h("button", { class: "link more", type: "button", "data-testid": "search-more", onclick: () => this.#find(cursor) }, "More"));
    if (results.childElementCount === 0) results.append(h("p", { class: "nothing muted small", "data-testid": "search-nothing" }, "Nothing was found."));
    if (!isMore) announce(hits.length === 0 ? "Nothing was found" : `${hits.length}${cursor ? " or more" : ""} messages were found`);
  }

  #entry({ room, message, snippet }) {
    // The id of a thread is the id of its room, a separator, and the number of the message that it belongs to.
    const [place, thread] = room.split("\u001f");
    const at = new Date(message.timestamp);
    return h("button", {
      class: "room-entry result",
      type: "button",
      "data-testid": "search-result",
      onclick: () => this.#session.open(place, thread ? Number(thread) : message.id),
    },
    avatar(message.user),
    h("span", { class: "middle" },
      h("span", { class: "name" }, h("bdi", {}, message.user), " in ", h("bdi", {}, this.#session.directory.name(place)), thread ? ", in a thread" : ""),
      h("span", { class: "found", dir: "auto", "data-testid": "search-text" }, ...marked(snippet))),
    h("span", { class: "end" }, h("span", {}, shortOf(at))));
  }
}

/** The text as nodes, with the matches marked: text of users is never markup. */
function marked({ text, highlights }) {
  const nodes = [];
  let at = 0;
  for (const { start, length } of highlights) {
    nodes.push(text.slice(at, start), h("mark", {}, text.slice(start, start + length)));
    at = start + length;
  }
  nodes.push(text.slice(at));
  return nodes;
}
