import type { Chat, ConnectOptions } from "./api.ts";
import { ChatClient } from "./chat.ts";

export * from "./api.ts";

/**
 * Connects to a chat.
 * @param base What was given to `MapRedisChat`, or the same of several equal nodes.
 */
export function connect(base: string | string[], options: ConnectOptions = {}): Chat {
  return new ChatClient(base, options);
}
