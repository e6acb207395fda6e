export * from "./api.ts";
export { deleteMany } from "./deletions.ts";
export { drafts } from "./drafts.ts";
export { pins } from "./pins.ts";
export { replies } from "./replies.ts";
export { keepUnsent } from "./unsent.ts";
