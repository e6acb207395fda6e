import assert from "node:assert/strict";
import { test } from "node:test";
import { gate, ManualClock, start, until } from "./helpers.mjs";

async function opened(t, options, open) {
  const { server, client } = await start(t);
  for (const text of ["one", "two", "three"]) server.send("lobby", "bob", text);
  const chat = client(options);
  const room = chat.room("lobby");
  await room.open(open);
  await server.until(() => server.live[0]?.rooms.size === 1);
  await until(chat, () => chat.state === "online");
  return { server, chat, room };
}

const count = (server, path) => server.requests.filter((request) => request.path.endsWith(path)).length;

test("typing is sent once per 3 s and never throws", async (t) => {
  const clock = new ManualClock();
  const { server, room } = await opened(t, { clock });
  server.intercept = ({ path }, res) => path.endsWith("typing") && server.problem(res, 403, "forbidden");
  for (let i = 0; i < 5; i++) room.typing();
  await server.until(() => count(server, "typing") === 1);
  clock.advance(2999);
  room.typing();
  clock.advance(1);
  room.typing();
  await server.until(() => count(server, "typing") === 2);
  await room.markRead();
  assert.equal(count(server, "typing"), 2);
});

test("who types is shown for its duration from when it arrived, or until the message comes", async (t) => {
  const clock = new ManualClock();
  const { server, room } = await opened(t, { clock });
  // By the server's clock this is long over.
  const typing = (user) => server.passing("lobby", { kind: "typing", user, duration: "00:00:06.5000000", until: "2001-01-01T00:00:00+00:00" });
  typing("alice");
  typing("bob");
  typing("carl");
  await until(room, () => room.typingUsers.length === 2);
  assert.deepEqual(room.typingUsers, ["bob", "carl"]);
  server.send("lobby", "bob", "done");
  await until(room, () => room.typingUsers.length === 1);
  clock.advance(6499);
  assert.deepEqual(room.typingUsers, ["carl"]);
  clock.advance(1);
  assert.deepEqual(room.typingUsers, []);
});

test("presence is listed, kept by events, and listed again when these are not enough", async (t) => {
  const { server, room } = await opened(t, {}, { presence: true });
  await until(room, () => room.present.length === 1);
  assert.equal(server.live[0].rooms.get("lobby").present, true);
  server.present = ["alice", "bob"];
  server.passing("lobby", { kind: "entered", user: "bob", count: 2 });
  await until(room, () => room.present.includes("bob"));
  server.present = ["bob"];
  server.passing("lobby", { kind: "left", user: "alice", count: 1 });
  await until(room, () => room.present.join() === "bob");
  server.present = ["carl", "dora"];
  server.passing("lobby", { kind: "presenceChanged", count: 2 });
  await until(room, () => room.present.join() === "carl,dora");
  server.present = ["emil"];
  server.passing("lobby", { kind: "gap" });
  await until(room, () => room.present.join() === "emil");
  server.present = ["fritz"];
  server.live[0].res.destroy();
  await until(room, () => room.present.join() === "fritz");
});

test("users who enter or leave while the list is read are not lost", async (t) => {
  const { server, room } = await opened(t, {}, { presence: true });
  await until(room, () => room.present.length === 1);
  const held = gate();
  const came = gate();
  server.intercept = async ({ path }, res) => {
    if (!path.endsWith("presence")) return false;
    came.open();
    await held;
    return server.json(res, 200, { users: ["alice", "bob"], count: 2 });
  };
  server.passing("lobby", { kind: "presenceChanged", count: 2 });
  await came;
  server.passing("lobby", { kind: "entered", user: "carl", count: 3 });
  server.passing("lobby", { kind: "left", user: "bob", count: 2 });
  server.send("lobby", "bob", "four");
  await until(room, () => room.messages.length === 4);
  held.open();
  await until(room, () => room.present.join() === "alice,carl");
});

