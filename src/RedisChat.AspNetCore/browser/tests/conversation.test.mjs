import assert from "node:assert/strict";
import { test } from "node:test";
import { deleteMany, drafts, keepUnsent, pins, replies } from "../dist/conversation.js";
import { gate, hold, start, texts, until } from "./helpers.mjs";

/** An open room with some messages; `before` is called before it is opened. */
async function opened(t, { messages = [], before = () => {}, limit, around, ...options } = {}) {
  const { server, client, bases } = await start(t);
  for (const text of messages) server.send("lobby", "bob", text);
  await before(server);
  const chat = client(options);
  const room = chat.room("lobby");
  const found = replies(chat, room);
  const pinned = pins(chat, room);
  await room.open({ limit, around });
  await server.until(() => server.live.length === 1);
  await until(chat, () => chat.state === "online");
  const requests = (pattern) => server.requests.filter(({ method, path }) => pattern.test(`${method} ${path}`));
  return { server, client, bases, chat, room, found, pinned, requests };
}

const isSend = ({ method, path }) => method === "POST" && path.endsWith("/messages");
const parents = (room, found) => room.messages.map((message) => {
  const parent = found.parentOf(message);
  return parent && (parent.isDeleted ? "deleted" : parent.message.text);
});

test("a reply is sent with its parent, is shown with it at once, and keeps it", async (t) => {
  const { server, room, found } = await opened(t, { messages: ["question"] });
  const answer = gate();
  server.intercept = async (request) => isSend(request) && (await answer, false);
  const sent = room.send("answer", { lang: "en" }, { replyTo: 1 });
  assert.equal(room.messages[1].replyTo, 1);
  assert.deepEqual(parents(room, found), [undefined, "question"]);
  answer.open();
  assert.equal((await sent).replyTo, 1);
  await until(room, () => room.messages[1].version === 1);
  assert.equal(room.messages[1].replyTo, 1);
  assert.equal(server.requests.find(isSend).body.replyTo, 1);
  assert.equal(server.room("lobby").messages.get(2).replyTo, 1);
});

test("a reply keeps its parent over lost answers and a gap, under one key, and is stored once", async (t) => {
  const { server, room, requests } = await opened(t, { messages: ["question"] });
  let attempts = 0;
  const more = gate();
  server.intercept = async (request, res) => {
    if (!isSend(request)) return false;
    if (++attempts === 3) await more;
    if (attempts > 3) return false;
    if (attempts === 1) server.send("lobby", request.user, request.body.text, { ...request.body, silent: true });
    res.destroy();
    return true;
  };
  const sent = room.send("answer", undefined, { replyTo: 1 });
  await server.until(() => attempts === 3);
  server.passing("lobby", { kind: "gap" });
  await server.until(() => requests(/^GET .*messages$/).length === 2);
  more.open();
  await sent;
  const bodies = server.requests.filter(isSend).map(({ body }) => body);
  assert.deepEqual([...new Set(bodies.map(({ replyTo, idempotencyKey }) => `${replyTo} ${idempotencyKey}`))], [`1 ${bodies[0].idempotencyKey}`]);
  assert.deepEqual(texts(room), ["question", "answer"]);
});

/** The storage of a tab, which Node 20 lacks. */
function storage(t) {
  const items = new Map();
  globalThis.sessionStorage = { getItem: (name) => items.get(name) ?? null, setItem: (name, value) => items.set(name, value), removeItem: (name) => items.delete(name) };
  t.after(() => delete globalThis.sessionStorage);
  return items;
}

test("what is being sent survives a reload of the page, with its parent and its key, and is stored once", async (t) => {
  const items = storage(t);
  const { server, client } = await start(t);
  server.send("lobby", "bob", "question");
  const page = async () => {
    const chat = client();
    await chat.inbox.open();
    const room = chat.room("lobby");
    keepUnsent(chat, room);
    await room.open();
    return { chat, room };
  };
  const first = await page();
  server.intercept = (request, res) => {
    if (!isSend(request)) return false;
    // The first one is stored, and its answer is lost.
    if (!server.requests.some((other) => isSend(other) && other !== request)) server.send("lobby", request.user, request.body.text, { ...request.body, silent: true });
    res.destroy();
    return true;
  };
  first.room.send("one", { lang: "en" }, { replyTo: 1 });
  first.room.send("two");
  await server.until(() => server.requests.filter(isSend).length > 1);
  assert.equal(JSON.parse([...items.values()][0]).length, 2);
  first.chat.close();
  server.intercept = () => false;

  const { room } = await page();
  assert.deepEqual(texts(room).filter((text) => text === "one").length, 1);
  await until(room, () => room.messages.every(({ pending }) => !pending) && room.messages.length === 3);
  assert.deepEqual(room.messages.map(({ text, replyTo, metadata }) => [text, replyTo, metadata.lang]), [["question", undefined, undefined], ["one", 1, undefined], ["two", undefined, undefined]]);
  assert.equal(server.room("lobby").messages.size, 3);
  const keys = server.requests.filter(isSend).filter(({ body }) => body.text === "one").map(({ body }) => `${body.idempotencyKey} ${body.replyTo} ${body.metadata.lang}`);
  assert.equal(new Set(keys).size, 1);
  await until(room, () => items.size === 0);
});

