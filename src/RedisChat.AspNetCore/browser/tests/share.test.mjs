import assert from "node:assert/strict";
import { test } from "node:test";
import { drafts, pins, replies } from "../dist/conversation.js";
import { start, texts, until } from "./helpers.mjs";

/** Web Locks, as far as the client uses them; Node 20 has none. A tab that crashes loses its locks. */
class Locks {
  queues = new Map();

  constructor(tab) {
    this.tab = tab;
  }

  static queues = new Map();

  request(name, { signal }, f) {
    return new Promise((resolve, reject) => {
      const entry = { tab: this.tab, f, resolve, reject };
      const queue = Locks.queues.get(name) ?? [];
      Locks.queues.set(name, queue);
      queue.push(entry);
      signal.addEventListener("abort", () => {
        if (entry.isHeld || !queue.includes(entry)) return;
        queue.splice(queue.indexOf(entry), 1);
        reject(signal.reason);
      });
      Locks.grant(queue);
    });
  }

  static grant(queue) {
    const [entry] = queue;
    if (!entry || entry.isHeld) return;
    entry.isHeld = true;
    queueMicrotask(async () => {
      const result = await Promise.resolve(entry.f()).catch((e) => entry.reject(e));
      entry.resolve(result);
      Locks.release(queue, entry);
    });
  }

  static release(queue, entry) {
    const at = queue.indexOf(entry);
    if (at < 0) return;
    queue.splice(at, 1);
    Locks.grant(queue);
  }

  static crash(tab) {
    for (const queue of Locks.queues.values()) for (const entry of queue.filter((entry) => entry.tab === tab)) Locks.release(queue, entry);
  }
}

const proxy = { locks: undefined };
Object.defineProperty(globalThis, "navigator", { value: proxy, configurable: true });

async function tabs(t) {
  const { server, client, bases } = await start(t);
  const pages = [];
  const tab = (options) => {
    const locks = new Locks({});
    const page = new EventTarget();
    // The client reads these while it connects, which it does in the task of the answer to "me".
    const chat = client({
      share: true,
      ...options,
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        if (String(url).endsWith("/me")) {
          const { json, text } = response;
          response.text = async () => {
            const body = await text.call(response);
            proxy.locks = locks;
            return body;
          };
          assert.ok(json);
        }
        return response;
      },
    });
    pages.push(page);
    return { chat, page, crash: () => Locks.crash(locks.tab), locks };
  };
  return { server, tab, bases };
}

/** Opens rooms one tab after the other, as proxy.locks is read on connecting. */
async function open(tab, ...rooms) {
  for (const id of rooms) await tab.chat.room(id).open();
  return tab;
}

test("tabs share one stream, which has the rooms of all", async (t) => {
  const { server, tab } = await tabs(t);
  const one = await open(tab(), "a");
  await server.until(() => server.live.length === 1);
  const two = await open(tab(), "a", "b");
  await server.until(() => server.live[0].rooms.size === 2);
  server.send("a", "bob", "to a");
  server.send("b", "bob", "to b");
  for (const [{ chat }, id] of [[one, "a"], [two, "a"], [two, "b"]]) await until(chat.room(id), () => texts(chat.room(id)).join() === "to " + id);
  await until(two.chat, () => two.chat.state === "online");
  assert.equal(server.streams.length, 1);
  two.chat.room("b").close();
  await server.until(() => server.live[0].rooms.size === 1);
  assert.deepEqual([...server.live[0].rooms.keys()], ["a"]);
});

test("what the client does not know reaches the other tabs too: passing events, frames, and what a reply needs", async (t) => {
  const { server, tab } = await tabs(t);
  server.send("a", "bob", "question");
  const one = await open(tab({ stream: { drafts: true } }), "a");
  await server.until(() => server.live.length === 1);
  const two = tab({ stream: { drafts: true } });
  const room = two.chat.room("a");
  const found = replies(two.chat, room);
  const pinned = pins(two.chat, room);
  const own = drafts(two.chat);
  await open(two, "a");
  await until(two.chat, () => two.chat.state === "online");
  const seen = [];
  room.on("event", ({ kind }) => seen.push(kind));
  own.on("change", ({ now }) => seen.push(now.text));
  server.passing("a", { kind: "writing" });
  server.draft("alice", "a", "from the phone");
  server.send("a", "bob", "answer", { replyTo: 1 });
  server.pin("a", 1, "mod");
  await until(pinned, () => pinned.has(1));
  assert.deepEqual(seen, ["writing", "from the phone", "created", "pinned"]);
  assert.equal(found.parentOf(room.messages[1]).message.text, "question");
  server.delete("a", 1);
  await until(found, () => found.parentOf(room.messages.at(-1)).isDeleted);
  assert.equal(server.streams.length, 1);
  assert.equal(one.chat.room("a").messages.length, 1);
});

