import type { Attachment, InboxRoom, LinkPreview, Reaction } from "./api.ts";

export interface WireMessage {
  id: number;
  user: string;
  text: string;
  timestamp: string;
  editedAt?: string;
  version: number;
  metadata?: Record<string, string>;
  idempotencyKey?: string;
  replyTo?: number;
  mentions?: string[];
  attachments?: Attachment[];
  previews?: LinkPreview[];
  writing?: "InProgress" | "Abandoned";
}

export interface WirePage {
  messages: WireMessage[];
  position: string;
  hasOlder: boolean;
  hasNewer: boolean;
  reactions?: Record<number, Reaction[]>;
}

/** An event of any kind; each kind has some of the properties. */
export interface WireEvent {
  kind: string;
  position: string;
  message: WireMessage;
  messageId: number;
  messageIds?: number[];
  below: number;
  offset: number;
  text: string;
  user?: string;
  reactions: Reaction[];
  duration: string;
  movedAt: string;
  about: never;
  rules: never;
}

export interface WireReceipt {
  id: number;
  timestamp: string;
  position: string;
}

export interface WireInboxChange {
  room: string;
  now?: InboxRoom;
}

/** What one tab follows. */
export interface Want {
  rooms: [room: string, after: string, present: boolean][];
  inbox: boolean;
}

/** A frame of the stream, and the position that the stream had reached in that room before it, unless it is part of no position. */
export type Frame = [event: string, data: any, before?: string];