test("a refused or discarded message is not sent again after a reload, and storage that fails is no error", async (t) => {
  const items = storage(t);
  const { server, room, chat } = await opened(t, { messages: ["1"] });
  items.set("redischat alice other", "no JSON");
  keepUnsent(chat, chat.room("other"));
  keepUnsent(chat, room);
  server.intercept = (request, res) => isSend(request) && server.problem(res, 403, "forbidden", { reason: "muted" });
  await assert.rejects(room.send("refused"));
  assert.equal(items.size, 1);
  globalThis.sessionStorage.setItem = () => {
    throw new Error("full");
  };
  server.intercept = () => false;
  await room.send("stored all the same");
  assert.equal(server.room("lobby").messages.get(2).text, "stored all the same");
});

test("a refused reply keeps its parent when it is sent again", async (t) => {
  const { server, room } = await opened(t, { messages: ["question"] });
  server.intercept = (request, res) => isSend(request) && server.problem(res, 403, "forbidden", { reason: "muted" });
  await assert.rejects(room.send("answer", undefined, { replyTo: 1 }), { reason: "muted" });
  assert.equal(room.messages[1].replyTo, 1);
  server.intercept = () => false;
  const message = await room.retry(room.messages[1]);
  assert.equal(message.replyTo, 1);
  const [first, second] = server.requests.filter(isSend);
  assert.deepEqual(second.body, first.body);
});

test("a reply to a deleted message is refused, and can be sent without its parent", async (t) => {
  const { server, room, found } = await opened(t, { messages: ["question"] });
  server.delete("lobby", 1, { silent: true });
  await assert.rejects(room.send("answer", { lang: "en" }, { replyTo: 1 }), { status: 409, code: "parent-not-found" });
  const refused = room.messages.at(-1);
  assert.deepEqual([refused.error.code, refused.replyTo], ["parent-not-found", 1]);
  const plain = await found.sendPlain(refused);
  assert.equal(plain.replyTo, undefined);
  const [first, second] = server.requests.filter(isSend);
  assert.deepEqual([second.body.replyTo, second.body.text, second.body.metadata], [undefined, "answer", { lang: "en" }]);
  assert.notEqual(second.body.idempotencyKey, first.body.idempotencyKey);
  assert.deepEqual(texts(room).filter((text) => text === "answer").length, 1);
});

test("parents come with the page, older pages and newer ones, without further requests", async (t) => {
  const { server, room, found, requests } = await opened(t, {
    messages: ["1", "2", "3"],
    before: (server) => [1, 2, 1, 3].forEach((replyTo, i) => server.send("lobby", "carl", "reply " + i, { replyTo })),
    limit: 2,
  });
  assert.deepEqual(parents(room, found), ["1", "3"]);
  await room.older();
  assert.deepEqual(parents(room, found), ["1", "2", "1", "3"]);
  await room.open({ limit: 2, around: 4 });
  await room.newer();
  assert.ok(parents(room, found).includes("2"));
  assert.equal(requests(/^GET .*messages\/\d/).length, 0);
  assert.equal(server.streams.length, 1);
});

test("a parent that is not shown is read once, however often it is asked for", async (t) => {
  const { server, room, found, requests } = await opened(t, { messages: ["1", "2", "3"], limit: 1 });
  server.send("lobby", "carl", "a", { replyTo: 1 });
  server.send("lobby", "carl", "b", { replyTo: 1 });
  await until(room, () => room.messages.length === 3);
  assert.deepEqual(parents(room, found), [undefined, undefined, undefined]);
  await until(found, () => parents(room, found).join() === ",1,1");
  assert.equal(requests(/^GET .*messages\/1$/).length, 1);
});