test("another tab takes over at once when the leader closes, with no gaps or duplicates", async (t) => {
  const { server, tab } = await tabs(t);
  const one = await open(tab(), "a");
  await server.until(() => server.live.length === 1);
  const two = await open(tab(), "a");
  const room = two.chat.room("a");
  server.send("a", "bob", "1");
  await until(room, () => room.messages.length === 1);
  one.chat.close();
  server.send("a", "bob", "2", { silent: true });
  await server.until(() => server.live.length === 1 && server.streams.length === 2);
  server.send("a", "bob", "3");
  await until(room, () => room.messages.length === 3);
  assert.deepEqual(texts(room), ["1", "2", "3"]);
  assert.equal(two.chat.state, "online");
});

test("the tab that takes over has the rooms of the others in its stream", async (t) => {
  const { server, tab } = await tabs(t);
  const one = await open(tab(), "a");
  await server.until(() => server.live.length === 1);
  await open(tab(), "b");
  await open(tab(), "c");
  await server.until(() => server.live[0].rooms.size === 3);
  one.chat.close();
  await server.until(() => server.streams.slice(1).some(({ rooms }) => rooms.has("b") && rooms.has("c")));
});

test("a leader that crashes is replaced, and a follower that closes is forgotten", async (t) => {
  const { server, tab } = await tabs(t);
  const one = await open(tab(), "a");
  await server.until(() => server.live.length === 1);
  const two = await open(tab(), "b");
  const page = new EventTarget();
  globalThis.addEventListener = page.addEventListener.bind(page);
  const three = tab();
  delete globalThis.addEventListener;
  await open(three, "c");
  await server.until(() => server.live[0].rooms.size === 3);
  page.dispatchEvent(new Event("pagehide"));
  await server.until(() => server.live[0].rooms.size === 2);
  assert.deepEqual([...server.live[0].rooms.keys()], ["a", "b"]);
  one.crash();
  await server.until(() => server.streams.length >= 2 && server.streams.at(-1).rooms.has("b"));
  server.send("b", "bob", "hi");
  await until(two.chat.room("b"), () => two.chat.room("b").messages.length === 1);
});

test("a room that fails is not followed again because of a tab that crashed", async (t) => {
  const { server, tab, bases } = await tabs(t);
  const { chat } = await open(tab(), "a", "b");
  await server.until(() => server.live[0]?.rooms.size === 2);
  const crashed = new BroadcastChannel(`redischat ${bases}/ alice`);
  t.after(() => crashed.close());
  crashed.postMessage(["want", "crashed", { rooms: [["a", "0.0.0.0", false], ["c", "0.0.0.0", false]], inbox: false }]);
  await server.until(() => server.live[0].rooms.has("c"));
  const isAdded = ({ path, body }) => path.startsWith("stream/") && body.add.some(({ room }) => room === "a");
  const ban = () => {
    server.live[0].rooms.delete("a");
    server.frame(server.live[0], "failed", { room: "a", code: "forbidden", reason: "banned", status: 403 });
  };
  server.intercept = (request) => void (isAdded(request) && setImmediate(ban));
  ban();
  await until(chat.room("a"), () => chat.room("a").error);
  for (const id of ["d", "e"]) {
    await chat.room(id).open();
    await server.until(() => server.live[0].rooms.has(id));
  }
  assert.equal(server.requests.filter(isAdded).length, 0);
  assert.deepEqual([...server.live[0].rooms.keys()], ["b", "c", "d", "e"]);
});

