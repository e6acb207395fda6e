import assert from "node:assert/strict";
import { test } from "node:test";
import { gate, ManualClock, start, texts, until } from "./helpers.mjs";

const isSend = ({ method, path }) => method === "POST" && path.endsWith("/messages");

async function opened(t, { nodes = 1, ...options } = {}) {
  const { server, client } = await start(t, nodes);
  const chat = client(options);
  const room = chat.room("lobby");
  await room.open();
  await server.until(() => server.live.length === 1);
  await until(chat, () => chat.state === "online");
  const shown = [];
  room.on("change", () => shown.push(texts(room).join()));
  return { server, chat, room, shown, sends: () => server.requests.filter(isSend) };
}

/** Stores each message and publishes its event, and answers only when the test releases the answer. */
function eventFirst(server, stored = (text) => text) {
  const answer = gate();
  server.intercept = async (request, res) => {
    if (!isSend(request)) return false;
    const { receipt } = server.send("lobby", request.user, request.body.text, { ...request.body, stored: stored(request.body.text) });
    await answer;
    return server.json(res, 201, receipt);
  };
  return answer;
}

test("a message is shown at once, and keeps its key when it is stored", async (t) => {
  const { server, room } = await opened(t);
  const answer = gate();
  server.intercept = async (request) => isSend(request) && (await answer, false);
  const sent = room.send("hi", { lang: "en" });
  const [pending] = room.messages;
  assert.deepEqual([pending.text, pending.pending, pending.id, pending.user, pending.version], ["hi", true, undefined, "alice", 0]);
  answer.open();
  const message = await sent;
  assert.deepEqual([message.id, message.key, message.pending], [1, pending.key, false]);
  await until(room, () => room.messages[0].version === 1);
  assert.equal(room.messages[0].key, pending.key);
  assert.deepEqual(server.requests.find(isSend).body, { text: "hi", metadata: { lang: "en" }, idempotencyKey: pending.key });
});

test("a message is never shown twice, even if its event comes first", async (t) => {
  const { server, room, shown } = await opened(t);
  const answer = eventFirst(server);
  const sent = room.send("hi");
  const { key } = room.messages[0];
  await until(room, () => room.messages[0].id === 1);
  assert.equal(room.messages[0].pending, false);
  answer.open();
  assert.equal((await sent).key, key);
  assert.equal(room.messages[0].key, key);
  assert.deepEqual([...new Set(shown)], ["hi"]);
});

test("a message whose text a filter replaced is never shown twice, either", async (t) => {
  const { server, room, shown } = await opened(t);
  const answer = eventFirst(server, (text) => text.replace("damn", "****"));
  const sent = room.send("damn");
  await until(room, () => room.messages[0].id === 1);
  answer.open();
  await sent;
  assert.deepEqual([...new Set(shown)], ["damn", "****"]);
});

test("a filter's text replaces the shown one if the answer comes first", async (t) => {
  const { server, room } = await opened(t);
  let event;
  server.intercept = (request, res) => {
    if (!isSend(request)) return false;
    const stored = server.send("lobby", "alice", "damn", { ...request.body, stored: "****", silent: true });
    event = stored.event;
    return server.json(res, 201, stored.receipt);
  };
  await room.send("damn");
  assert.deepEqual(texts(room), ["damn"]);
  server.event("lobby", event);
  await until(room, () => texts(room)[0] === "****");
  assert.equal(room.messages.length, 1);
});