test("a parent that is read while it is edited or deleted does not come back as it was", async (t) => {
  const { server, room, found } = await opened(t, { messages: ["1", "2", "3"], limit: 1 });
  const first = hold(server, ({ path }) => path.endsWith("messages/1"));
  server.send("lobby", "carl", "a", { replyTo: 1 });
  await until(room, () => room.messages.length === 2);
  parents(room, found);
  await first.came;
  server.delete("lobby", 1);
  await until(found, () => parents(room, found).join() === ",deleted");
  const second = hold(server, ({ path }) => path.endsWith("messages/2"));
  server.send("lobby", "carl", "b", { replyTo: 2 });
  await until(room, () => room.messages.length === 3);
  parents(room, found);
  await second.came;
  first.release();
  second.release();
  await until(found, () => parents(room, found)[2] === "2");
  assert.deepEqual(parents(room, found), [undefined, "deleted", "2"]);
});

test("a parent that never existed, or was deleted before, is shown as deleted", async (t) => {
  const { server, room, found } = await opened(t, {
    messages: ["1", "2"],
    before: (server) => {
      server.send("lobby", "carl", "a", { replyTo: 1 });
      server.delete("lobby", 1);
    },
  });
  assert.deepEqual(parents(room, found), [undefined, "deleted"]);
  server.send("lobby", "carl", "b", { replyTo: 1 });
  await until(room, () => room.messages.length === 3);
  assert.deepEqual(parents(room, found), [undefined, "deleted", "deleted"]);
});

test("edits and deletions of parents are live, whether they are shown or not", async (t) => {
  const { server, room, found } = await opened(t, {
    messages: ["1", "2", "3"],
    before: (server) => [1, 2, 3].forEach((replyTo) => server.send("lobby", "carl", "re " + replyTo, { replyTo })),
    limit: 4,
  });
  assert.deepEqual(parents(room, found), [undefined, "1", "2", "3"]);
  server.edit("lobby", 1, "ONE");
  await until(found, () => parents(room, found)[1] === "ONE");
  server.edit("lobby", 3, "THREE");
  await until(room, () => texts(room)[0] === "THREE");
  assert.deepEqual(parents(room, found), [undefined, "ONE", "2", "THREE"]);
  server.deleteMany("lobby", [1, 3]);
  await until(found, () => parents(room, found).join() === "deleted,2,deleted");
  server.delete("lobby", 2);
  await until(found, () => parents(room, found).join() === "deleted,deleted,deleted");
});

test("a parent that the user deletes is shown as deleted by the answer already", async (t) => {
  const { server, room, found } = await opened(t, { messages: ["1"] });
  server.send("lobby", "carl", "a", { replyTo: 1 });
  await until(room, () => room.messages.length === 2);
  server.event = () => {};
  await room.delete(1);
  assert.deepEqual(parents(room, found), ["deleted"]);
});

test("what was deleted before a failover lost the deletion is a parent again after the gap", async (t) => {
  const { server, room, found } = await opened(t, { messages: ["1", "2"], limit: 1 });
  const message = server.room("lobby").messages.get(1);
  server.send("lobby", "carl", "a", { replyTo: 1 });
  server.delete("lobby", 1);
  await until(found, () => parents(room, found)[1] === "deleted");
  server.room("lobby").messages = new Map([[1, message], ...server.room("lobby").messages]);
  server.passing("lobby", { kind: "gap" });
  await until(room, () => room.messages.length === 1 && parents(room, found)[0] === "1");
});

test("a parent that cannot be read for a while is there in the end", async (t) => {
  const { server, room, found } = await opened(t, { messages: ["1", "2"], limit: 1 });
  let failures = 0;
  server.intercept = (request, res) => {
    if (!request.path.endsWith("messages/1") || failures === 2) return false;
    return failures++ ? server.problem(res, 503, "unavailable") : (res.destroy(), true);
  };
  server.send("lobby", "carl", "a", { replyTo: 1 });
  await until(room, () => room.messages.length === 2);
  parents(room, found);
  await until(found, () => parents(room, found)[1] === "1");
});

const ids = (pinned) => pinned.list.map(({ messageId }) => messageId);

