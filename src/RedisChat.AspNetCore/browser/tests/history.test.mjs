import assert from "node:assert/strict";
import { test } from "node:test";
import { hold, start, texts, until } from "./helpers.mjs";

/** An open room with some messages. */
async function opened(t, messages = ["one", "two", "three"], options) {
  const { server, client } = await start(t);
  for (const text of messages) server.send("lobby", "bob", text);
  const chat = client();
  const room = chat.room("lobby");
  const changes = [];
  room.on("change", (change) => changes.push(change));
  await room.open(options);
  await server.until(() => server.live.length === 1);
  await until(chat, () => chat.state === "online");
  return { server, chat, room, changes, stream: () => server.live[0] };
}

const isPage = ({ method, path }) => method === "GET" && path.endsWith("/messages");

test("events from before the position, and repeated ones, change nothing", async (t) => {
  const { server, room, changes, stream } = await opened(t);
  const edited = server.edit("lobby", 1, "ONE");
  await until(room, () => room.messages[0].text === "ONE");
  const before = changes.length;
  for (const event of server.room("lobby").log) server.frame(stream(), "", { room: "lobby", event }, event.position);
  server.send("lobby", "bob", "four");
  await until(room, () => room.messages.length === 4);
  assert.equal(changes.length, before + 1);
  assert.deepEqual(texts(room), ["ONE", "two", "three", "four"]);
  assert.equal(room.messages[0].editedAt, edited.editedAt);
});

test("a changed message is a new object with the same key; the others are the same objects", async (t) => {
  const { server, room } = await opened(t);
  const [first, second] = room.messages;
  server.edit("lobby", 1, "ONE");
  await until(room, () => room.messages[0].text === "ONE");
  assert.notEqual(room.messages[0], first);
  assert.equal(room.messages[0].key, first.key);
  assert.equal(room.messages[1], second);
});

test("after a gap the room is loaded again, and shown until the page is there", async (t) => {
  const { server, room, changes } = await opened(t);
  const { came, release } = hold(server, isPage);
  server.send("lobby", "bob", "four", { silent: true });
  server.passing("lobby", { kind: "gap" });
  await came;
  server.send("lobby", "bob", "five");
  server.delete("lobby", 2);
  assert.deepEqual(texts(room), ["one", "two", "three"]);
  release();
  await until(room, () => texts(room).join() === "one,three,four,five");
  assert.ok(changes.some(({ reset }) => reset));
});

const users = (room) => room.messages.map(({ user }) => user).join();

test("after a user is erased the room is loaded again, without the user", async (t) => {
  const { server, room, changes, stream } = await opened(t);
  const { came, release } = hold(server, isPage);
  server.eraseUser("lobby", "bob", "anonymous");
  await came;
  assert.equal(users(room), "bob,bob,bob");
  server.send("lobby", "carol", "four");
  release();
  await until(room, () => users(room) === "anonymous,anonymous,anonymous,carol");
  assert.ok(changes.some(({ reset }) => reset));
  assert.equal(room.messages[0].version, 1);
  // The stream went on meanwhile, and events that the page covers do not load it again.
  const pages = () => server.requests.filter(isPage).length;
  const before = pages();
  for (const event of server.room("lobby").log) server.frame(stream(), "", { room: "lobby", event }, event.position);
  server.send("lobby", "carol", "five");
  await until(room, () => room.messages.length === 5);
  assert.deepEqual([pages(), server.streams.length, room.messages[0].user], [before, 1, "anonymous"]);
});

test("an erasure while the user reads old messages loads the page around them again, and a late page does not bring the user back", async (t) => {
  const messages = Array.from({ length: 30 }, (_, i) => "m" + (i + 1));
  const { server, room } = await opened(t, messages, { around: 10, limit: 6 });
  assert.ok(room.hasOlder && room.hasNewer);
  const { came, release } = hold(server, ({ query, ...request }) => isPage(request) && query.get("before"));
  const older = room.older();
  await came;
  server.eraseUser("lobby", "bob", "anonymous");
  await until(room, () => room.messages.every(({ user }) => user === "anonymous"));
  const shown = texts(room);
  release();
  await older;
  assert.ok(shown.includes("m10") && room.hasNewer);
  assert.deepEqual(texts(room), shown);
  assert.ok(room.messages.every(({ user }) => user === "anonymous"));
});

