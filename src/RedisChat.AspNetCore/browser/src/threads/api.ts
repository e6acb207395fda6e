import type { ChatMessage, Room } from "../api.ts";

/** A message as the server stores it. */
export type StoredMessage = Readonly<Pick<ChatMessage, "user" | "text" | "timestamp" | "editedAt" | "version" | "replyTo" | "mentions" | "writing">> & {
  readonly id: number;
  readonly metadata?: Readonly<Record<string, string>>;
};

/** What a message shows of its thread. */
export interface ThreadSummary {
  readonly count: number;
  /** The last reply that is left; absent if there is none. */
  readonly lastReplyId?: number;
  readonly lastReplyAt?: string;
  /** Up to five users, the one who replied last first. */
  readonly participants: readonly string[];
}

/** The threads of a room's messages, live while the room is open. */
export interface Threads {
  /** The thread of a message; undefined if nobody has replied. A new object after each change. */
  of(messageId: number | undefined): ThreadSummary | undefined;
  /** A thread as a room of its own: open it, send in it, close it. */
  room(messageId: number): Room;
  /** Whether the user follows it, as the inbox says: open that before. */
  isFollowed(messageId: number): boolean;
  /** Follows a thread, which then is a room of the inbox. It must have a reply. */
  follow(messageId: number): Promise<void>;
  unfollow(messageId: number): Promise<void>;
  /** Called when a thread has changed. Returns a function that removes the listener. */
  on(event: "change", f: () => void): () => void;
}

/** A message that mentions the user, and its room, which may be a thread. */
export interface FoundMention {
  readonly room: string;
  readonly message: StoredMessage;
}

/** What mentions the user, over the rooms of the inbox. */
export interface Mentions {
  /** How many unread messages mention the user. A room counts 99 at most. */
  readonly unread: number;
  /** Those that are loaded, newest first. A new array after each change. */
  readonly list: readonly FoundMention[];
  /** Whether `more` may find some. */
  readonly hasMore: boolean;
  /** Reads the newest ones again, of the rooms with the latest activity. */
  load(): Promise<void>;
  /** Reads further ones. */
  more(): Promise<void>;
  /** Called when the list or the number has changed. Returns a function that removes the listener. */
  on(event: "change", f: () => void): () => void;
}

/** A mention in a text: the word that the server knows, and where it stands. */
export interface MentionInText {
  /** `@user`, or `*` for everyone. */
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

export interface ScheduledMessage {
  readonly id: string;
  readonly room: string;
  readonly message: { readonly text: string; readonly metadata?: Readonly<Record<string, string>>; readonly replyTo?: number; readonly mentions?: readonly string[] };
  readonly sendAt: string;
  /** Why it was not sent. It stays until it is changed or canceled. */
  readonly failure?: string;
}

/** The user's scheduled messages in a room, read when the room is loaded and when one of them is due. */
export interface Schedule {
  /** The next one first. A new array after each change. */
  readonly list: readonly ScheduledMessage[];
  load(): Promise<void>;
  /** 507 `full` if the user has as many as a user may have. An attempt without an answer is repeated under one key. */
  add(text: string, sendAt: Date, options?: { metadata?: Record<string, string>; replyTo?: number; mentions?: readonly string[] }): Promise<ScheduledMessage>;
  /** False if it was sent or canceled. */
  change(id: string, changes: { text?: string; sendAt?: Date }): Promise<boolean>;
  /** False if it was sent or canceled before. */
  cancel(id: string): Promise<boolean>;
  /** Returns a function that removes the listener. */
  on(event: "change", f: () => void): () => void;
}

/** Adjacent messages that were deleted in one step, or of which nothing is known any more. */
export interface Tombstone {
  readonly firstId: number;
  readonly lastId: number;
  readonly deletedAt?: string;
  /** Who deleted them. */
  readonly user?: string;
  readonly reason?: string;
}

/** Where messages of a room were deleted, live while the room is open. */
export interface Tombstones {
  /** By ascending id, in the range that is shown. A new array after each change. */
  readonly list: readonly Tombstone[];
  /** Returns a function that removes the listener. */
  on(event: "change", f: () => void): () => void;
}

/** What a message said before an edit. */
export interface MessageVersion {
  readonly version: number;
  readonly text: string;
  readonly writtenAt: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