test("pins are listed with their messages, and are live", async (t) => {
  const { server, room, pinned, requests } = await opened(t, {
    messages: ["1", "2", "3"],
    before: (server) => [1, 3].forEach((id) => server.pin("lobby", id, "mod")),
    limit: 1,
  });
  await until(pinned, () => pinned.list.length === 2);
  assert.deepEqual(pinned.list.map(({ messageId, by, message }) => [messageId, by, message.text]), [[3, "mod", "3"], [1, "mod", "1"]]);
  assert.equal(requests(/^GET .*messages\/\d/).length, 0);
  server.pin("lobby", 2, "mod");
  await until(pinned, () => pinned.list[0].message?.text === "2");
  assert.deepEqual(ids(pinned), [2, 3, 1]);
  server.unpin("lobby", 3, "mod");
  await until(pinned, () => ids(pinned).join() === "2,1");
  server.edit("lobby", 1, "ONE");
  await until(pinned, () => pinned.list[1].message.text === "ONE");
  server.delete("lobby", 2);
  await until(pinned, () => ids(pinned).join() === "1");
  assert.deepEqual([pinned.has(1), pinned.has(2)], [true, false]);
  await pinned.pin(3);
  await until(pinned, () => ids(pinned).join() === "3,1");
  await pinned.unpin(1);
  await until(pinned, () => ids(pinned).join() === "3");
  await assert.rejects(pinned.pin(77), { code: "not-found" });
  server.deleteMany("lobby", [3]);
  await until(pinned, () => !pinned.list.length);
  assert.equal(room.messages.length, 0);
});

test("pins that change while the list is read are right, in whichever order they come", async (t) => {
  const { server, room, pinned, requests } = await opened(t, { messages: ["1", "2", "3"], before: (server) => server.pin("lobby", 1, "mod") });
  await until(pinned, () => pinned.list.length === 1);
  const { came, release } = hold(server, ({ path }) => path.endsWith("/pins"));
  server.passing("lobby", { kind: "gap" });
  await came;
  server.pin("lobby", 2, "mod");
  server.unpin("lobby", 1, "mod");
  server.edit("lobby", 3, "THREE");
  await until(room, () => texts(room)[2] === "THREE");
  release();
  await until(pinned, () => ids(pinned).join() === "2");
  assert.equal(requests(/pins$/).length, 2);
});

test("pins that changed while the connection was cut are caught up on", async (t) => {
  const { server, pinned } = await opened(t, { messages: ["1", "2"], before: (server) => server.pin("lobby", 1, "mod") });
  await until(pinned, () => pinned.list.length === 1);
  server.live[0].res.destroy();
  server.unpin("lobby", 1, "mod", { silent: true });
  server.pin("lobby", 2, "mod", { silent: true });
  await until(pinned, () => ids(pinned).join() === "2");
});

test("pins and quoted messages no longer name a user who was erased", async (t) => {
  const { server, pinned, room } = await opened(t, { messages: ["1", "2"], before: (server) => server.pin("lobby", 1, "mod") });
  await until(pinned, () => pinned.list.length === 1);
  const { user } = room.messages[0];
  server.eraseUser("lobby", "mod", "anonymous");
  await until(pinned, () => pinned.list[0].by === "anonymous");
  server.eraseUser("lobby", user, "nobody");
  await until(pinned, () => pinned.list[0].message?.user === "nobody");
});

test("a room whose pins cannot be read works without them", async (t) => {
  const { room, pinned } = await opened(t, {
    messages: ["1"],
    before: (server) => (server.intercept = ({ path }, res) => path.endsWith("/pins") && server.problem(res, 501, "not-supported")),
  });
  await until(pinned, () => true);
  assert.deepEqual([texts(room), ids(pinned)], [["1"], []]);
});

const saves = (server) => server.requests.filter(({ method, path }) => method !== "GET" && path === "drafts/lobby").map(({ method, body }) => [method, body?.text]);

/** Timers of drafts are over when the test says so. */
async function writing(t, options) {
  const made = await opened(t, { stream: { drafts: true }, ...options });
  return { ...made, drafts: drafts(made.chat, { pause: options?.pause ?? 10 }) };
}

test("a draft is saved at a pause in typing, with its metadata, and read on the next device", async (t) => {
  const { server, client, drafts: own, requests } = await writing(t);
  assert.equal(await own.load("lobby"), undefined);
  for (const text of ["h", "he", "hey"]) own.save("lobby", text, { replyTo: "7" });
  assert.deepEqual(await own.load("lobby"), { text: "hey", metadata: { replyTo: "7" } });
  await server.until(() => server.draftsOf("alice").get("lobby")?.text === "hey");
  assert.deepEqual(saves(server), [["PUT", "hey"]]);
  await own.flush();
  const { text, metadata } = await drafts(client()).load("lobby");
  assert.deepEqual({ text, metadata }, { text: "hey", metadata: { replyTo: "7" } });
  assert.equal(drafts(client()) === own, false);
  assert.equal(requests(/^PUT/).length, 1);
});

