export * from "./api.ts";
export { findMentions, mentionable, mentions } from "./mentions.ts";
export { scheduled } from "./schedule.ts";
export { parseThread, threadId, threads } from "./threads.ts";
export { tombstones, versions } from "./tombstones.ts";
