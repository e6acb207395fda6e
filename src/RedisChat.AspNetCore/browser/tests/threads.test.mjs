import assert from "node:assert/strict";
import { test } from "node:test";
import { findMentions, mentionable, mentions, parseThread, scheduled, threadId, threads, tombstones, versions } from "../dist/threads.js";
import { hold, start, texts, until } from "./helpers.mjs";

async function opened(t, { messages = [], before = () => {}, rooms, ...how } = {}) {
  const { server, client } = await start(t);
  for (const text of messages) server.send("lobby", "bob", text);
  if (rooms) server.inbox = rooms;
  await before(server);
  const chat = client();
  const room = chat.room("lobby");
  const found = threads(chat, room);
  await room.open(how);
  await server.until(() => server.live.length === 1);
  await until(chat, () => chat.state === "online");
  const requests = (pattern) => server.requests.filter(({ method, path }) => pattern.test(`${method} ${path}`));
  return { server, chat, room, found, requests };
}

const inboxRoom = (room, unreadMentions, lastActivity) => ({ room, member: {}, lastActivity, readUpTo: 0, unread: { count: unreadMentions, hasMore: false }, unreadMentions, isMuted: false, isHidden: false });

test("a thread is a room of its own, with a summary from pages and events", async (t) => {
  const { server, chat, room, found } = await opened(t, { messages: ["one", "two"], before: (server) => server.reply("lobby", 1, "bob", "first") });
  assert.equal(found, threads(chat, room));
  assert.deepEqual([found.of(1).count, found.of(1).participants, found.of(2), found.of(undefined)], [1, ["bob"], undefined, undefined]);

  const thread = found.room(1);
  assert.equal(thread.id, threadId("lobby", 1));
  assert.deepEqual(parseThread(thread.id), { room: "lobby", messageId: 1 });
  assert.equal(parseThread("lobby"), undefined);
  await thread.open();
  assert.deepEqual(texts(thread), ["first"]);

  server.reply("lobby", 1, "carol", "second");
  await until(found, () => found.of(1).count === 2);
  assert.deepEqual(found.of(1).participants, ["carol", "bob"]);
  server.reply("lobby", 2, "carol", "other");
  await until(found, () => found.of(2)?.count === 1);
  server.delete("lobby", 2);
  await until(found, () => found.of(2) === undefined);
  await until(thread, () => thread.messages.length === 2);
});

test("an older page that is late does not bring back an older summary, and a gap brings the present one", async (t) => {
  const { server, room, found } = await opened(t, { messages: ["one", "two", "three"], limit: 1, before: (server) => server.reply("lobby", 2, "bob", "first") });
  assert.equal(found.of(2), undefined, "it is not shown");
  const late = hold(server, ({ method, path, query }) => method === "GET" && path.endsWith("/messages") && query.has("before"));
  const older = room.older();
  await late.came;
  server.reply("lobby", 2, "bob", "second");
  await until(found, () => found.of(2)?.count === 2);
  late.release();
  await older;
  assert.equal(found.of(2).count, 2);

  server.reply("lobby", 3, "bob", "unseen", { silent: true });
  server.passing("lobby", { kind: "gap" });
  await until(found, () => found.of(3)?.count === 1);
});

test("summaries and tombstones go with what is trimmed, and a late page does not bring them back", async (t) => {
  const { server, chat, room, found } = await opened(t, { messages: ["one", "two", "three", "four"], limit: 1, before: (server) => server.reply("lobby", 2, "bob", "first") });
  const stones = tombstones(chat, room);
  server.delete("lobby", 3);
  await until(stones, () => stones.list.length === 1);
  const late = hold(server, ({ method, path, query }) => method === "GET" && path.endsWith("/messages") && query.has("before"));
  const older = Promise.all([room.older(), room.older()]);
  await late.came;
  server.trim("lobby", 4);
  await until(stones, () => stones.list.length === 0);
  late.release();
  await older;
  assert.equal(found.of(2), undefined);
});

test("threads are followed by joining them, and the inbox knows which are", async (t) => {
  const { server, chat, found, requests } = await opened(t, { messages: ["one"], rooms: [inboxRoom(threadId("lobby", 1), 0)] });
  await chat.inbox.open();
  assert.deepEqual([found.isFollowed(1), found.isFollowed(2)], [true, false]);
  await found.follow(1);
  await found.unfollow(1);
  assert.deepEqual(requests(/^POST rooms/).map(({ path }) => path), ["rooms/lobby%1F1/join", "rooms/lobby%1F1/leave"]);
});

