import assert from "node:assert/strict";
import { test } from "node:test";
import { gate, ManualClock, start, texts, until } from "./helpers.mjs";

test("opens a room with a page and follows it from the page's position", async (t) => {
  const { server, client } = await start(t);
  server.send("lobby", "bob", "one");
  const chat = client();
  const room = chat.room("lobby");
  const page = gate();
  server.intercept = async ({ path }) => {
    if (path.endsWith("/messages")) await page;
  };
  const opened = room.open();
  await server.until(() => server.requests.some(({ path }) => path === "rooms/lobby/messages"));
  server.send("lobby", "bob", "two");
  page.open();
  await opened;
  server.send("lobby", "bob", "three");
  await until(room, () => room.messages.length === 3);
  assert.deepEqual(texts(room), ["one", "two", "three"]);
  assert.equal(chat.user, "alice");
  assert.equal(chat.state, "online");
  assert.equal(chat.room("lobby"), room);
});

test("one stream has all rooms; rooms are added to it and removed from it", async (t) => {
  const { server, client } = await start(t);
  const chat = client();
  await chat.room("a").open();
  await until(chat, () => chat.state === "online");
  await chat.room("b/ü").open({ presence: true });
  await server.until(() => server.streams[0].rooms.has("b/ü"));
  assert.equal(server.streams[0].rooms.get("b/ü").present, true);
  chat.room("a").close();
  await server.until(() => !server.streams[0].rooms.has("a"));
  server.send("b/ü", "bob", "hi");
  await until(chat.room("b/ü"), () => chat.room("b/ü").messages.length === 1);
  assert.equal(server.streams.length, 1);
});

test("a stream that is on another node is opened again with all rooms and their positions", async (t) => {
  const { server, client } = await start(t);
  const chat = client();
  const a = chat.room("a");
  await a.open();
  server.send("a", "bob", "one");
  await until(a, () => a.messages.length === 1);
  server.intercept = ({ path }, res) => path.startsWith("stream/") && server.problem(res, 404, "stream-not-here");
  server.send("b", "bob", "before");
  await chat.room("b").open();
  await server.until(() => server.streams.length === 2);
  assert.deepEqual(server.streams[1].body.rooms, [
    { room: "a", after: server.position("a"), present: false },
    { room: "b", after: server.position("b"), present: false },
  ]);
  server.send("a", "bob", "two");
  server.send("b", "bob", "after");
  await until(a, () => a.messages.length === 2);
  await until(chat.room("b"), () => chat.room("b").messages.length === 2);
  assert.deepEqual(texts(a), ["one", "two"]);
});

test("a cut connection continues on the next node with no gaps or duplicates", async (t) => {
  const { server, client } = await start(t, 2);
  const chat = client();
  const states = [];
  chat.on("state", (state) => states.push(state));
  const room = chat.room("lobby");
  await room.open();
  await until(chat, () => chat.state === "online");
  server.send("lobby", "bob", "1");
  await until(room, () => room.messages.length === 1);
  for (let i = 2; i <= 6; i++) {
    server.live[0].res.destroy();
    server.send("lobby", "bob", String(i), { silent: true });
    await until(room, () => room.messages.length === i);
  }
  assert.deepEqual(texts(room), ["1", "2", "3", "4", "5", "6"]);
  assert.deepEqual(server.streams.slice(0, 4).map(({ node }) => node), [0, 1, 0, 1]);
  assert.deepEqual(states.slice(0, 3), ["online", "offline", "online"]);
});

test("frames may be cut anywhere, and end with any line break", async (t) => {
  const { server, client } = await start(t);
  const room = client().room("lobby");
  await room.open();
  await server.until(() => server.live.length === 1);
  const { event } = server.send("lobby", "bob", "größer: 😀", { silent: true });
  const bytes = Buffer.from(`: comment\r\nid: ${event.position}\r\ndata: ${JSON.stringify({ room: "lobby", event })}\r\n\r\n`);
  for (const byte of bytes) {
    server.live[0].res.write(Buffer.of(byte));
    await new Promise(setImmediate);
  }
  await until(room, () => room.messages.length === 1);
  assert.equal(room.messages[0].text, "größer: 😀");
});

