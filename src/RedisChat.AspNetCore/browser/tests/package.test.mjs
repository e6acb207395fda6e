import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const file = (name) => readFile(new URL("../" + name, import.meta.url), "utf8");

test("the module has at most 6 KB, compressed, and imports nothing", async () => {
  const code = await file("dist/redischat.js");
  const size = gzipSync(code, { level: 9 }).length;
  assert.ok(size <= 6 * 1024, `${size} bytes`);
  assert.doesNotMatch(code, /\bimport\b/);
});

test("the module never touches the page's content", async () => {
  for (const name of await readdir(new URL("../src", import.meta.url))) assert.doesNotMatch(await file("src/" + name), /\bdocument\b|innerHTML|\beval\b/, name);
});

test("the types are one file that needs no other", async () => {
  const types = await file("dist/redischat.d.ts");
  assert.doesNotMatch(types, /\bimport\b|\bfrom "/);
  assert.match(types, /export declare function connect\(base: string \| string\[\], options\?: ConnectOptions\): Chat;/);
});