test("a draft is saved while the user types without a pause", async (t) => {
  const { server, drafts: own } = await writing(t, { pause: 100 });
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  for (let i = 0; i < 12; i++) {
    own.save("lobby", "x".repeat(i + 1));
    t.mock.timers.tick(60);
  }
  t.mock.timers.reset();
  await server.until(() => saves(server).length);
  assert.equal(saves(server)[0][0], "PUT");
});

test("sending discards the draft after the save that is on its way, and takes no request if there is none", async (t) => {
  const { server, drafts: own } = await writing(t);
  await own.load("lobby");
  await own.discard("lobby");
  own.save("lobby", " \n ");
  await own.flush();
  assert.deepEqual(saves(server), []);
  const { came, release } = hold(server, ({ method }) => method === "PUT");
  own.save("lobby", "hello");
  await came;
  const discarded = own.discard("lobby");
  assert.equal(await own.load("lobby"), undefined);
  release();
  await discarded;
  await server.until(() => saves(server).length === 2);
  await own.flush();
  assert.deepEqual(saves(server), [["PUT", "hello"], ["DELETE", undefined]]);
  assert.equal(server.draftsOf("alice").size, 0);
});

test("a draft that is not known to exist or not is discarded all the same", async (t) => {
  const { server, drafts: own } = await writing(t, { before: (server) => server.draft("alice", "lobby", "from the phone") });
  await own.discard("lobby");
  assert.equal(server.draftsOf("alice").size, 0);
  await own.discard("lobby");
  assert.deepEqual(saves(server), [["DELETE", undefined]]);
});

test("a draft without network is saved when it is back, in its last state", async (t) => {
  const { server, chat, drafts: own } = await writing(t);
  await own.load("lobby");
  let isDown = true;
  server.intercept = (request, res) => isDown && (res.destroy(), true);
  server.live[0].res.destroy();
  await until(chat, () => chat.state === "offline");
  own.save("lobby", "one");
  await own.flush();
  own.save("lobby", "two");
  await own.flush();
  assert.equal(server.draftsOf("alice").size, 0);
  isDown = false;
  await server.until(() => server.draftsOf("alice").get("lobby")?.text === "two");
});

test("a refused draft is not repeated, and the next one is saved", async (t) => {
  const { server, drafts: own } = await writing(t);
  server.intercept = ({ method }, res) => method === "PUT" && server.problem(res, 507, "full");
  own.save("lobby", "one");
  await own.flush();
  assert.deepEqual(saves(server), [["PUT", "one"]]);
  server.intercept = () => false;
  own.save("lobby", "two");
  await own.flush();
  assert.equal(server.draftsOf("alice").get("lobby").text, "two");
});

test("a draft of another device is reported; what is being written here stays, and is saved after it", async (t) => {
  const { server, drafts: own } = await writing(t);
  const seen = [];
  own.on("change", ({ room, now }) => seen.push([room, now?.text]));
  assert.equal(server.streams[0].body.drafts, true);
  server.draft("alice", "lobby", "from the phone");
  server.draft("alice", "lobby");
  await until(own, () => seen.length === 2);
  assert.deepEqual(seen, [["lobby", "from the phone"], ["lobby", undefined]]);
  own.save("lobby", "mine");
  server.draft("alice", "lobby", "from the phone again");
  await own.flush();
  server.draft("alice", "other", "elsewhere");
  await until(own, () => seen.length === 3);
  assert.deepEqual(seen[2], ["other", "elsewhere"]);
  assert.equal(server.draftsOf("alice").get("lobby").text, "mine");
});

test("nothing is saved after the chat has ended", async (t) => {
  const { server, chat, drafts: own } = await writing(t, { pause: 5 });
  own.save("lobby", "one");
  chat.close();
  await own.flush();
  assert.deepEqual(saves(server), []);
  assert.equal(await own.load("lobby").catch(() => "refused"), undefined);
});