test("a room that was opened without presence asks for no list", async (t) => {
  const { server, room } = await opened(t);
  server.passing("lobby", { kind: "presenceChanged", count: 2 });
  server.send("lobby", "bob", "four");
  await until(room, () => room.messages.length === 4);
  assert.equal(count(server, "presence"), 0);
});

test("markRead has one call in flight, sends the latest, and never moves back", async (t) => {
  const { server, room } = await opened(t);
  const held = gate();
  server.intercept = async ({ path }) => path.endsWith("/read") && (await held, false);
  const all = [room.markRead(1)];
  await server.until(() => count(server, "/read") === 1);
  all.push(room.markRead(2), room.markRead(), room.markRead(1));
  held.open();
  await Promise.all(all);
  await room.markRead(2);
  assert.deepEqual(server.requests.filter(({ path }) => path.endsWith("/read")).map(({ body }) => body.messageId), [1, 3]);
  server.intercept = ({ path }, res) => path.endsWith("/read") && server.problem(res, 403, "forbidden", { reason: "notMember" });
  await assert.rejects(room.markRead(4), { reason: "notMember" });
  server.intercept = () => false;
  await room.markRead(4);
});

test("a room that is loaded again can be marked as read again: it may have been marked as unread, or be a new room", async (t) => {
  const { server, room } = await opened(t);
  const marked = () => server.requests.filter(({ path }) => path.endsWith("/read")).map(({ body }) => body.messageId);
  await room.markRead();
  await room.open();
  await room.markRead();
  assert.deepEqual(marked(), [3, 3]);
  const held = gate();
  server.intercept = async ({ path }) => path.endsWith("/read") && (await held, false);
  const late = room.markRead(4);
  await server.until(() => marked().length === 3);
  server.rooms.clear();
  server.room("lobby").epoch = "b2";
  server.send("lobby", "bob", "uno", { silent: true });
  server.passing("lobby", { kind: "gap" });
  await until(room, () => room.messages[0].text === "uno");
  const next = room.markRead();
  held.open();
  await Promise.all([late, next]);
  assert.deepEqual(marked(), [3, 3, 4, 1]);
});

test("readers move by events", async (t) => {
  const { server, room } = await opened(t);
  const moved = (user, messageId) => server.passing("lobby", { kind: "readMarkerMoved", user, messageId, movedAt: "2026-11-23T07:20:09.447123+00:00" });
  moved("bob", 2);
  moved("carl", 3);
  await until(room, () => room.readers.size === 2);
  assert.deepEqual([...room.readers], [["bob", 2], ["carl", 3]]);
  moved("bob", 1);
  await until(room, () => room.readers.get("bob") === 1);
});

test("settings, rules and members are reported by their events", async (t) => {
  const { server, room } = await opened(t);
  const kinds = [];
  room.on("change", ({ kind }) => kinds.push(kind));
  server.change("lobby", { kind: "aboutChanged", about: { name: "Lobby", topic: "", metadata: {} } });
  server.change("lobby", { kind: "rulesChanged", rules: { everyone: "Read" } });
  server.change("lobby", { kind: "memberChanged", member: { user: "bob", role: "member" } });
  server.change("lobby", { kind: "somethingNew" });
  await until(room, () => kinds.includes("somethingNew"));
  assert.equal(room.about.name, "Lobby");
  assert.equal(room.rules.everyone, "Read");
  assert.deepEqual(kinds, ["aboutChanged", "rulesChanged", "memberChanged", "somethingNew"]);
});

test("a listener that throws disturbs nobody, and off removes it", async (t) => {
  const { server, room } = await opened(t);
  const errors = t.mock.method(console, "error", () => {});
  let calls = 0;
  room.on("change", () => {
    throw new Error("mine");
  });
  const off = room.on("change", () => calls++);
  server.send("lobby", "bob", "four");
  await until(room, () => room.messages.length === 4);
  off();
  server.send("lobby", "bob", "five");
  await until(room, () => room.messages.length === 5);
  assert.equal(calls, 1);
  assert.equal(errors.mock.callCount(), 2);
});