test("mentions of all rooms are listed, newest first, page by page, and unread ones are counted", async (t) => {
  const { server, chat, requests } = await opened(t, {
    rooms: [inboxRoom("lobby", 2, "2026-01-02T00:00:00Z"), inboxRoom("club", 1, "2026-01-01T00:00:00Z"), inboxRoom("none", 0)],
    before: (server) => {
      for (let n = 1; n <= 60; n++) server.send(n % 3 ? "lobby" : "club", "bob", `m${n}`, { mentions: ["@alice"] });
      server.send("lobby", "bob", "not you", { mentions: ["@carol"] });
    },
  });
  await chat.inbox.open();
  const found = mentions(chat);
  assert.equal(found, mentions(chat));
  assert.deepEqual([found.unread, found.list, found.hasMore], [3, [], false]);

  await found.load();
  const seen = [found.list.length];
  while (found.hasMore) {
    await found.more();
    seen.push(found.list.length);
  }
  assert.deepEqual(found.list.map(({ message }) => message.text), Array.from({ length: 60 }, (_, n) => `m${60 - n}`));
  assert.ok(seen.length > 1, `${seen}`);
  assert.equal(found.list[0].room, "club");
  assert.equal(requests(/mentions$/).length, 4, "of 40 in the lobby two pages of 20, of the others one");

  server.frame(server.live[0], "inbox", { room: "lobby", now: inboxRoom("lobby", 0) });
  await until(found, () => found.unread === 1);
});

test("a room that may no longer be read has no mentions, and a failure is an error", async (t) => {
  const { server, chat } = await opened(t, { rooms: [inboxRoom("lobby", 0), inboxRoom("club", 0)], before: (server) => server.send("lobby", "bob", "hi", { mentions: ["@alice"] }) });
  await chat.inbox.open();
  let status = 403;
  server.intercept = ({ path }, res) => path === "rooms/club/mentions" && server.problem(res, status, "forbidden");
  await mentions(chat).load();
  assert.deepEqual(mentions(chat).list.map(({ message }) => message.text), ["hi"]);
  status = 500;
  await assert.rejects(mentions(chat).load(), { status: 500 });
});

test("mentions in a text are found by name", () => {
  const names = ["bob", "Bob Smith", "müller", "a.b", "x"];
  const found = (text) => findMentions(text, names).map(({ word, start, end }) => `${word} ${text.slice(start, end)}`);
  assert.deepEqual(found("@bob and @Bob smith, (@MÜLLER)"), ["@bob @bob", "@Bob Smith @Bob smith", "@müller @MÜLLER"]);
  assert.deepEqual(found("@bobby me@bob @ bob é@x @a.b."), ["@a.b @a.b"]);
  assert.deepEqual(found("@bob@x @everyone @everyones 😀@x"), ["@bob @bob", "* @everyone", "@x @x"]);
  assert.deepEqual(found("@bobs @nobody @"), []);
});

test("who can be mentioned is who has written, is present, or is a member", async (t) => {
  const { server, chat, room, requests } = await opened(t, { messages: ["hi"], before: (server) => (server.members = ["alice", "zoe", "Ann Bell", "bob"]) });
  server.send("lobby", "carol", "hello");
  await until(room, () => room.messages.length === 2);
  assert.deepEqual(await mentionable(chat, room), ["carol", "bob", "zoe", "Ann Bell"]);
  assert.deepEqual(await mentionable(chat, room, "be"), ["Ann Bell"]);
  assert.equal(requests(/members$/).length, 1);
  server.members.push("dan");
  const changed = new Promise((resolve) => room.on("event", ({ kind }) => kind === "memberChanged" && resolve()));
  server.change("lobby", { kind: "memberChanged", member: { user: "dan" } });
  await changed;
  assert.deepEqual(await mentionable(chat, room, "dan"), ["dan"]);
});

