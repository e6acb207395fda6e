// A chat in memory that speaks the web contract on one or more nodes, and does to requests what a test tells it to.
import { EventEmitter } from "node:events";
import { createServer } from "node:http";

export class Server extends EventEmitter {
  rooms = new Map();
  requests = [];
  streams = [];
  present = ["alice"];
  inbox = [];
  members = ["alice", "bob"];
  /** Of each user: room → draft. */
  drafts = new Map();
  time = 1_700_000_000_000_000;
  /** Called before each request: (request, response) => true if it has answered, or a promise of that. */
  intercept = () => false;
  #nodes = [];

  /** Starts a node and returns its base URL. */
  async node() {
    const node = this.#nodes.length;
    const server = createServer((req, res) => this.#handle(node, req, res));
    this.#nodes.push(server);
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${server.address().port}/chat`;
  }

  async close() {
    for (const server of this.#nodes) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  room(id) {
    if (!this.rooms.has(id)) this.rooms.set(id, { id, epoch: "a1", last: 0, stamp: 0, revision: 0, messages: new Map(), reactions: new Map(), pins: [], log: [], threads: new Map(), scheduled: [], tombstones: [] });
    return this.rooms.get(id);
  }

  position(id) {
    const { epoch, last, stamp, revision } = this.room(id);
    return last || revision ? `${epoch}.${last}.${stamp}.${revision}` : "0.0.0.0";
  }

  #now() {
    const time = this.time++;
    return new Date(Math.floor(time / 1000)).toISOString().replace("Z", String(time % 1000).padStart(3, "0") + "+00:00");
  }

  send(id, user, text, { silent = false, stored = text, idempotencyKey, replyTo, writing, mentions } = {}) {
    const room = this.room(id);
    room.stamp = this.time;
    const message = { id: ++room.last, user, text: stored, timestamp: this.#now(), version: 1, metadata: {} };
    if (idempotencyKey) message.idempotencyKey = idempotencyKey;
    if (replyTo) message.replyTo = replyTo;
    if (writing) message.writing = writing;
    if (mentions) message.mentions = mentions;
    room.messages.set(message.id, message);
    const event = this.#log(id, { kind: "created", message });
    if (!silent) this.event(id, event);
    return { message, event, receipt: { id: message.id, timestamp: message.timestamp, position: event.position } };
  }

  change(id, event, { silent = false } = {}) {
    const room = this.room(id);
    room.revision = this.time++;
    const logged = this.#log(id, event);
    if (!silent) this.event(id, logged);
    return logged;
  }

  edit(id, messageId, text, options) {
    const message = { ...this.room(id).messages.get(messageId), text, editedAt: this.#now() };
    message.version++;
    this.room(id).messages.set(messageId, message);
    this.change(id, { kind: "edited", message }, options);
    return message;
  }

  /** Adds a part to a message that is being written. */
  write(id, messageId, text, { silent = false } = {}) {
    const message = this.room(id).messages.get(messageId);
    this.room(id).messages.set(messageId, { ...message, text: message.text + text });
    const event = { kind: "partWritten", messageId, offset: message.text.length, text };
    if (!silent) this.passing(id, event);
    return event;
  }

  endWriting(id, messageId, writing, options) {
    const message = { ...this.room(id).messages.get(messageId), writing };
    this.room(id).messages.set(messageId, message);
    return this.change(id, { kind: "writingEnded", message }, options);
  }

  delete(id, messageId, options) {
    this.#forget(id, messageId);
    return this.change(id, { kind: "deleted", messageId, user: "mod" }, options);
  }

  deleteMany(id, messageIds, options) {
    for (const messageId of messageIds) this.#forget(id, messageId);
    return this.change(id, { kind: "deletedMany", messageIds, user: "mod", reason: "spam" }, options);
  }

  trim(id, below, options) {
    for (const messageId of [...this.room(id).messages.keys()]) if (messageId < below) this.#forget(id, messageId);
    return this.change(id, { kind: "trimmed", below }, options);
  }

  /** Makes a user's messages anonymous, as an erasure does: without new versions. */
  eraseUser(id, user, alias, options) {
    const room = this.room(id);
    const found = [...room.messages.values()].filter((message) => message.user === user || message.mentions?.includes("@" + user));
    for (const message of found) {
      const mentions = message.mentions?.map((mention) => (mention === "@" + user ? "@" + alias : mention));
      room.messages.set(message.id, { ...message, user: message.user === user ? alias : message.user, ...(mentions && { mentions }) });
    }
    room.pins = room.pins.map((pin) => (pin.by === user ? { ...pin, by: alias } : pin));
    return this.change(id, { kind: "userErased", messageIds: found.map(({ id }) => id) }, options);
  }

  #forget(id, messageId) {
    const room = this.room(id);
    room.messages.delete(messageId);
    room.pins = room.pins.filter((pin) => pin.messageId !== messageId);
  }

  pin(id, messageId, by, options) {
    const pin = { messageId, by, pinnedAt: this.#now() };
    this.room(id).pins.unshift(pin);
    return this.change(id, { kind: "pinned", ...pin }, options);
  }

  unpin(id, messageId, by, options) {
    const room = this.room(id);
    room.pins = room.pins.filter((pin) => pin.messageId !== messageId);
    return this.change(id, { kind: "unpinned", messageId, by }, options);
  }

  draftsOf(user) {
    if (!this.drafts.has(user)) this.drafts.set(user, new Map());
    return this.drafts.get(user);
  }

  /** Saves a draft, or discards it, on some device. */
  draft(user, room, text, metadata = {}) {
    const now = text === undefined ? undefined : { room, text, metadata, savedAt: this.#now() };
    if (now) this.draftsOf(user).set(room, now);
    else this.draftsOf(user).delete(room);
    for (const stream of this.live) if (stream.user === user && stream.body.drafts) this.frame(stream, "draft", { room, now });
    return now;
  }

  /** A reply in the thread of a message, which changes its summary. */
  reply(id, messageId, user, text, options) {
    const room = this.room(id);
    const { message } = this.send(`${id}\u001f${messageId}`, user, text, options);
    const before = room.threads.get(messageId) ?? { count: 0, participants: [] };
    const thread = { count: before.count + 1, lastReplyId: message.id, lastReplyAt: message.timestamp, participants: [user, ...before.participants.filter((other) => other !== user)].slice(0, 5) };
    room.threads.set(messageId, thread);
    return this.change(id, { kind: "threadChanged", messageId, thread }, options);
  }

  /** Reactions with the user's own ones: emoji → users. */
  react(id, messageId, user, emoji, { remove = false, ...options } = {}) {
    const reactions = this.room(id).reactions;
    const all = reactions.get(messageId) ?? new Map();
    reactions.set(messageId, all);
    const users = all.get(emoji) ?? new Set();
    all.set(emoji, users);
    if (remove) users.delete(user);
    else users.add(user);
    if (!users.size) all.delete(emoji);
    return this.change(id, { kind: "reacted", messageId, user, reactions: this.reactions(id, messageId) }, options);
  }

  reactions(id, messageId, user) {
    return [...(this.room(id).reactions.get(messageId) ?? [])].map(([emoji, users]) => ({ emoji, count: users.size, own: users.has(user) ? 1 : 0 }));
  }

  #log(id, event) {
    const logged = { ...event, position: this.position(id) };
    this.room(id).log.push(logged);
    return logged;
  }

  /** To all streams that have the room. */
  event(id, event, hasPosition = true) {
    for (const stream of this.streams) if (stream.rooms.has(id)) this.frame(stream, "", { room: id, event }, hasPosition ? event.position : "");
  }

  passing(id, event) {
    this.event(id, { position: this.position(id), ...event }, false);
  }

  frame(stream, event, data, position) {
    stream.res.write((event ? `event: ${event}\n` : "") + (position ? `id: ${position}\n` : "") + `data: ${JSON.stringify(data)}\n\n`);
  }

  get live() {
    return this.streams.filter(({ res }) => !res.destroyed && !res.writableEnded);
  }

  /** Waits for a request or stream such that the condition holds. */
  async until(condition) {
    const end = Date.now() + 10_000;
    while (!condition()) {
      let timer;
      await new Promise((resolve) => {
        this.once("news", resolve);
        timer = setTimeout(resolve, Math.max(0, end - Date.now()));
      });
      clearTimeout(timer);
      if (Date.now() >= end) throw new Error("Did not happen: " + condition);
    }
  }

  async #handle(node, req, res) {
    const url = new URL(req.url, "http://x");
    let text = "";
    for await (const chunk of req) text += chunk;
    const request = {
      node,
      method: req.method,
      path: url.pathname.slice("/chat/".length),
      query: url.searchParams,
      body: text ? JSON.parse(text) : undefined,
      headers: req.headers,
      user: req.headers.authorization?.slice("Bearer ".length),
    };
    this.requests.push(request);
    res.on("close", () => this.emit("news"));
    this.emit("news");
    if (await this.intercept(request, res)) return;
    this.answer(request, res);
  }

  json(res, status, body, headers = {}) {
    res.writeHead(status, { "content-type": "application/json", ...headers }).end(body === undefined ? undefined : JSON.stringify(body));
    return true;
  }

  problem(res, status, code, more = {}) {
    return this.json(res, status, { status, code, title: code, ...more });
  }

  answer(request, res) {
    const { method, path, query, body, user, node } = request;
    if (!user) return this.problem(res, 401, "unauthenticated");
    if (path === "me") return this.json(res, 200, { user });
    if (path === "inbox") return this.json(res, 200, { rooms: this.inbox });
    if (path === "stream") return this.#stream(node, body, user, res);
    const [first, second, third, fourth, fifth, sixth] = path.split("/").map(decodeURIComponent);
    if (first === "stream") return this.#changeStream(node, second, body, res);
    if (first === "drafts") {
      const draft = this.draftsOf(user).get(second);
      if (method === "PUT") return this.json(res, 200, this.draft(user, second, body.text, body.metadata));
      if (!draft) return this.problem(res, 404, "not-found");
      if (method === "GET") return this.json(res, 200, draft);
      this.draft(user, second);
      return this.json(res, 204);
    }
    const room = this.room(second);
    if (third === "presence") return this.json(res, 200, { users: this.present, count: this.present.length });
    if (third === "typing") return this.json(res, 204);
    if (third === "mentions") {
      const found = [...room.messages.values()].filter(({ id, mentions = [] }) => mentions.includes("@" + user) && id < +(query.get("before") ?? Infinity)).reverse();
      const messages = found.slice(0, +query.get("limit"));
      return this.json(res, 200, { messages, ...(messages.length < found.length && { before: messages.at(-1).id }) });
    }
    if (third === "members") return this.json(res, 200, { members: this.members.map((user) => ({ user })) });
    if (third === "join" || third === "leave") return this.json(res, 200, { user });
    if (third === "scheduled") {
      const at = room.scheduled.findIndex(({ id }) => id === fourth);
      if (method === "GET") return this.json(res, 200, room.scheduled);
      if (method === "POST") {
        const { sendAt, idempotencyKey, ...message } = body;
        const known = room.scheduled.find(({ key }) => key === idempotencyKey);
        if (!known) room.scheduled.push({ id: "s" + this.time++, room: second, message, sendAt, key: idempotencyKey });
        return this.json(res, 201, known ?? room.scheduled.at(-1));
      }
      if (at < 0) return this.problem(res, 404, "not-found");
      if (method === "DELETE") room.scheduled.splice(at, 1);
      else room.scheduled[at] = { ...room.scheduled[at], ...(body.sendAt && { sendAt: body.sendAt }), ...(body.text && { message: { ...room.scheduled[at].message, text: body.text } }) };
      return method === "DELETE" ? this.json(res, 204) : this.json(res, 200, room.scheduled[at]);
    }
    if (third === "pins") return this.json(res, 200, room.pins.map((pin) => ({ ...pin, message: room.messages.get(pin.messageId) })));
    if (third === "deletions") {
      const ids = body.ids ?? [...room.messages.values()].filter((message) => message.user === body.user).map(({ id }) => id);
      const found = ids.filter((id) => room.messages.has(id));
      if (found.length) this.deleteMany(second, found);
      return this.json(res, 200, { deleted: found.length, done: ids.length, total: ids.length });
    }
    if (third === "read") return this.json(res, 200, { user, messageId: body.messageId, at: this.#now() });
    if (!fourth && method === "GET") return this.json(res, 200, this.page(second, query, user));
    if (!fourth) {
      const known = [...room.messages.values()].find((message) => message.user === user && message.idempotencyKey === body.idempotencyKey);
      if (known) return this.json(res, 200, { id: known.id, timestamp: known.timestamp, position: this.position(second), isDuplicate: true });
      if (body.replyTo && !room.messages.has(body.replyTo)) return this.problem(res, 409, "parent-not-found");
      return this.json(res, 201, this.send(second, user, body.text, body).receipt);
    }
    const id = +fourth;
    if (!room.messages.has(id)) return this.problem(res, 404, "not-found");
    if (fifth === "pin") {
      if (method === "PUT") this.pin(second, id, user);
      else this.unpin(second, id, user);
      return this.json(res, 204);
    }
    if (fifth) {
      this.react(second, id, user, sixth, { remove: method === "DELETE" });
      return this.json(res, 200, this.reactions(second, id, user));
    }
    if (method === "GET") return this.json(res, 200, room.messages.get(id));
    if (method === "PATCH") return this.json(res, 200, this.edit(second, id, body.text));
    this.delete(second, id);
    return this.json(res, 204);
  }

  page(id, query, user) {
    const room = this.room(id);
    const limit = +(query.get("limit") ?? 50);
    const all = [...room.messages.values()];
    let from = Math.max(0, all.length - limit);
    let to = all.length;
    const at = (name) => all.findIndex((message) => message.id >= +query.get(name));
    if (query.get("before")) {
      to = at("before") < 0 ? all.length : at("before");
      from = Math.max(0, to - limit);
    } else if (query.get("after")) {
      from = all.filter((message) => message.id <= +query.get("after")).length;
      to = Math.min(all.length, from + limit);
    } else if (query.get("around")) {
      from = Math.max(0, at("around") - Math.floor(limit / 2));
      to = Math.min(all.length, from + limit);
    }
    const messages = all.slice(from, to);
    const reactions = Object.fromEntries(messages.map((message) => [message.id, this.reactions(id, message.id, user)]).filter(([, list]) => list.length));
    const parents = Object.fromEntries(messages.filter(({ replyTo }) => replyTo).map(({ replyTo }) => [replyTo, room.messages.has(replyTo) ? { message: room.messages.get(replyTo), isDeleted: false } : { isDeleted: true }]));
    const threads = Object.fromEntries(messages.filter(({ id }) => room.threads.has(id)).map(({ id }) => [id, room.threads.get(id)]));
    return { messages, threads, ...(query.get("deleted") && { tombstones: room.tombstones }), parents, position: this.position(id), hasOlder: from > 0, hasNewer: to < all.length, reactions, unreadable: [] };
  }

  #stream(node, body, user, res) {
    const stream = { id: "s" + this.streams.length, node, res, user, body, rooms: new Map(), inbox: body.inbox };
    res.writeHead(200, { "content-type": "text/event-stream" });
    res.write(": hello\n\n");
    this.frame(stream, "opened", { stream: stream.id });
    for (const room of body.rooms) this.#add(stream, room);
    this.streams.push(stream);
    this.emit("news");
  }

  #add(stream, { room: id, after, present }) {
    const room = this.room(id);
    stream.rooms.set(id, { after, present });
    const [epoch, message, , revision] = (after ?? this.position(id)).split(".");
    const position = this.position(id);
    if (after && after !== "0.0.0.0" && epoch !== room.epoch) this.frame(stream, "", { room: id, event: { kind: "gap", position } });
    else for (const event of room.log) {
      const [, m, , r] = event.position.split(".");
      if (after && (+m > +message || +r > +revision)) this.frame(stream, "", { room: id, event }, event.position);
    }
    this.frame(stream, "", { room: id, event: { kind: "caughtUp", position } }, position);
  }

  #changeStream(node, id, { add = [], remove = [] }, res) {
    const stream = this.live.find((stream) => stream.id === id && stream.node === node);
    if (!stream) return this.problem(res, 404, "stream-not-here");
    for (const room of remove) stream.rooms.delete(room);
    for (const room of add) this.#add(stream, room);
    this.json(res, 204);
    this.emit("news");
  }
}
