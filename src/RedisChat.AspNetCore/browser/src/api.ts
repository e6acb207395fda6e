/** How to connect. */
export interface ConnectOptions {
  /** Sent as `Authorization: Bearer`; a function is called for each request. Without a token, cookies are sent. */
  token?: string | (() => string | Promise<string>);
  /** One stream for all tabs of a user (Web Locks and BroadcastChannel). The default is true; where a browser lacks these, each tab has its own stream. */
  share?: boolean;
  /** What the stream delivers beside rooms and inbox, for listeners of `frame`: `{ drafts: true }`. The same in all tabs. */
  stream?: Record<string, unknown>;
  /** Replaces the global `fetch`, in tests and in Node. */
  fetch?: typeof fetch;
  /** Replaces the timers, in tests: calls the function after that many ms, and returns how to cancel this. */
  timer?: (f: () => void, ms: number) => () => void;
}

/** `ended`: signed out or revoked. The client does not connect again; call `connect` after the user has signed in. */
export type ChatState = "connecting" | "online" | "offline" | "ended";

/** A connection to a chat, over one or more equal nodes. */
export interface Chat {
  readonly state: ChatState;
  /** The signed-in user, known after the first answer. */
  readonly user: string | undefined;
  /** A room: the same object for the same id. */
  room(id: string): Room;
  /** The user's rooms with their unread messages. */
  readonly inbox: Inbox;
  /**
   * Calls any endpoint; the path is relative to the base. A node that is down is replaced by the next one, but only 503, which promises that nothing happened, makes
   * a POST or a reaction be repeated.
   * @throws {ChatError}
   */
  request<T>(method: string, path: string, body?: object, init?: RequestInit): Promise<T>;
  /** Returns a function that removes the listener. */
  on(event: "state", f: (state: ChatState) => void): () => void;
  /** Frames of the stream that this client does not know. */
  on(event: "frame", f: (frame: { event: string; data: any }) => void): () => void;
  /** Ends everything, including sends that are waiting for the network. */
  close(): void;
}

/**
 * A change of a room. `kind` is the kind of the event, or `opened`, `older`, `newer`, `sending`, `sent`, `refused`, `discarded`, `present`, `failed`.
 * Messages that are deleted in one step (`deletedMany`, `trimmed`) are reported as `deleted` each, when all of them are gone.
 */
export interface RoomChange {
  kind: string;
  /** The message that changed, if it is shown. */
  message?: ChatMessage;
  /** The messages were replaced as a whole: render them again. */
  reset?: boolean;
}