test("what the user writes on another device is never taken for a message in flight", async (t) => {
  const { server, room } = await opened(t);
  const answer = gate();
  server.intercept = async (request, res) => {
    if (!isSend(request)) return false;
    server.send("lobby", "alice", "ok");
    server.send("lobby", "alice", "from the phone", { idempotencyKey: "phone-1" });
    const { receipt } = server.send("lobby", "alice", "ok", { ...request.body, silent: true });
    await answer;
    return server.json(res, 201, receipt);
  };
  const sent = room.send("ok");
  const { key } = room.messages[0];
  await until(room, () => room.messages.length === 3);
  assert.deepEqual(room.messages.map((message) => [message.id, message.key]), [[1, "m1"], [2, "m2"], [undefined, key]]);
  answer.open();
  await sent;
  assert.deepEqual(room.messages.map((message) => [message.id, message.key]), [[1, "m1"], [2, "m2"], [3, key]]);
});

test("a refused message is not lost because the user writes the same on another device", async (t) => {
  const { server, room } = await opened(t);
  let attempts = 0;
  server.intercept = async (request, res) => {
    if (!isSend(request)) return false;
    if (attempts++) return server.problem(res, 403, "forbidden", { reason: "banned" });
    server.send("lobby", "alice", "ok");
    await until(room, () => room.messages[0].id === 1);
    res.destroy();
    return true;
  };
  await assert.rejects(room.send("ok"), { reason: "banned" });
  assert.deepEqual(room.messages.map(({ id, error }) => [id, error?.reason]), [[1, undefined], [undefined, "banned"]]);
});

test("a message whose event came is still shown once when the room is loaded again before its answer", async (t) => {
  const { server, room, shown } = await opened(t);
  const answer = eventFirst(server);
  const sent = room.send("hi");
  const { key } = room.messages[0];
  await until(room, () => room.messages[0].id === 1);
  let isLoaded = false;
  room.on("change", ({ reset }) => (isLoaded ||= reset));
  server.passing("lobby", { kind: "gap" });
  await until(room, () => isLoaded);
  assert.deepEqual(room.messages.map((message) => message.key), [key]);
  answer.open();
  await sent;
  assert.deepEqual([...new Set(shown)], ["hi"]);
});

test("an event with the key of a message is that message, and no other one is", async (t) => {
  const { server, room } = await opened(t);
  const answer = gate();
  server.intercept = async (request, res) => {
    if (!isSend(request)) return false;
    server.send("lobby", "alice", "ok", { idempotencyKey: "the phone's" });
    const { receipt } = server.send("lobby", "alice", "ok", { idempotencyKey: request.body.idempotencyKey });
    await answer;
    return server.json(res, 201, receipt);
  };
  const sent = room.send("ok");
  const { key } = room.messages[0];
  await until(room, () => room.messages[1]?.key === key && room.messages[1].id === 2);
  assert.deepEqual(room.messages.map((message) => message.key), ["m1", key]);
  answer.open();
  await sent;
});

test("messages of others are never taken for the own one", async (t) => {
  const { server, room } = await opened(t);
  const answer = gate();
  server.intercept = async (request) => isSend(request) && (await answer, false);
  const sent = room.send("ok");
  server.send("lobby", "bob", "ok");
  await until(room, () => room.messages.length === 2);
  assert.deepEqual(room.messages.map(({ user, pending }) => [user, pending]), [["bob", false], ["alice", true]]);
  answer.open();
  await sent;
});

test("messages are sent one after the other, under one key each, through every failure", async (t) => {
  const { server, room, sends } = await opened(t, { nodes: 3 });
  const failures = [
    (res) => (res.destroy(), true),
    (res) => server.problem(res, 503, "unavailable"),
    (res) => res.writeHead(502).end("<html>Bad gateway</html>"),
    (res, request) => (server.answer(request, { writeHead: () => ({ end: () => server.problem(res, 504, "may-have-happened") }) }), true),
    (res, request) => (server.answer(request, { writeHead: () => ({ end: () => res.destroy() }) }), true),
  ];
  let i = 0;
  server.intercept = (request, res) => isSend(request) && i % 6 < 5 ? !!failures[i++ % 6](res, request) : isSend(request) && (i++, false);
  const stored = await Promise.all(["1", "2", "3"].map((text) => room.send(text)));
  assert.deepEqual(stored.map(({ id }) => id), [1, 2, 3]);
  await until(room, () => room.messages.every(({ version }) => version === 1));
  assert.deepEqual(texts(room), ["1", "2", "3"]);
  assert.equal(new Set(sends().map(({ body }) => body.idempotencyKey)).size, 3);
  assert.deepEqual(sends().map(({ body }) => body.text).filter((text, i, all) => text !== all[i - 1]), ["1", "2", "3"]);
  assert.equal(new Set(sends().map(({ node }) => node)).size, 3);
});

