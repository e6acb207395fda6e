// What went wrong, in words for people.
import { durationOf } from "./time.js";

const reasons = {
  notAuthor: "Only its author can do this.",
  notMember: "Only members of this room can do this.",
  notPermitted: "You are not allowed to do this here.",
  banned: "You are banned from this room.",
  muted: "You are muted in this room.",
  archived: "This room is archived: nothing can be changed.",
  outranked: "This person's role is as high as yours.",
  lastOwner: "The last owner cannot leave. Make someone else owner first.",
  mentionedOutsider: "Someone whom you mention cannot read this room.",
  revoked: "You were signed out.",
  roomDeleted: "This room was deleted.",
  access: "You are not allowed to do this.",
  slowMode: "Slow mode is on.",
  floodLimit: "That was too fast.",
  rate: "That was too fast.",
  streams: "You have too many windows open.",
};

const codes = {
  unauthenticated: "You are signed out.",
  "cross-origin": "This page may not change anything here.",
  "not-found": "It no longer exists.",
  "parent-not-found": "The message that you replied to was deleted.",
  writing: "This message is still being written.",
  "too-large": "That is too long.",
  unavailable: "The chat cannot be reached. Nothing was changed.",
  overloaded: "The chat is very busy. Nothing was changed.",
  "may-have-happened": "The chat did not answer in time. It may have happened.",
  full: "The chat's store is full.",
};

/** A sentence for an error of the client; other errors say what they say. */
export function explain(error) {
  if (error?.reason === "filtered") return error.detail ?? error.message;
  const text = reasons[error?.reason] ?? codes[error?.code] ?? error?.detail ?? (error?.message || "That did not work.");
  return error?.retryAfter ? `${text} Try again in ${durationOf(error.retryAfter)}.` : text;
}
