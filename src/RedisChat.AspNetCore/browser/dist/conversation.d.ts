import type { Chat, ChatMessage, Room } from "./redischat.js";
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
export type Selection = {
    ids: readonly number[];
} | {
    user?: string;
    from?: number;
    to?: number;
};
/** How many of the selected ids were dealt with, and how many messages were deleted. */
export interface Deletion {
    readonly deleted: number;
    readonly done: number;
    readonly total: number;
}
/**
 * Deletes many messages: a selection, or all of an author, which takes the right `DeleteAny`. An interrupted deletion is repeated until it is complete; `deleted` then
 * counts only what the last request deleted. The messages leave the rooms that show them by events, as with any deletion.
 */
export declare function deleteMany(chat: Chat, room: Room, selection: Selection, reason?: string): Promise<Deletion>;
/**
 * The user's drafts. The same object for the same chat.
 * @param options `pause`: after how many ms without a key a draft is saved; 1,000 if omitted. Counts in the first call.
 */
export declare function drafts(chat: Chat, options?: {
    pause?: number;
}): Drafts;
/** The pinned messages of a room. The same object for the same room. Call it before the room is opened: the list is read when the room is loaded. */
export declare const pins: (chat: Chat, room: Room) => Pins;
/** What the replies of a room refer to. The same object for the same room. Call it before the room is opened: parents then come with its messages. */
export declare const replies: (chat: Chat, room: Room) => Replies;
/**
 * Keeps what is being sent over a reload of the page: it is sent again, under the same keys, when this is called for the same user and room. Call it before the room is
 * opened, once the user is known (`chat.user`). Texts are in the storage of the tab until they are sent, refused or discarded.
 */
export declare function keepUnsent(chat: Chat, room: Room): void;