test("a message survives minutes without network, and waits no longer once it is back", async (t) => {
  const { server, client } = await start(t);
  const target = new EventTarget();
  globalThis.addEventListener = target.addEventListener.bind(target);
  t.after(() => delete globalThis.addEventListener);
  const clock = new ManualClock();
  let isOffline = false;
  let attempts = 0;
  const chat = client({ clock, fetch: (...args) => (attempts++, isOffline ? Promise.reject(new TypeError("Failed to fetch")) : fetch(...args)) });
  const room = chat.room("lobby");
  await room.open();
  await until(chat, () => chat.state === "online");
  isOffline = true;
  server.live[0].res.destroy();
  await until(chat, () => chat.state === "offline");
  const sent = room.send("from the tunnel");
  for (let second = 0; second < 300; second++) {
    clock.advance(1000);
    await new Promise(setImmediate);
  }
  assert.ok(attempts > 30, "attempts: " + attempts);
  assert.equal(room.messages[0].pending, true);
  isOffline = false;
  target.dispatchEvent(new Event("online"));
  await sent;
  await until(chat, () => chat.state === "online");
  assert.deepEqual(texts(room), ["from the tunnel"]);
});

test("a server that asks to wait is not called before, online or not", async (t) => {
  const target = new EventTarget();
  globalThis.addEventListener = target.addEventListener.bind(target);
  t.after(() => delete globalThis.addEventListener);
  const clock = new ManualClock();
  const { server, chat, room, sends } = await opened(t, { clock });
  server.intercept = (request, res) => isSend(request) && server.problem(res, 429, "too-many", { reason: "slowMode", retryAfter: 31 });
  t.mock.method(Math, "random", () => 0);
  const sent = room.send("slow");
  await server.until(() => sends().length === 1);
  await waits(clock, 31);
  server.intercept = () => false;
  target.dispatchEvent(new Event("online"));
  clock.advance(30_999);
  for (let i = 0; i < 10; i++) await chat.request("GET", "me");
  assert.equal(sends().length, 1);
  clock.advance(1);
  await sent;
  assert.equal(sends().length, 2);
});

/** Waits until a wait of so many seconds has begun. */
async function waits(clock, seconds) {
  while (![...clock.timers.values()].some(({ at }) => at === clock.time + seconds * 1000)) await new Promise(setImmediate);
}

test("discarding a message that waits as the server asked lets the following ones go, but no other room's", async (t) => {
  const clock = new ManualClock();
  const { server, chat, room, sends } = await opened(t, { clock });
  t.mock.method(Math, "random", () => 0);
  server.intercept = (request, res) => isSend(request) && request.body.text.startsWith("slow") && server.problem(res, 429, "too-many", { reason: "slowMode", retryAfter: request.body.text.length });
  const slow = room.send("slow");
  const next = room.send("next");
  const other = chat.room("other").send("slow, too");
  await Promise.all([waits(clock, 4), waits(clock, 9)]);
  room.discard(room.messages[0]);
  await assert.rejects(slow, { code: "discarded" });
  await next;
  assert.deepEqual(texts(room), ["next"]);
  assert.equal(sends().length, 3);
  assert.equal(chat.room("other").messages[0].pending, true);
  chat.close();
  await assert.rejects(other, { status: 429 });
});