/** A page that is left when the test says so, and the requests for drafts in it: method, text, and whether they outlive the page. */
async function leaving(t) {
  const listeners = [];
  globalThis.addEventListener = (event, f) => listeners.push([event, f]);
  t.after(() => delete globalThis.addEventListener);
  const sent = [];
  const made = await writing(t, {
    pause: 100_000,
    fetch(url, init) {
      if (/\/drafts\//.test(url)) sent.push([init.method, init.body ? JSON.parse(init.body).text.length : 0, !!init.keepalive]);
      return fetch(url, init);
    },
  });
  const leave = (event = "pagehide") => Promise.all(listeners.filter(([name]) => name === event).map(([, f]) => f({ type: event })));
  return { ...made, sent, leave };
}

test("a large draft is saved; what outlives the page is small, and only what is sent when it is left", async (t) => {
  const { server, drafts: own, sent, leave } = await leaving(t);
  own.save("lobby", "x".repeat(100_000));
  await own.flush();
  assert.equal(server.draftsOf("alice").get("lobby").text.length, 100_000);
  own.save("lobby", "small");
  await own.flush();
  own.save("lobby", "last");
  await leave();
  own.save("lobby", "é".repeat(31_000));
  await leave("visibilitychange");
  await own.discard("lobby");
  assert.deepEqual(sent, [["PUT", 100_000, false], ["PUT", 5, false], ["PUT", 4, true], ["PUT", 31_000, false], ["DELETE", 0, false]]);
});

test("the drafts that are saved together when the page is left stay below what browsers allow", async (t) => {
  const { server, drafts: own, sent, leave } = await leaving(t);
  for (const room of ["one", "two", "three"]) own.save(room, "x".repeat(25_000));
  await leave();
  assert.deepEqual(sent.map(([, , keepalive]) => keepalive).sort(), [false, true, true]);
  assert.equal(server.draftsOf("alice").size, 3);
  own.save("three", "x".repeat(59_000));
  await leave();
  assert.deepEqual(sent.at(-1), ["PUT", 59_000, true]);
});

test("a save that is on its way when the page is left is sent once more, in its newest state", async (t) => {
  const { server, drafts: own, sent, leave } = await leaving(t);
  const { came, release } = hold(server, ({ method }) => method === "PUT");
  own.save("lobby", "one");
  const saved = own.flush();
  await came;
  own.save("lobby", "three");
  const left = Promise.all([leave(), leave("visibilitychange")]);
  await server.until(() => server.draftsOf("alice").get("lobby")?.text === "three");
  assert.deepEqual(sent, [["PUT", 3, false], ["PUT", 5, true]]);
  release();
  await Promise.all([saved, left]);
  assert.equal(sent.length, 3);
  assert.equal(server.draftsOf("alice").get("lobby").text, "three");
});

test("many messages are deleted by their ids or by author, and again if the answer is lost", async (t) => {
  const { server, chat, room } = await opened(t, { messages: ["1", "2", "3"] });
  server.send("lobby", "carl", "4");
  server.send("lobby", "carl", "5");
  await until(room, () => room.messages.length === 5);
  assert.deepEqual(await deleteMany(chat, room, { ids: [1, 3] }, "spam"), { deleted: 2, done: 2, total: 2 });
  await until(room, () => texts(room).join() === "2,4,5");
  let attempts = 0;
  server.intercept = ({ path }, res) => path.endsWith("/deletions") && !attempts++ && (res.destroy(), true);
  assert.equal((await deleteMany(chat, room, { user: "carl" })).deleted, 2);
  await until(room, () => texts(room).join() === "2");
  assert.equal(attempts, 2);
  assert.deepEqual(server.requests.findLast(({ path }) => path.endsWith("/deletions")).body, { user: "carl" });
  server.intercept = ({ path }, res) => path.endsWith("/deletions") && server.problem(res, 403, "forbidden", { reason: "notPermitted" });
  await assert.rejects(deleteMany(chat, room, { user: "bob" }), { reason: "notPermitted" });
});

test("events of kinds that the client does not know reach an application once, passing ones too", async (t) => {
  const { server, room } = await opened(t, { messages: ["1"] });
  const seen = [];
  room.on("event", ({ kind, what }) => seen.push([kind, what]));
  const repeated = server.change("lobby", { kind: "threadStarted", what: 1 });
  server.passing("lobby", { kind: "writing", what: 2 });
  server.frame(server.live[0], "", { room: "lobby", event: repeated }, repeated.position);
  server.change("lobby", { kind: "threadStarted", what: 3 });
  await until(room, () => seen.length === 3, "event");
  assert.deepEqual(seen, [["threadStarted", 1], ["writing", 2], ["threadStarted", 3]]);
  await room.open();
  assert.equal(seen.at(-1)[0], "opened");
});