export interface Room {
  readonly id: string;
  /** Loads a page, then follows the room live. Resolves when the page is there, even if that takes several attempts. */
  open(options?: { presence?: boolean; limit?: number; around?: number }): Promise<void>;
  /** Stops following. Messages that are being sent are still sent. */
  close(): void;
  /** By ascending id, own unsent messages at the end. A new array, and new objects for what changed, after each change. */
  readonly messages: readonly ChatMessage[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  /** Loads the page before. Returns false if there is none. */
  older(): Promise<boolean>;
  /** Loads the page after, in a room that was opened around a message. Returns false if there is none. */
  newer(): Promise<boolean>;
  /** Shows the message at once, and repeats it under one key until it is stored or refused. Messages of a room are stored in the order of the calls. */
  send(text: string, metadata?: Record<string, string>, options?: SendOptions): Promise<ChatMessage>;
  /** Sends a refused message again. */
  retry(message: ChatMessage): Promise<ChatMessage>;
  /** Removes a message that is not sent. If an attempt did reach the chat, the message appears again. */
  discard(message: ChatMessage): void;
  /** What is not given stays as it is. */
  edit(id: number, text: string, more?: Pick<SendOptions, "mentions"> & { metadata?: Record<string, string> }): Promise<ChatMessage>;
  delete(id: number, reason?: string): Promise<void>;
  react(id: number, emoji: string): Promise<void>;
  unreact(id: number, emoji: string): Promise<void>;
  /** Marks messages as read up to this one; the newest one shown if omitted. Never moves back; calls in quick succession become one. */
  markRead(id?: number): Promise<void>;
  /** Tells the others that the user is typing. Call it for each key: it is throttled, and never throws. */
  typing(): void;
  /** The other users who are typing. */
  readonly typingUsers: readonly string[];
  /** The users in the room, if it was opened with `presence`. */
  readonly present: readonly string[];
  /** How far others have read, as events report it: user → message id. */
  readonly readers: ReadonlyMap<string, number>;
  /** The settings in the last event about them. */
  readonly about: RoomAbout | undefined;
  /** The rules in the last event about them. */
  readonly rules: Readonly<Record<string, unknown>> | undefined;
  /** Why the room is no longer followed, for example after a ban. */
  readonly error: ChatError | undefined;
  /** Returns a function that removes the listener. */
  on(event: "change", f: (change: RoomChange) => void): () => void;
  /** What the server sends, for what this client does not keep: see `RoomEvent`. */
  on(event: "event", f: (event: RoomEvent) => void): () => void;
}

/** What is sent with a message, beside text and metadata. It stays with the message until it is stored. */
export interface SendOptions {
  /** The id of the message that this one replies to. If it does not exist (any more), the message is refused with the code `parent-not-found`. */
  replyTo?: number;
  /** Whom it mentions: `@user`, `&role`, or `*` for all. */
  mentions?: readonly string[];
  /** References to what the application stores: at most 10. The text may be empty then. */
  attachments?: readonly Attachment[];
  /** Of a message that was sent before, as far as anyone knows: if it is stored already, it is not stored again. A new one if omitted. */
  idempotencyKey?: string;
}

/**
 * An event of a room as the server sends it, also of a kind that this client does not know. Those of the history come once each, in their order, after the change that
 * they make to `messages`. A page is an event of the kind `opened`, `older` or `newer`; what came before `opened` is void. After a gap, and after
 * `userErased`, the room is loaded again.
 */
export interface RoomEvent {
  readonly kind: string;
  readonly [property: string]: any;
}

/** A message in its current state. Immutable: a change makes a new object with the same key. */
export interface ChatMessage {
  /** Undefined until it is stored. */
  readonly id: number | undefined;
  /** The identity for rendering. It does not change when the message is stored. */
  readonly key: string;
  readonly user: string;
  /** Text of a user: show it as text, never as HTML. */
  readonly text: string;
  readonly timestamp: string;
  readonly editedAt?: string;
  /** 1 for a new message, one more for each edit; 0 while this is only what the user typed. */
  readonly version: number;
  readonly metadata: Readonly<Record<string, string>>;
  /** The id of the message that this one replies to. */
  readonly replyTo?: number;
  /** Whom it mentions: `@user`, `&role`, or `*` for all. */
  readonly mentions?: readonly string[];
  /** What it refers to. An edit keeps it. The addresses come from a user: check them before you use them as links. */
  readonly attachments?: readonly Attachment[];
  /** Previews of links, as the message had them when it was read. Later ones come with the event `previewsChanged` (`room.on("event", …)`). */
  readonly previews?: readonly LinkPreview[];
  /** `InProgress`: it is being written part by part, and this is its text so far. `Abandoned`: it was, and will not be completed. Absent if it is complete. */
  readonly writing?: "InProgress" | "Abandoned";
  readonly reactions: readonly Reaction[];
  readonly pending: boolean;
  /** Why it was refused. */
  readonly error?: ChatError;
}

/** A reference from a message to something that the application stores. All of it is what a user said. */
export interface Attachment {
  readonly kind: string;
  readonly name: string;
  readonly mediaType: string;
  /** In bytes. */
  readonly size: number;
  readonly address: string;
  readonly preview?: { readonly text?: string; readonly address?: string; readonly width?: number; readonly height?: number };
}

/** What a page says of itself. Text from a stranger: show it as text. */
export interface LinkPreview {
  readonly address: string;
  readonly title: string;
  readonly description?: string;
  readonly image?: string;
  readonly siteName?: string;
}

/** How many reactions with one emoji a message has, and how many of them are the user's own. */
export interface Reaction {
  emoji: string;
  count: number;
  own: number;
}

export interface RoomAbout {
  name: string;
  topic: string;
  metadata: Record<string, string>;
}

export interface Inbox {
  /** Lists the rooms and follows them live. */
  open(): Promise<void>;
  close(): void;
  /** Newest activity first, without hidden rooms. */
  readonly rooms: readonly InboxRoom[];
  /** Returns a function that removes the listener. */
  on(event: "change", f: () => void): () => void;
}

export interface InboxRoom {
  room: string;
  member: Record<string, unknown>;
  lastMessage?: { id: number; user: string; text: string; timestamp: string; version: number; metadata: Record<string, string>; mentions?: string[]; writing?: "InProgress" | "Abandoned" };
  lastActivity?: string;
  readUpTo: number;
  unread: { count: number; hasMore: boolean };
  unreadMentions: number;
  isMuted: boolean;
  isHidden: boolean;
}

/** What the server answered, or that no answer came (`status` 0, `code` `network`). */
export class ChatError extends Error {
  /** The status of the response; 0 if there was none. */
  declare readonly status: number;
  declare readonly code: string;
  declare readonly reason?: string;
  /** In seconds. */
  declare readonly retryAfter?: number;
  declare readonly parameter?: string;

  constructor(problem: { status?: number; code?: string; reason?: string; retryAfter?: number; parameter?: string; title?: string; detail?: string }) {
    super(problem.detail ?? problem.title ?? problem.code);
    Object.assign(this, { name: "ChatError", status: 0, code: "http" }, problem);
  }
}