test("end with retry connects again at once, without waiting", async (t) => {
  const { server, client } = await start(t, 2);
  const chat = client({ clock: new ManualClock() });
  await chat.room("lobby").open();
  await until(chat, () => chat.state === "online");
  server.frame(server.live[0], "end", { code: "shutdown", retry: true });
  await server.until(() => server.streams.length === 2);
  assert.equal(server.streams[1].node, 1);
});

test("a server that ends each stream at once is not called in a tight loop", async (t) => {
  const { server, client } = await start(t);
  const clock = new ManualClock();
  const chat = client({ clock });
  await chat.room("lobby").open();
  await until(chat, () => chat.state === "online");
  for (let i = 0; i < 2; i++) {
    server.frame(server.live[0], "end", { code: "shutdown", retry: true });
    if (i > 0) break;
    await server.until(() => server.streams.length === 2);
    await until(chat, () => chat.state === "online");
  }
  await until(chat, () => chat.state === "offline");
  assert.equal(server.streams.length, 2);
  clock.advance(500);
  await server.until(() => server.streams.length === 3);
});

test("streams that the client itself opens again are no failures: it is never offline and never waits", async (t) => {
  const { server, client } = await start(t);
  const chat = client({ clock: new ManualClock() });
  const states = [];
  chat.on("state", (state) => states.push(state));
  await chat.room("a").open();
  await until(chat, () => chat.state === "online");
  server.intercept = ({ path }, res) => path.startsWith("stream/") && server.problem(res, 404, "stream-not-here");
  for (const id of ["b", "c", "d"]) {
    await chat.room(id).open();
    await server.until(() => server.streams.at(-1).rooms.has(id));
    await until(chat, () => chat.state === "online");
  }
  server.frame(server.live.at(-1), "end", { code: "shutdown", retry: true });
  await server.until(() => server.streams.length === 5);
  await until(chat, () => chat.state === "online");
  assert.equal(states.includes("offline"), false);
});

test("a stream that took long to open gets a fresh start only after it has worked for a while", async (t) => {
  const { server, client } = await start(t);
  const clock = new ManualClock();
  const chat = client({ clock });
  const end = () => server.frame(server.live.at(-1), "end", { code: "shutdown", retry: true });
  await chat.room("lobby").open();
  await until(chat, () => chat.state === "online");
  for (const worked of [5000, 4999]) {
    const held = gate();
    server.intercept = async ({ path }) => path === "stream" && (await held, false);
    const { length } = server.requests;
    end();
    await server.until(() => server.requests.slice(length).some(({ path }) => path === "stream"));
    assert.equal(chat.state, "connecting");
    clock.advance(6000);
    held.open();
    await until(chat, () => chat.state === "online");
    clock.advance(worked);
  }
  end();
  await until(chat, () => chat.state === "offline");
});

test("a node that asks to wait before the next stream is obeyed", async (t) => {
  const { server, client } = await start(t);
  const clock = new ManualClock();
  t.mock.method(Math, "random", () => 0);
  const chat = client({ clock });
  const isStream = ({ path }) => path === "stream";
  server.intercept = (request, res) => isStream(request) && server.problem(res, 429, "too-many", { reason: "streams", retryAfter: 7 });
  await chat.room("lobby").open();
  await until(chat, () => chat.state === "offline");
  while (![...clock.timers.values()].some(({ at }) => at === clock.time + 7000)) await new Promise(setImmediate);
  server.intercept = () => false;
  clock.advance(6999);
  await chat.request("GET", "me");
  assert.equal(server.requests.filter(isStream).length, 1);
  clock.advance(1);
  await until(chat, () => chat.state === "online");
});

test("end without retry is the end", async (t) => {
  const { server, client } = await start(t, 2);
  const clock = new ManualClock();
  const chat = client({ clock });
  await chat.room("lobby").open();
  await until(chat, () => chat.state === "online");
  server.frame(server.live[0], "end", { code: "revoked", retry: false });
  await until(chat, () => chat.state === "ended");
  const { length } = server.requests;
  clock.advance(600_000);
  await new Promise(setImmediate);
  assert.equal(server.requests.length, length);
});