test("close ends sends that wait as the server asked, and sends nothing more", async (t) => {
  const clock = new ManualClock();
  const { server, chat, room, sends } = await opened(t, { clock });
  t.mock.method(Math, "random", () => 0);
  server.intercept = (request, res) => isSend(request) && server.problem(res, 429, "too-many", { reason: "slowMode", retryAfter: 31 });
  const sent = [room.send("1"), room.send("2")];
  await waits(clock, 31);
  chat.close();
  await assert.rejects(sent[0], { status: 429 });
  await assert.rejects(sent[1], { code: "network" });
  assert.equal(sends().length, 1);
});

test("closing the room while it is loaded again leaves no stored message behind as one being sent", async (t) => {
  const { server, room } = await opened(t);
  const page = gate();
  server.intercept = async ({ method, path, body, user }, res) => {
    if (method === "GET" && path.endsWith("/messages")) await page;
    return path.endsWith("/messages") && method === "POST" && server.json(res, 201, server.send("lobby", user, body.text, { ...body, silent: true }).receipt);
  };
  server.passing("lobby", { kind: "gap" });
  await server.until(() => server.requests.filter(({ method, path }) => method === "GET" && path.endsWith("/messages")).length === 2);
  await room.send("hi");
  room.close();
  assert.equal(room.messages.some(({ pending }) => pending), false);
  page.open();
  server.send("lobby", "bob", "hello");
  await room.open({ limit: 1 });
  assert.deepEqual(texts(room), ["hello"]);
  await room.older();
  assert.deepEqual(texts(room), ["hi", "hello"]);
});

test("a refused message has its error, can be sent again or discarded, and does not hold up the others", async (t) => {
  const { server, room } = await opened(t);
  for (const [status, code] of [[400, "invalid"], [401, "unauthenticated"], [403, "forbidden"], [409, "key-conflict"], [413, "too-large"], [507, "full"]]) {
    server.intercept = (request, res) => isSend(request) && request.body.text === "refused" && server.problem(res, status, code);
    const sent = room.send("refused");
    const next = room.send("next");
    await assert.rejects(sent, { status, code });
    await next;
    const message = room.messages.at(-1);
    assert.deepEqual([message.text, message.pending, message.error.code], ["refused", false, code]);
    room.discard(message);
    assert.equal(room.messages.some(({ text }) => text === "refused"), false);
  }
  const sent = room.send("refused");
  await assert.rejects(sent, { status: 507 });
  server.intercept = () => false;
  const message = room.messages.at(-1);
  const again = room.retry(message);
  assert.deepEqual([room.messages.at(-1).pending, room.messages.at(-1).error], [true, undefined]);
  assert.equal((await again).key, message.key);
  assert.equal(await room.retry(message), message);
});

test("a refusal after an attempt whose event came is no refusal", async (t) => {
  const { server, room } = await opened(t);
  let attempts = 0;
  server.intercept = async (request, res) => {
    if (!isSend(request)) return false;
    if (attempts++) return server.problem(res, 403, "forbidden", { reason: "banned" });
    server.send("lobby", "alice", request.body.text, request.body);
    await until(room, () => room.messages[0].id === 1);
    res.destroy();
    return true;
  };
  assert.equal((await room.send("last words")).id, 1);
  assert.equal(room.messages.length, 1);
  assert.equal(room.messages[0].error, undefined);
});

test("a message that is stored but not confirmed counts as stored", async (t) => {
  const { server, room } = await opened(t);
  server.intercept = (request, res) => isSend(request) && server.problem(res, 504, "not-confirmed", { receipts: [server.send("lobby", "alice", "hi", request.body).receipt] });
  assert.equal((await room.send("hi")).id, 1);
  await until(room, () => room.messages[0].version === 1);
  assert.equal(room.messages.length, 1);
});