test("a user who was erased while the connection was cut is no longer shown", async (t) => {
  const { server, room, stream } = await opened(t);
  stream().res.destroy();
  server.eraseUser("lobby", "bob", "anonymous", { silent: true });
  await until(room, () => users(room) === "anonymous,anonymous,anonymous");
});

test("the ids of a new epoch are free again, those deleted in the old one too", async (t) => {
  const { server, room } = await opened(t);
  server.delete("lobby", 2);
  await until(room, () => room.messages.length === 2);
  server.rooms.clear();
  const { epoch } = Object.assign(server.room("lobby"), { epoch: "b2" });
  for (const text of ["uno", "dos"]) server.send("lobby", "bob", text, { silent: true });
  server.passing("lobby", { kind: "gap" });
  await until(room, () => room.messages.length === 2 && room.messages[1].text === "dos");
  assert.deepEqual(texts(room), ["uno", "dos"]);
  server.send("lobby", "bob", "tres");
  await until(room, () => room.messages.length === 3);
  assert.equal(epoch, "b2");
});

test("an event of another epoch without a gap before it loads the room again", async (t) => {
  const { server, room } = await opened(t);
  server.rooms.clear();
  server.room("lobby").epoch = "b2";
  server.send("lobby", "bob", "uno");
  await until(room, () => texts(room)[0] === "uno");
  assert.deepEqual(texts(room), ["uno"]);
});

test("ids that a failover gave out again are noticed by their stamp", async (t) => {
  const { server, room } = await opened(t);
  const lobby = server.room("lobby");
  lobby.messages.delete(3);
  lobby.last = 2;
  server.send("lobby", "bob", "another three");
  await until(room, () => texts(room)[2] === "another three");
  assert.deepEqual(texts(room), ["one", "two", "another three"]);
});

test("a message deleted before a failover lost the deletion is back after the gap", async (t) => {
  const { server, room } = await opened(t);
  const message = server.room("lobby").messages.get(2);
  server.delete("lobby", 2);
  await until(room, () => room.messages.length === 2);
  Object.assign(server.room("lobby"), { revision: 0, messages: new Map([[2, message]]), last: 2 });
  server.passing("lobby", { kind: "gap" });
  await until(room, () => room.messages[0]?.id === 2);
});

test("a deleted message does not come back with a late page", async (t) => {
  const { server, room, changes } = await opened(t, ["1", "2", "3", "4", "5"], { limit: 2 });
  const { came, release } = hold(server, isPage);
  const older = room.older();
  await came;
  server.delete("lobby", 2);
  await until(room, () => changes.at(-1).kind === "deleted");
  release();
  assert.equal(await older, true);
  assert.deepEqual(texts(room), ["3", "4", "5"]);
});

test("a deleted message does not come back with a late answer to an edit", async (t) => {
  const { server, room } = await opened(t);
  const { came, release } = hold(server, ({ method }) => method === "PATCH");
  const edit = room.edit(2, "TWO");
  await came;
  server.delete("lobby", 2);
  await until(room, () => room.messages.length === 2);
  release();
  await edit;
  assert.deepEqual(texts(room), ["one", "three"]);
});

test("messages deleted in one step are gone together, and each is reported as deleted", async (t) => {
  const { server, room, changes } = await opened(t, ["1", "2", "3", "4", "5"]);
  const deleted = room.messages.filter(({ id }) => id !== 2 && id !== 5);
  const seen = [];
  room.on("change", () => seen.push(texts(room).join()));
  const before = changes.length;
  server.deleteMany("lobby", [1, 3, 4]);
  await until(room, () => changes.length === before + 3);
  assert.deepEqual(changes.slice(before), deleted.map((message) => ({ kind: "deleted", message, reset: false })));
  assert.deepEqual(seen, ["2,5", "2,5", "2,5"]);
  server.send("lobby", "bob", "6");
  await until(room, () => texts(room).join() === "2,5,6");
  assert.equal(changes.length, before + 4);
});