test("a tab that is behind the stream gets what it lacks", async (t) => {
  const { server, tab } = await tabs(t);
  const one = await open(tab(), "a");
  await server.until(() => server.live.length === 1);
  // The page is from a replica that lags: it lacks what the stream had already reported.
  const stale = server.page("a", new URLSearchParams(), "alice");
  for (const text of ["1", "2"]) server.send("a", "bob", text);
  await until(one.chat.room("a"), () => one.chat.room("a").messages.length === 2);
  server.intercept = ({ path }, res) => path === "rooms/a/messages" && server.json(res, 200, { ...stale, position: "a1.0.0.0" });
  const two = await open(tab(), "a");
  server.send("a", "bob", "3");
  const room = two.chat.room("a");
  await until(room, () => room.messages.length === 3);
  assert.deepEqual(texts(room), ["1", "2", "3"]);
  await until(one.chat.room("a"), () => one.chat.room("a").messages.length === 3);
  assert.deepEqual(texts(one.chat.room("a")), ["1", "2", "3"]);
});

test("users do not share a stream", async (t) => {
  const { server, tab } = await tabs(t);
  await open(tab(), "a");
  const bob = await open(tab({ token: "bob" }), "a");
  await server.until(() => server.live.length === 2);
  assert.deepEqual(server.live.map(({ user }) => user), ["alice", "bob"]);
  assert.equal(bob.chat.user, "bob");
});

test("when one tab is signed out, all are", async (t) => {
  const { server, tab } = await tabs(t);
  const one = await open(tab(), "a");
  await server.until(() => server.live.length === 1);
  const two = await open(tab(), "a");
  await until(two.chat, () => two.chat.state === "online");
  server.intercept = ({ path }, res) => path === "stream" && server.problem(res, 401, "unauthenticated");
  server.frame(server.live[0], "end", { code: "revoked", retry: false });
  await until(one.chat, () => one.chat.state === "ended");
  await until(two.chat, () => two.chat.state === "ended");
});

test("the inbox is in the shared stream, too", async (t) => {
  const { server, tab } = await tabs(t);
  await open(tab(), "a");
  await server.until(() => server.live.length === 1);
  const two = tab();
  await two.chat.inbox.open();
  await server.until(() => server.live[0]?.inbox);
  server.frame(server.live[0], "inbox", { room: "x", now: { room: "x", isHidden: false } });
  await until(two.chat.inbox, () => two.chat.inbox.rooms.length === 1, "change");
});

test("the tab that takes over lists the inbox again", async (t) => {
  const { server, tab } = await tabs(t);
  const one = await open(tab(), "a");
  await server.until(() => server.live.length === 1);
  const two = tab();
  await two.chat.inbox.open();
  await server.until(() => server.live[0]?.inbox);
  await until(two.chat, () => two.chat.state === "online");
  one.chat.close();
  server.inbox = [{ room: "missed", isHidden: false }];
  await until(two.chat.inbox, () => two.chat.inbox.rooms.length === 1, "change");
});

test("a page in the back/forward cache has neither stream nor lock, and continues from its positions", async (t) => {
  const { server, tab } = await tabs(t);
  const page = new EventTarget();
  globalThis.addEventListener = page.addEventListener.bind(page);
  const one = tab();
  delete globalThis.addEventListener;
  await open(one, "a");
  await server.until(() => server.live.length === 1);
  const two = await open(tab(), "a");
  const rooms = [one, two].map(({ chat }) => chat.room("a"));
  server.send("a", "bob", "1");
  for (const room of rooms) await until(room, () => room.messages.length === 1);
  page.dispatchEvent(Object.assign(new Event("pagehide"), { persisted: true }));
  await server.until(() => server.live.length === 1 && server.streams.length === 2);
  server.send("a", "bob", "2");
  await until(rooms[1], () => rooms[1].messages.length === 2);
  assert.equal(rooms[0].messages.length, 1);
  proxy.locks = one.locks;
  page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  server.send("a", "bob", "3");
  for (const room of rooms) await until(room, () => texts(room).join() === "1,2,3");
});

test("without locks, or where they are forbidden, a tab has its own stream", async (t) => {
  const { server, client } = await start(t);
  proxy.locks = undefined;
  await client({ share: true }).room("a").open();
  await server.until(() => server.live.length === 1);
  proxy.locks = { request: () => Promise.reject(new DOMException("no", "SecurityError")) };
  await client({ share: true }).room("a").open();
  await server.until(() => server.live.length === 2);
});
