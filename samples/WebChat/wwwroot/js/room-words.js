// What the page says about the open room.
import { isDirect } from "./directory.js";
import { $, avatar, h } from "./dom.js";
import { explain } from "./errors.js";
import { durationOf } from "./time.js";

/** Above the messages: why the room cannot be used as usual; empty if it can. */
export function bannerOf({ room, rules }, state) {
  if (["notMember", "notPermitted"].includes(room.error?.reason)) return "Only members can read this room. If you were invited, join it.";
  if (room.error) return explain(room.error);
  if (rules?.isArchived) return "This room is archived. It can be read, but not changed.";
  return state === "offline" ? "You are offline. What you write is sent when the connection is back." : "";
}

/** Why the user may not write; empty if the user may. */
export function closedBecause({ room, rights, rules, member }) {
  if (room.error) return "You cannot write here";
  if (rights.has("Send")) return "";
  const mute = member?.mute;
  if (mute && (!mute.until || new Date(mute.until) > new Date())) return "You are muted in this room";
  return rules?.isArchived ? "This room is archived" : "You may read here, but not write";
}

/** Below the field; empty if there is no slow mode for this user. */
export function slowModeOf({ rules, rights }) {
  const [hours, minutes, seconds] = (rules?.slowMode ?? "0:0:0").split(":").map(Number);
  const wait = hours * 3600 + minutes * 60 + seconds;
  return wait > 0 && !rights.has("Unlimited") ? `Slow mode: one message every ${durationOf(wait)}` : "";
}

export function typingOf(users) {
  if (users.length === 0) return "";
  if (users.length === 1) return `${users[0]} is typing`;
  return users.length < 4 ? `${users.slice(0, -1).join(", ")} and ${users.at(-1)} are typing` : "Several people are typing";
}

/** Above the first message. */
export function showBeginning(id, name, topic) {
  const shown = `${id}\n${name}\n${topic}`;
  const element = $("beginning");
  if (element.dataset.shown === shown) return;
  element.dataset.shown = shown;
  element.replaceChildren(isDirect(id) ? avatar(name, "room") : avatar(name, "room", id), h("h3", { dir: "auto" }, name), h("p", { class: "muted", dir: "auto" }, topic || "This is where it begins."));
}