test("a mention goes with a message and with an edit", async (t) => {
  const { server, room, requests } = await opened(t);
  const sent = await room.send("@bob hi", undefined, { mentions: ["@bob"] });
  await room.edit(sent.id, "@carol hi", { mentions: ["@carol"] });
  assert.deepEqual([requests(/^POST .*messages$/)[0].body.mentions, requests(/^PATCH/)[0].body], [["@bob"], { mentions: ["@carol"], text: "@carol hi" }]);
  assert.deepEqual(server.room("lobby").messages.get(1).mentions, ["@bob"]);
});

test("messages are scheduled, changed and canceled, in the order of their times", async (t) => {
  const { server, chat, room } = await opened(t);
  const schedule = scheduled(chat, room);
  assert.equal(schedule, scheduled(chat, room));
  const hours = (n) => new Date(Date.now() + n * 3_600_000);
  const second = await schedule.add("second", hours(2), { replyTo: 1 });
  const first = await schedule.add("first", hours(1));
  assert.deepEqual(schedule.list.map(({ message }) => message.text), ["first", "second"]);
  assert.equal(second.message.replyTo, 1);
  assert.equal(await schedule.change(first.id, { text: "last", sendAt: hours(3) }), true);
  assert.deepEqual(schedule.list.map(({ message }) => message.text), ["second", "last"]);
  assert.equal(await schedule.cancel(second.id), true);
  assert.equal(await schedule.cancel(second.id), false);
  assert.deepEqual(schedule.list.map(({ message }) => message.text), ["last"]);

  // Sent meanwhile: the own message that comes says so.
  server.room("lobby").scheduled = [];
  server.send("lobby", "alice", "last");
  await until(schedule, () => schedule.list.length === 0);
  assert.equal(await schedule.change(first.id, { text: "too late" }), false);
});

test("a schedule without an answer is repeated under its key", async (t) => {
  const { server, chat, room } = await opened(t);
  let attempts = 0;
  server.intercept = (request, res) => {
    if (request.method !== "POST" || !request.path.endsWith("/scheduled") || attempts++) return false;
    server.answer(request, { writeHead: () => ({ end: () => res.destroy() }) });
    return true;
  };
  await scheduled(chat, room).add("once", new Date(Date.now() + 60_000));
  assert.equal(attempts, 2);
  assert.equal(server.room("lobby").scheduled.length, 1);
});

test("tombstones are asked for only where ids are missing, and follow deletions", async (t) => {
  const { server, chat, room, requests } = await opened(t, { messages: ["one", "two", "three", "four"], before: (server) => server.delete("lobby", 2) });
  const stone = { firstId: 2, lastId: 2, user: "mod", reason: "spam", deletedAt: "2026-01-01T00:00:00Z" };
  server.room("lobby").tombstones = [stone];
  const found = tombstones(chat, room);
  await until(found, () => found.list.length === 1);
  assert.deepEqual(found.list, [stone]);
  server.deleteMany("lobby", [3, 4]);
  await until(found, () => found.list.length === 3);
  assert.deepEqual(found.list.map(({ firstId, user, reason }) => [firstId, user, reason]), [[2, "mod", "spam"], [3, "mod", "spam"], [4, "mod", "spam"]]);
  const before = requests(/messages$/).filter(({ query }) => query.has("deleted")).length;

  await room.open();
  await until(found, () => found.list.length === 1);
  assert.equal(requests(/messages$/).filter(({ query }) => query.has("deleted")).length, before + 1);
  const late = chat.room("late");
  for (const text of ["one", "two"]) server.send("late", "bob", text);
  server.delete("late", 2);
  server.room("late").tombstones = [{ firstId: 2, lastId: 2 }];
  await late.open();
  const last = tombstones(chat, late);
  await until(last, () => last.list.length === 1);
  const other = chat.room("other");
  server.send("other", "bob", "all there");
  const none = tombstones(chat, other);
  await other.open();
  assert.deepEqual(none.list, []);
  assert.equal(requests(/other.messages$/).length, 1);
});

test("versions are read when they are asked for", async (t) => {
  const { server, chat, room } = await opened(t, { messages: ["one"] });
  server.intercept = ({ path }, res) => path === "rooms/lobby/messages/1/versions" && server.json(res, 200, [{ version: 1, text: "on", writtenAt: "2026-01-01T00:00:00Z" }]);
  assert.equal((await versions(chat, room, 1))[0].text, "on");
});