test("a client that is not signed in ends, and open says why", async (t) => {
  const { client } = await start(t);
  const chat = client({ token: "" });
  await assert.rejects(chat.room("lobby").open(), { name: "ChatError", status: 401, code: "unauthenticated" });
  await until(chat, () => chat.state === "ended");
});

test("a node that has gone silent is left after 40 s", async (t) => {
  const { server, client } = await start(t, 2);
  const clock = new ManualClock();
  const chat = client({ clock });
  const room = chat.room("lobby");
  await room.open();
  await until(chat, () => chat.state === "online");
  clock.advance(39_999);
  server.live[0].res.write(": \n\n");
  server.send("lobby", "bob", "still here");
  await until(room, () => room.messages.length === 1);
  clock.advance(30_000);
  await chat.request("GET", "me");
  server.send("lobby", "bob", "and here");
  await until(room, () => room.messages.length === 2);
  assert.equal(server.streams.length, 1);
  assert.equal(chat.state, "online");
  clock.advance(40_000);
  await until(chat, () => chat.state === "offline");
  clock.advance(250);
  await server.until(() => server.streams.length === 2);
  assert.equal(server.streams[1].node, 1);
});

test("waits between attempts grow to 10 s, with full jitter, and being online ends them", async (t) => {
  const { server, client } = await start(t);
  const target = new EventTarget();
  globalThis.addEventListener = target.addEventListener.bind(target);
  t.after(() => delete globalThis.addEventListener);
  const clock = new ManualClock();
  const waits = [];
  const { timer } = clock;
  clock.timer = (f, ms) => {
    if (ms <= 10_000 && ms !== 5000) waits.push(ms);
    return timer(f, ms);
  };
  t.mock.method(Math, "random", () => 1);
  const chat = client({ clock });
  const room = chat.room("lobby");
  await room.open();
  await until(chat, () => chat.state === "online");
  server.intercept = ({ path }, res) => path === "stream" && server.problem(res, 503, "unavailable");
  server.live[0].res.destroy();
  for (let i = 1; i <= 8; i++) {
    while (waits.length < i) await new Promise(setImmediate);
    clock.advance(waits.at(-1));
    await server.until(() => server.requests.filter(({ path }) => path === "stream").length === i + 1);
  }
  assert.deepEqual(waits.slice(0, 8), [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  server.intercept = () => false;
  server.send("lobby", "bob", "meanwhile");
  target.dispatchEvent(new Event("online"));
  await until(room, () => room.messages.length === 1);
});

test("a room that fails leaves the stream with its error; the others continue", async (t) => {
  const { server, client } = await start(t);
  const chat = client();
  const [a, b] = [chat.room("a"), chat.room("b")];
  await Promise.all([a.open(), b.open()]);
  await server.until(() => server.live[0]?.rooms.size === 2);
  server.frame(server.live[0], "failed", { room: "a", code: "forbidden", reason: "banned", status: 403 });
  server.live[0].rooms.delete("a");
  await until(a, () => a.error);
  assert.equal(a.error.reason, "banned");
  server.live[0].res.destroy();
  server.send("b", "bob", "hi");
  await until(b, () => b.messages.length === 1);
  assert.deepEqual(server.streams.at(-1).body.rooms.map(({ room }) => room), ["b"]);
});

test("a deleted room ends with an error that says so", async (t) => {
  const { server, client } = await start(t);
  const room = client().room("a");
  await room.open();
  await server.until(() => server.live.length === 1);
  server.passing("a", { kind: "roomDeleted", by: "olga" });
  await until(room, () => room.error);
  assert.equal(room.error.reason, "roomDeleted");
});

test("a room that failed and is loaded again ignores what the stream says of the time before", async (t) => {
  const { server, client } = await start(t);
  const room = client().room("a");
  await room.open();
  await server.until(() => server.live.length === 1);
  const failures = [];
  room.on("change", ({ kind }) => kind === "failed" && failures.push(room.error.reason));
  for (let i = 0; i < 3; i++) server.frame(server.live[0], "failed", { room: "a", code: "forbidden", reason: "banned", status: 403 });
  await until(room, () => room.error);
  server.live[0].rooms.delete("a");
  await room.open();
  await server.until(() => server.live[0].rooms.has("a"));
  assert.deepEqual(failures, ["banned"]);
  assert.equal(room.error, undefined);
});
