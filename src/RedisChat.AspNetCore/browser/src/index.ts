export * from "./api.ts";
export { connect } from "./chat.ts";
