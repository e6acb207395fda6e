// How the text of a message is shown: links, big emoji, long texts.
import { findMentions } from "/chat/threads.js";
import { h } from "./dom.js";

const address = /\bhttps?:\/\/[^\s<>"]+/giu;
const onlyEmoji = /^(?:\p{Extended_Pictographic}|\p{Emoji_Presentation}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[\u200d\ufe0f\s])+$/u;
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export function isOnlyEmoji(text) {
  return text.length <= 80 && onlyEmoji.test(text) && [...segmenter.segment(text.replace(/\s/gu, ""))].length <= 6;
}

export function isLong(text) {
  return text.length > 1500 || (text.match(/\n/g)?.length ?? 0) > 14;
}

/** The beginning of a text, on one line. */
export const snippetOf = (text, length = 160) => text.slice(0, length * 2).replace(/\s+/gu, " ").trim().slice(0, length);

/** Whether one of the words means this user. Roles are not known here. */
export const isMentioned = (words = [], me) => words.includes("*") || words.includes(`@${me}`);

/** Text nodes, links and mentions. Only http and https become links, and only words of the message become mentions. */
export function nodesOf(text, words, me) {
  return words?.length ? linksOf(text).flatMap((node) => typeof node === "string" ? mentionsOf(node, words, me) : [node]) : linksOf(text);
}

function mentionsOf(text, words, me) {
  const nodes = [];
  let end = 0;
  for (const found of findMentions(text, words.filter((word) => word[0] === "@").map((word) => word.slice(1)))) {
    if (!words.includes(found.word)) continue;
    nodes.push(text.slice(end, found.start), h("span", { class: isMentioned([found.word], me) ? "mention to-me" : "mention", "data-testid": "mention" }, text.slice(found.start, found.end)));
    end = found.end;
  }
  nodes.push(text.slice(end));
  return nodes.filter((node) => node !== "");
}

function linksOf(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(address)) {
    const found = withoutTail(match[0]);
    const url = URL.canParse(found) ? new URL(found) : null;
    if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) continue;
    nodes.push(text.slice(end, match.index));
    nodes.push(h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, found));
    end = match.index + found.length;
  }
  nodes.push(text.slice(end));
  return nodes.filter((node) => node !== "");
}

// A sentence's punctuation is no part of the address, and a closing bracket only if it was opened in it.
function withoutTail(found) {
  // Counted once: counting again for each bracket takes quadratic time, and a link may have thousands of them.
  let unopened = found.split(")").length - found.split("(").length;
  for (let end = found.length; ; end--) {
    const last = found[end - 1];
    if (last === ")" && unopened > 0) unopened--;
    else if (!".,;:!?'\"*_".includes(last)) return found.slice(0, end);
  }
}
