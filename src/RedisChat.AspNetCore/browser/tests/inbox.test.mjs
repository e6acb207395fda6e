import assert from "node:assert/strict";
import { test } from "node:test";
import { gate, start, until } from "./helpers.mjs";

const room = (id, time, more = {}) => ({
  room: id,
  member: { user: "alice", role: "member" },
  lastActivity: `2026-11-23T07:20:${time}+00:00`,
  readUpTo: 0,
  unread: { count: 1, hasMore: false },
  unreadMentions: 0,
  isMuted: false,
  isHidden: false,
  ...more,
});

test("the inbox lists rooms by newest activity and follows them in the same stream as the rooms", async (t) => {
  const { server, client } = await start(t);
  server.inbox = [room("b", "09.447124"), room("a", "09")];
  const chat = client();
  await chat.room("a").open();
  await chat.inbox.open();
  await server.until(() => server.live[0]?.inbox);
  assert.deepEqual(server.live[0].body.rooms.map(({ room }) => room), ["a"]);
  assert.deepEqual(chat.inbox.rooms.map(({ room }) => room), ["b", "a"]);
  const change = (id, now) => {
    server.inbox = server.inbox.filter(({ room }) => room !== id).concat(now ?? []);
    server.frame(server.live[0], "inbox", { room: id, now });
  };
  change("a", room("a", "09.44713"));
  await until(chat.inbox, () => chat.inbox.rooms[0].room === "a", "change");
  change("c", { ...room("c", "00"), lastActivity: undefined });
  await until(chat.inbox, () => chat.inbox.rooms.length === 3, "change");
  assert.deepEqual(chat.inbox.rooms.map(({ room }) => room), ["a", "b", "c"]);
  change("a", room("a", "10", { isHidden: true }));
  change("b");
  await until(chat.inbox, () => chat.inbox.rooms.length === 1, "change");
});

test("the inbox is listed again with each new stream, and changes that come meanwhile are kept", async (t) => {
  const { server, client } = await start(t);
  server.inbox = [room("a", "01")];
  const chat = client();
  await chat.inbox.open();
  await server.until(() => server.live[0]?.inbox);
  const held = gate();
  const came = gate();
  server.intercept = async ({ path }, res) => {
    if (path !== "inbox") return false;
    came.open();
    await held;
    return server.json(res, 200, { rooms: [room("a", "01"), room("b", "02")] });
  };
  server.live[0].res.destroy();
  await came;
  await server.until(() => server.live.length === 1);
  server.frame(server.live[0], "inbox", { room: "a", now: room("a", "05") });
  server.frame(server.live[0], "inbox", { room: "b" });
  held.open();
  await until(chat.inbox, () => chat.inbox.rooms[0]?.lastActivity.includes(":05"), "change");
  await until(chat.inbox, () => chat.inbox.rooms.length === 1, "change");
});

test("a closed inbox is not asked for again", async (t) => {
  const { server, client } = await start(t);
  const chat = client();
  await chat.inbox.open();
  await chat.room("a").open();
  await server.until(() => server.live[0]?.inbox && server.live[0].rooms.has("a"));
  chat.inbox.close();
  server.live[0].res.destroy();
  await server.until(() => server.live.length === 1);
  assert.equal(server.live[0].inbox, false);
});