test("messages deleted in one step while the room is loaded are not brought back by its page", async (t) => {
  const { server, room, changes } = await opened(t, ["1", "2", "3", "4"]);
  const { came, release } = hold(server, isPage);
  server.passing("lobby", { kind: "gap" });
  await came;
  const before = changes.length;
  server.deleteMany("lobby", [2, 3]);
  server.passing("lobby", { kind: "readMarkerMoved", user: "bob", messageId: 1 });
  await until(room, () => changes.at(-1).kind === "readMarkerMoved");
  // It waits for the page.
  assert.deepEqual(texts(room), ["1", "2", "3", "4"]);
  release();
  await until(room, () => changes.at(-1).reset);
  assert.deepEqual(texts(room), ["1", "4"]);
  assert.deepEqual(changes.slice(before).map(({ kind, message }) => [kind, message?.id]), [["readMarkerMoved", undefined], ["deleted", 2], ["deleted", 3], ["opened", undefined]]);
});

test("messages deleted in one step do not come back with a late page, and need not be shown", async (t) => {
  const { server, room, changes } = await opened(t, ["1", "2", "3", "4", "5", "6"], { limit: 3 });
  const { came, release } = hold(server, isPage);
  const older = room.older();
  await came;
  const before = changes.length;
  server.deleteMany("lobby", [1, 2, 5, 77]);
  await until(room, () => changes.length === before + 4);
  assert.deepEqual(changes.slice(before).map(({ kind, message }) => [kind, message?.text]), [["deleted", undefined], ["deleted", undefined], ["deleted", "5"], ["deleted", undefined]]);
  assert.deepEqual(texts(room), ["4", "6"]);
  release();
  assert.equal(await older, true);
  assert.deepEqual(texts(room), ["3", "4", "6"]);
});

test("a deletion of many that was seen before, or that the page already has, changes nothing", async (t) => {
  const { server, room, changes, stream } = await opened(t, ["1", "2", "3", "4"]);
  const first = server.deleteMany("lobby", [1, 2]);
  await until(room, () => room.messages.length === 2);
  server.deleteMany("lobby", [3], { silent: true });
  await room.open();
  assert.deepEqual(texts(room), ["4"]);
  const before = changes.length;
  for (const event of [first, ...server.room("lobby").log]) server.frame(stream(), "", { room: "lobby", event }, event.position);
  server.send("lobby", "bob", "5");
  await until(room, () => room.messages.length === 2);
  assert.deepEqual(changes.slice(before).map(({ kind }) => kind), ["created"]);
  assert.deepEqual(texts(room), ["4", "5"]);
});

test("a deletion of many that happened while the connection was cut is caught up on", async (t) => {
  const { server, room, chat } = await opened(t, ["1", "2", "3", "4"]);
  server.live[0].res.destroy();
  server.deleteMany("lobby", [2, 4], { silent: true });
  await until(room, () => room.messages.length === 2);
  assert.deepEqual(texts(room), ["1", "3"]);
  await until(chat, () => chat.state === "online");
});

test("pins are reported with the message, if it is shown, and change none", async (t) => {
  const { server, room, changes } = await opened(t, ["1", "2", "3"], { limit: 2 });
  const shown = [...room.messages];
  const before = changes.length;
  server.change("lobby", { kind: "pinned", messageId: 2, by: "mod", pinnedAt: "2026-01-01T00:00:00+00:00" });
  server.change("lobby", { kind: "unpinned", messageId: 2, by: "mod" });
  server.change("lobby", { kind: "pinned", messageId: 1, pinnedAt: "2026-01-01T00:00:00+00:00" });
  server.edit("lobby", 3, "THREE");
  await until(room, () => texts(room)[1] === "THREE");
  assert.deepEqual(changes.slice(before, -1).map(({ kind, message }) => [kind, message]), [["pinned", shown[0]], ["unpinned", shown[0]], ["pinned", undefined]]);
  assert.equal(room.messages[0], shown[0]);
});

