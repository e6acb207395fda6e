import type { ChatMessage } from "../api.ts";

/** A message that is quoted or pinned, whether or not the room shows it. */
export type QuotedMessage = Readonly<Pick<ChatMessage, "user" | "text" | "timestamp" | "editedAt" | "version" | "replyTo" | "mentions" | "writing">> & {
  readonly id: number;
  readonly metadata?: Readonly<Record<string, string>>;
};

/** What a reply refers to. */
export interface Parent {
  /** As it is now; absent if it was deleted. */
  readonly message?: QuotedMessage;
  readonly isDeleted: boolean;
}

/** The messages that the replies of a room refer to. */
export interface Replies {
  /**
   * What this message replies to: undefined if it is no reply, or until that is loaded, after which there is a change. Most parents come with the messages or are shown
   * themselves; any other is read once, when it is asked for here.
   */
  parentOf(message: Pick<ChatMessage, "replyTo">): Parent | undefined;
  /** Sends a message that was refused because its parent does not exist (`parent-not-found`) again, as one that replies to nothing. */
  sendPlain(message: ChatMessage): Promise<ChatMessage>;
  /** Called when a parent that is not shown was loaded, edited, written on or deleted. Returns a function that removes the listener. */
  on(event: "change", f: () => void): () => void;
}

export interface Pin {
  readonly messageId: number;
  /** The user who pinned it; undefined for the application. */
  readonly by?: string;
  readonly pinnedAt: string;
  /** The message as it is now; undefined until it is loaded, or if it cannot be read. */
  readonly message?: QuotedMessage;
}

/** The pinned messages of a room, live while the room is open. */
export interface Pins {
  /** The most recent pin first. A new array after each change. */
  readonly list: readonly Pin[];
  has(messageId: number): boolean;
  /** Takes the right `Pin`. 507 `full` if the room has as many pins as it may have. */
  pin(messageId: number): Promise<void>;
  unpin(messageId: number): Promise<void>;
  /** Returns a function that removes the listener. */
  on(event: "change", f: () => void): () => void;
}

export interface Draft {
  readonly text: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** By the server's clock; undefined while it is not saved. */
  readonly savedAt?: string;
}

/** What the user has begun to write, on all devices. There is one draft for each room, and the last write wins. */
export interface Drafts {
  /** The draft of a room: what `save` was last given here, or what is stored. */
  load(room: string): Promise<Draft | undefined>;
  /**
   * Saves a draft at the next pause in typing, and at the latest five pauses after the first change. Without network it is saved when that is back. A text of white
   * space discards the draft. Call it for each key; it never throws.
   */
  save(room: string, text: string, metadata?: Record<string, string>): void;
  /** Discards the draft, because its message is sent. Takes no request if there is none. */
  discard(room: string): Promise<void>;
  /** Saves what is waiting now. This happens by itself when the page is hidden or left. */
  flush(): Promise<void>;
  /**
   * Called when a draft was saved or discarded on another device, if the chat was connected with `stream: { drafts: true }`. What is being written here stays, and is
   * saved after it. Returns a function that removes the listener.
   */
  on(event: "change", f: (change: DraftChange) => void): () => void;
}

export interface DraftChange {
  readonly room: string;
  /** Absent if there is no draft any more. */
  readonly now?: Draft;
}

/** The messages to delete: by their ids, or by author, range or both. */
export type Selection = { ids: readonly number[] } | { user?: string; from?: number; to?: number };

/** How many of the selected ids were dealt with, and how many messages were deleted. */
export interface Deletion {
  readonly deleted: number;
  readonly done: number;
  readonly total: number;
}
