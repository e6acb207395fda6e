import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "../dist/redischat.js";
import { start } from "./helpers.mjs";

/** Waits for the request that each client begins with. */
async function known(chat) {
  while (!chat.user) await new Promise(setImmediate);
}

test("request calls any endpoint, and says what the server says", async (t) => {
  const { server, client } = await start(t);
  const chat = client({ token: async () => "carl" });
  assert.deepEqual(await chat.request("GET", "me"), { user: "carl" });
  assert.equal(await chat.request("POST", "rooms/a/typing"), undefined);
  server.intercept = (request, res) => server.json(res, 429, { status: 429, title: "Slow down.", code: "too-many", reason: "rate", retryAfter: 7 });
  await assert.rejects(chat.request("GET", "me"), { name: "ChatError", status: 429, code: "too-many", reason: "rate", retryAfter: 7, message: "Slow down." });
  server.intercept = (request, res) => server.problem(res, 400, "invalid", { detail: "At most 3.", parameter: "limit" });
  await assert.rejects(chat.request("GET", "me"), { code: "invalid", parameter: "limit", message: "At most 3." });
  server.intercept = (request, res) => res.writeHead(500).end("<html>");
  await assert.rejects(chat.request("GET", "me"), { status: 500, code: "http" });
  chat.close();
});

test("reads go on to the next node; what could happen twice does not", async (t) => {
  const { server, client } = await start(t, 3);
  const chat = client();
  const called = async (method, path, fail) => {
    await chat.request("GET", "me");
    const before = server.requests.length;
    let failed = false;
    server.intercept = (request, res) => !failed && request.path === path && (failed = true) && (fail(res), true);
    await chat.request(method, path, {}).catch(() => {});
    return server.requests.slice(before).filter((request) => request.path === path).map(({ node }) => node);
  };
  const cut = (res) => res.destroy();
  const nothingHappened = (res) => server.problem(res, 503, "unavailable");
  const other = (nodes) => nodes.length === 2 && nodes[0] !== nodes[1];
  await known(chat);
  server.send("a", "alice", "x");
  assert.ok(other(await called("PATCH", "rooms/a/messages/1", cut)));
  assert.ok(other(await called("POST", "rooms/a/read", nothingHappened)));
  assert.ok(other(await called("PUT", "rooms/a/messages/1/reactions/x", nothingHappened)));
  assert.equal((await called("POST", "rooms/a/messages", cut)).length, 1);
  assert.equal((await called("PUT", "rooms/a/messages/1/reactions/x", cut)).length, 1);
});

test("a node that is down, or a login page of a network, is passed over", async (t) => {
  const { server, bases } = await start(t, 2);
  server.intercept = ({ node }, res) => node === 0 && (res.writeHead(200, { "content-type": "text/html" }).end("<html>Welcome"), true);
  const chat = connect([...bases], { token: "alice", share: false });
  assert.deepEqual(await chat.request("GET", "me"), { user: "alice" });
  chat.close();
  const other = connect(["http://127.0.0.1:9/chat/", bases[1]], { token: "bob", share: false });
  assert.deepEqual(await other.request("GET", "me"), { user: "bob" });
  other.close();
});

test("a request that is not answered within 30 s fails over", async (t) => {
  const { server, client } = await start(t, 2);
  let asked;
  t.mock.method(AbortSignal, "timeout", (ms) => {
    asked = ms;
    return AbortSignal.abort();
  });
  const chat = client();
  await assert.rejects(chat.request("GET", "me"), { status: 0, code: "network" });
  assert.equal(asked, 30_000);
  assert.ok(server);
});

test("a canceled request is not repeated", async (t) => {
  const { server, client } = await start(t, 3);
  const chat = client();
  await known(chat);
  const abort = new AbortController();
  server.intercept = () => (abort.abort(), true);
  const before = server.requests.length;
  await assert.rejects(chat.request("GET", "me", undefined, { signal: abort.signal }), { code: "network" });
  assert.equal(server.requests.length, before + 1);
});

test("bad input is an error at once", () => {
  assert.throws(() => connect([]), TypeError);
  assert.throws(() => connect("not absolute, and there is no page"), TypeError);
});