test("a reply says what it replies to, in a page, an event, and after an edit", async (t) => {
  const { server, room } = await opened(t, []);
  server.send("lobby", "bob", "question");
  server.send("lobby", "bob", "answer", { replyTo: 1 });
  await until(room, () => room.messages.length === 2);
  const replies = () => room.messages.map(({ replyTo }) => replyTo);
  assert.deepEqual(replies(), [undefined, 1]);
  server.edit("lobby", 2, "better answer");
  await until(room, () => texts(room)[1] === "better answer");
  assert.deepEqual(replies(), [undefined, 1]);
  await room.open();
  server.deleteMany("lobby", [1]);
  await until(room, () => room.messages.length === 1);
  assert.deepEqual(replies(), [1]);
});

test("an older page does not undo an edit that came while it was read", async (t) => {
  const { server, room } = await opened(t, ["1", "2", "3", "4"], { limit: 2 });
  const { came, release } = hold(server, isPage);
  const older = room.older();
  await came;
  server.edit("lobby", 1, "edited");
  server.react("lobby", 2, "bob", "👍");
  server.send("lobby", "bob", "5");
  await until(room, () => texts(room).includes("5"));
  release();
  await older;
  assert.deepEqual(texts(room), ["edited", "2", "3", "4", "5"]);
  assert.deepEqual(room.messages[1].reactions, [{ emoji: "👍", count: 1, own: 0 }]);
});

test("an event does not undo a change that an older page already has", async (t) => {
  const { server, room } = await opened(t, ["1", "2", "3", "4"], { limit: 2 });
  const first = server.react("lobby", 1, "bob", "👍", { silent: true });
  server.react("lobby", 1, "carl", "👍", { silent: true });
  await room.older();
  server.event("lobby", first);
  server.send("lobby", "bob", "5");
  await until(room, () => texts(room).includes("5"));
  assert.equal(room.messages[0].reactions[0].count, 2);
});

test("older pages follow each other to the first message, once each", async (t) => {
  const { server, room } = await opened(t, ["1", "2", "3", "4", "5"], { limit: 2 });
  assert.equal(room.hasOlder, true);
  server.send("lobby", "bob", "6");
  assert.deepEqual(await Promise.all([room.older(), room.older()]), [true, true]);
  await until(room, () => room.messages.length === 5);
  assert.equal(await room.older(), true);
  assert.equal(room.hasOlder, false);
  assert.equal(await room.older(), false);
  assert.deepEqual(texts(room), ["1", "2", "3", "4", "5", "6"]);
  assert.equal(server.requests.filter(({ query }) => query.has("before")).length, 2);
});

test("an older page from before a gap is dropped", async (t) => {
  const { server, room } = await opened(t, ["1", "2", "3", "4", "5"], { limit: 2 });
  const { came, release } = hold(server, isPage);
  const older = room.older();
  await came;
  server.passing("lobby", { kind: "gap" });
  await until(room, () => server.requests.filter(isPage).length === 3);
  await server.until(() => true);
  release();
  await older;
  assert.deepEqual(texts(room), ["4", "5"]);
});

test("a room opened around a message shows later events only after the pages between", async (t) => {
  const { server, room } = await opened(t, ["1", "2", "3", "4", "5", "6"], { limit: 2, around: 3 });
  assert.deepEqual(texts(room), ["2", "3"]);
  assert.deepEqual([room.hasOlder, room.hasNewer], [true, true]);
  server.send("lobby", "bob", "7");
  server.edit("lobby", 3, "THREE");
  await until(room, () => texts(room)[1] === "THREE");
  assert.deepEqual(texts(room), ["2", "THREE"]);
  await room.newer();
  await room.newer();
  await room.newer();
  assert.equal(room.hasNewer, false);
  assert.deepEqual(texts(room), ["2", "THREE", "4", "5", "6", "7"]);
});

test("a room opened around a message goes to its end when the user sends one", async (t) => {
  const { room } = await opened(t, ["1", "2", "3", "4", "5", "6"], { limit: 2, around: 3 });
  await room.send("own");
  await until(room, () => !room.hasNewer && texts(room).at(-1) === "own");
  assert.equal(texts(room).filter((text) => text === "own").length, 1);
});

test("edit and delete show at once, by the answer or the event, whichever is first", async (t) => {
  const { server, room } = await opened(t);
  assert.equal((await room.edit(1, "ONE")).text, "ONE");
  assert.equal(room.messages[0].version, 2);
  await room.delete(2, "spam & more");
  await assert.rejects(room.delete(2), { code: "not-found" });
  assert.deepEqual(texts(room), ["ONE", "three"]);
  assert.equal(server.requests.find(({ method }) => method === "DELETE").query.get("reason"), "spam & more");
  await assert.rejects(room.edit(2, "x"), { code: "not-found" });
});