test("a message that is deleted before its answer comes does not come back", async (t) => {
  const { server, room } = await opened(t);
  const answer = eventFirst(server);
  const sent = room.send("oops");
  await until(room, () => room.messages[0].id === 1);
  server.delete("lobby", 1);
  await until(room, () => room.messages.length === 0);
  answer.open();
  await sent;
  assert.equal(room.messages.length, 0);
});

test("an answer of an old epoch does not become a message of the new one", async (t) => {
  const { server, room } = await opened(t);
  for (const text of ["one", "two", "three"]) server.send("lobby", "bob", text);
  const answer = gate();
  let receipt;
  server.intercept = async (request, res) => {
    if (!isSend(request)) return false;
    receipt = server.send("lobby", "alice", "old", { ...request.body, silent: true }).receipt;
    await answer;
    return server.json(res, 201, receipt);
  };
  const sent = room.send("old");
  await server.until(() => receipt);
  server.rooms.clear();
  server.room("lobby").epoch = "b2";
  for (const text of ["uno", "dos"]) server.send("lobby", "bob", text, { silent: true });
  server.passing("lobby", { kind: "gap" });
  await until(room, () => texts(room)[0] === "uno");
  answer.open();
  await sent;
  assert.deepEqual(texts(room), ["uno", "dos"]);
});

test("a message that was stored while its event was lost in a gap is not shown twice", async (t) => {
  const { server, room, shown } = await opened(t);
  const answer = gate();
  let receipt;
  server.intercept = async (request, res) => {
    if (!isSend(request)) return false;
    receipt = server.send("lobby", "alice", "hi", { ...request.body, silent: true }).receipt;
    server.passing("lobby", { kind: "gap" });
    await answer;
    return server.json(res, 201, receipt);
  };
  const sent = room.send("hi");
  const { key } = room.messages[0];
  await until(room, () => room.messages[0].id === 1);
  answer.open();
  await sent;
  assert.equal(room.messages[0].key, key);
  assert.deepEqual([...new Set(shown)], ["hi"]);
});

test("what is sent while the room is loaded again stays, each message once", async (t) => {
  const { server, room, shown } = await opened(t);
  const page = gate();
  const second = gate();
  let stale;
  server.intercept = async ({ method, path, query, body, user }, res) => {
    if (method === "GET" && path.endsWith("/messages")) {
      stale = server.page("lobby", query, user);
      server.emit("news");
      await page;
      return server.json(res, 200, stale);
    }
    if (body?.text === "2") await second;
    if (body?.text === "1") return server.json(res, 201, server.send("lobby", user, "1", { ...body, silent: true }).receipt);
    return false;
  };
  server.passing("lobby", { kind: "gap" });
  await server.until(() => stale);
  await room.send("1");
  const sent = room.send("2");
  await server.until(() => server.requests.filter(isSend).length === 2);
  shown.length = 0;
  page.open();
  await until(room, () => room.messages[0].id === 1);
  assert.deepEqual(texts(room), ["1", "2"]);
  second.open();
  await sent;
  assert.deepEqual([...new Set(shown)], ["1,2"]);
});

test("an earlier message with the same text is not taken for the new one", async (t) => {
  const { server, room } = await opened(t);
  server.send("lobby", "alice", "hi");
  await until(room, () => room.messages.length === 1);
  const answer = gate();
  server.intercept = async (request) => isSend(request) && (await answer, false);
  const sent = room.send("hi");
  let isLoaded = false;
  room.on("change", ({ reset }) => (isLoaded ||= reset));
  server.passing("lobby", { kind: "gap" });
  await until(room, () => isLoaded);
  assert.deepEqual(room.messages.map(({ id }) => id), [1, undefined]);
  answer.open();
  await sent;
});

test("messages are sent from a room that is not open, too", async (t) => {
  const { server, client } = await start(t);
  const room = client().room("lobby");
  assert.equal((await room.send("hi")).id, 1);
  await room.open();
  assert.deepEqual(texts(room), ["hi"]);
  assert.equal(server.room("lobby").last, 1);
});
