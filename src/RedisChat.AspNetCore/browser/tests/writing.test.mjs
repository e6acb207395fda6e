import assert from "node:assert/strict";
import { test } from "node:test";
import { pins, replies } from "../dist/conversation.js";
import { hold, start, texts, until } from "./helpers.mjs";

/** An open room in which a bot writes; `before` is called before it is opened. */
async function opened(t, { before = () => {}, ...options } = {}) {
  const { server, client } = await start(t);
  server.send("lobby", "bob", "question");
  await before(server);
  const chat = client();
  const room = chat.room("lobby");
  const found = replies(chat, room);
  const pinned = pins(chat, room);
  const changes = [];
  room.on("change", ({ kind, message }) => changes.push([kind, message?.text, message?.writing]));
  await room.open(options);
  await server.until(() => server.live.length === 1);
  await until(chat, () => chat.state === "online");
  changes.length = 0;
  /** Waits until everything that was sent so far has arrived. */
  const arrived = async () => {
    server.passing("lobby", { kind: "heartbeat" });
    await new Promise((resolve) => {
      const off = room.on("event", ({ kind }) => kind === "heartbeat" && (off(), resolve()));
    });
  };
  return { server, room, found, pinned, changes, arrived, begin: (text = "") => server.send("lobby", "bot", text, { writing: "InProgress" }).message.id };
}

const isPage = ({ method, path }) => method === "GET" && path.endsWith("/messages");

test("a message that is written part by part grows, and is complete at the end", async (t) => {
  const { server, room, changes, arrived, begin } = await opened(t);
  const id = begin("Once ");
  await until(room, () => room.messages.length === 2);
  const [first, before] = room.messages;
  server.write("lobby", id, "upon 👍");
  server.write("lobby", id, " a time");
  await arrived();
  assert.equal(room.messages[0], first);
  assert.notEqual(room.messages[1], before);
  assert.equal(room.messages[1].key, before.key);
  assert.equal(room.messages[1].writing, "InProgress");
  server.endWriting("lobby", id);
  await until(room, () => !room.messages[1].writing);
  assert.deepEqual(changes, [
    ["created", "Once ", "InProgress"],
    ["partWritten", "Once upon 👍", "InProgress"],
    ["partWritten", "Once upon 👍 a time", "InProgress"],
    ["writingEnded", "Once upon 👍 a time", undefined],
  ]);
  assert.equal("writing" in room.messages[1], false);
  server.edit("lobby", id, "Never");
  await until(room, () => room.messages[1].text === "Never");
});

test("a repeated part changes nothing, and one that begins earlier and ends later is applied", async (t) => {
  const { server, room, changes, arrived, begin } = await opened(t);
  const id = begin();
  const parts = ["one", " two", " three"].map((text) => server.write("lobby", id, text));
  for (const part of parts) server.passing("lobby", part);
  await arrived();
  assert.equal(changes.length, 4);
  assert.equal(room.messages[1].text, "one two three");
  // What a stream that begins again delivers: everything so far.
  server.passing("lobby", { kind: "partWritten", messageId: id, offset: 0, text: "one two three four" });
  await arrived();
  assert.equal(room.messages[1].text, "one two three four");
  assert.equal(changes.length, 5);
});

test("parts after a lost one are not shown; a part from the beginning or the end brings the whole text", async (t) => {
  const { server, room, changes, arrived, begin } = await opened(t);
  const id = begin();
  server.write("lobby", id, "one");
  server.write("lobby", id, " two", { silent: true });
  server.write("lobby", id, " three");
  await arrived();
  assert.equal(room.messages[1].text, "one");
  server.endWriting("lobby", id);
  await until(room, () => room.messages[1].text === "one two three");
  assert.deepEqual(changes.map(([kind]) => kind), ["created", "partWritten", "writingEnded"]);
});

