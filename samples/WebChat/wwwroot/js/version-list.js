// What a message said before it was edited.
import { versions } from "/chat/threads.js";
import { h, toast } from "./dom.js";
import { explain } from "./errors.js";
import { sheet } from "./overlay.js";
import { nodesOf } from "./text.js";
import { mediumOf } from "./time.js";

export async function showVersions(chat, room, message) {
  let earlier;
  try {
    earlier = await versions(chat, room, message.id);
  } catch (error) {
    return toast(explain(error));
  }
  const item = (text, at, note) => h("li", { "data-testid": "version" }, h("p", { class: "muted small" }, `${mediumOf(new Date(at))}${note}`), h("div", { class: "version-text", dir: "auto" }, ...nodesOf(text)));
  sheet("Versions of this message",
    h("ol", { class: "versions", "data-testid": "versions" }, item(message.text, message.editedAt ?? message.timestamp, " · now"), ...earlier.toReversed().map(({ text, writtenAt }) => item(text, writtenAt, ""))),
    earlier.length ? "" : h("p", { class: "muted" }, "Earlier versions are not kept."));
}