test("a late answer to an edit does not undo a newer one", async (t) => {
  const { server, room } = await opened(t);
  const { came, release } = hold(server, ({ method }) => method === "PATCH");
  const edit = room.edit(1, "mine");
  await came;
  server.edit("lobby", 1, "moderated");
  await until(room, () => room.messages[0].text === "moderated");
  release();
  await edit;
  assert.equal(room.messages[0].text, "moderated");
});

test("reactions keep what is the user's own, which events do not say", async (t) => {
  const { server, room } = await opened(t);
  await room.react(1, "👍");
  assert.deepEqual(room.messages[0].reactions, [{ emoji: "👍", count: 1, own: 1 }]);
  server.react("lobby", 1, "bob", "👍");
  await until(room, () => room.messages[0].reactions[0].count === 2);
  assert.deepEqual(room.messages[0].reactions, [{ emoji: "👍", count: 2, own: 1 }]);
  await room.unreact(1, "👍");
  assert.deepEqual(room.messages[0].reactions, [{ emoji: "👍", count: 1, own: 0 }]);
});

test("a late answer to a reaction takes back none of the others'", async (t) => {
  const { server, room } = await opened(t);
  const { came, release } = hold(server, ({ path }) => path.includes("/reactions/"));
  const reacting = room.react(1, "👍");
  await came;
  server.react("lobby", 1, "bob", "👍");
  await until(room, () => room.messages[0].reactions[0]?.count === 2);
  release();
  await reacting;
  await until(room, () => room.messages[0].reactions[0].own === 1);
  assert.deepEqual(room.messages[0].reactions, [{ emoji: "👍", count: 2, own: 1 }]);
});

test("the user's reaction on another device is shown as own", async (t) => {
  const { server, room } = await opened(t);
  server.react("lobby", 2, "alice", "🎉");
  await until(room, () => room.messages[1].reactions[0]?.own === 1);
  server.react("lobby", 2, "alice", "🎉", { remove: true });
  await until(room, () => !room.messages[1].reactions.length);
});

test("a page that fails for a while is loaded in the end; one that is refused is an error", async (t) => {
  const { server, client } = await start(t);
  server.send("lobby", "bob", "one");
  let failures = 0;
  server.intercept = (request, res) => {
    if (!isPage(request) || failures === 5) return false;
    return failures++ % 2 ? server.problem(res, 503, "unavailable") : (res.destroy(), true);
  };
  const chat = client();
  await chat.room("lobby").open();
  assert.deepEqual(texts(chat.room("lobby")), ["one"]);
  server.intercept = (request, res) => isPage(request) && server.problem(res, 403, "forbidden", { reason: "notMember", detail: "Members only." });
  await assert.rejects(chat.room("secret").open(), { name: "ChatError", status: 403, reason: "notMember", message: "Members only." });
  assert.equal(chat.room("secret").error.code, "forbidden");
});

test("trimmed messages are removed, and a page that was on its way does not bring them back", async (t) => {
  const { server, room, changes } = await opened(t, ["one", "two", "three", "four", "five"], { limit: 2 });
  const { came, release } = hold(server, isPage);
  const older = room.older();
  await came;
  server.trim("lobby", 5);
  await until(room, () => texts(room).join() === "five");
  assert.ok(changes.some(({ kind, message }) => kind === "deleted" && message?.text === "four"));
  release();
  await older;
  assert.deepEqual(texts(room), ["five"]);
  await room.older();
  assert.deepEqual(texts(room), ["five"]);
  assert.equal(room.hasOlder, false);
});

test("the ids of trimmed messages are free in a new epoch", async (t) => {
  const { server, room } = await opened(t);
  server.trim("lobby", 4);
  await until(room, () => !room.messages.length);
  server.rooms.delete("lobby");
  server.room("lobby").epoch = "b2";
  server.send("lobby", "bob", "again", { silent: true });
  server.passing("lobby", { kind: "gap" });
  await until(room, () => texts(room).join() === "again");
});