test("an abandoned message keeps its text and says so; parts and pages that come late do not bring it back", async (t) => {
  let id;
  const { server, room, changes, arrived } = await opened(t, {
    limit: 1,
    before(server) {
      ({ id } = server.send("lobby", "bot", "half a ", { writing: "InProgress" }).message);
      server.send("lobby", "bob", "last");
    },
  });
  const { came, release } = hold(server, isPage);
  const older = room.older();
  await came;
  const part = server.write("lobby", id, "sentence");
  server.endWriting("lobby", id, "Abandoned");
  server.passing("lobby", { ...part, text: "sentence, and more" });
  await arrived();
  release();
  await older;
  assert.deepEqual(texts(room), ["half a sentence", "last"]);
  assert.equal(room.messages[0].writing, "Abandoned");
  assert.deepEqual(changes.map(([kind]) => kind), ["older"]);
  server.passing("lobby", { ...part, text: "sentence, and more" });
  await arrived();
  assert.equal(room.messages[0].text, "half a sentence");
});

test("a page has the text so far; parts that came while it was read are applied on top of it", async (t) => {
  const { server, room, arrived, begin } = await opened(t);
  const id = begin();
  server.write("lobby", id, "one");
  await arrived();
  const { came, release } = hold(server, isPage);
  server.write("lobby", id, " two", { silent: true });
  server.passing("lobby", { kind: "gap" });
  await came;
  server.passing("lobby", { kind: "partWritten", messageId: id, offset: 3, text: " two" });
  server.write("lobby", id, " three");
  // This one does not wait for the page.
  server.passing("lobby", { kind: "typing", user: "bob", duration: "00:00:06" });
  await until(room, () => room.typingUsers.length);
  assert.equal(room.messages[1].text, "one");
  release();
  await until(room, () => room.messages[1].text === "one two three");
  const held = hold(server, isPage);
  server.passing("lobby", { kind: "gap" });
  await held.came;
  server.endWriting("lobby", id);
  held.release();
  await until(room, () => !room.messages[1].writing);
  assert.equal(room.messages[1].text, "one two three");
});

test("a message that was begun before the room was opened goes on, and its end is not missed by a client that was away", async (t) => {
  let id;
  const { server, room, arrived } = await opened(t, {
    before(server) {
      ({ id } = server.send("lobby", "bot", "one", { writing: "InProgress" }).message);
      server.write("lobby", id, " two");
    },
  });
  assert.equal(room.messages[1].text, "one two");
  server.write("lobby", id, " three");
  server.passing("lobby", { kind: "partWritten", messageId: 77, offset: 0, text: "of a message that is not known" });
  await arrived();
  assert.deepEqual(texts(room), ["question", "one two three"]);
  server.live[0].res.destroy();
  server.write("lobby", id, " four", { silent: true });
  server.endWriting("lobby", id, undefined, { silent: true });
  await until(room, () => room.messages[1].text === "one two three four");
  assert.equal(room.messages[1].writing, undefined);
});

test("quoted and pinned messages grow as well, whether they are shown or not", async (t) => {
  let id;
  const { server, room, found, pinned } = await opened(t, {
    limit: 1,
    before(server) {
      ({ id } = server.send("lobby", "bot", "one", { writing: "InProgress" }).message);
      server.pin("lobby", id, "olga");
      server.send("lobby", "bob", "reply", { replyTo: id });
    },
  });
  const text = () => [found.parentOf(room.messages.at(-1)), pinned.list[0]].map((known) => `${known?.message?.text} ${known?.message?.writing}`);
  await until(pinned, () => pinned.list.length);
  assert.deepEqual(text(), ["one InProgress", "one InProgress"]);
  const part = server.write("lobby", id, " two");
  server.passing("lobby", part);
  await until(pinned, () => pinned.list[0].message.text === "one two");
  server.write("lobby", id, " three", { silent: true });
  server.write("lobby", id, " four");
  server.endWriting("lobby", id);
  await until(pinned, () => !pinned.list[0].message.writing);
  assert.deepEqual(text(), ["one two three four undefined", "one two three four undefined"]);

  const next = server.send("lobby", "bot", "", { writing: "InProgress" }).message.id;
  server.pin("lobby", next, "olga");
  await until(pinned, () => pinned.list[0].messageId === next && pinned.list[0].message);
  server.write("lobby", next, "shown");
  await until(pinned, () => pinned.list[0].message.text === "shown");
  server.endWriting("lobby", next, "Abandoned");
  await until(pinned, () => pinned.list[0].message.writing === "Abandoned");
});
