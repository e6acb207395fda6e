import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const file = (name) => readFile(new URL("../" + name, import.meta.url), "utf8");

// See docs/decisions/0035 and 0043.
for (const [name, most] of [["redischat.js", 6.32], ["conversation.js", 2.6], ["threads.js", 2.835]]) {
  test(`${name} has at most ${most} KB, compressed, and imports nothing`, async () => {
    const code = await file("dist/" + name);
    const size = gzipSync(code, { level: 9 }).length;
    assert.ok(size <= most * 1024, `${size} bytes`);
    assert.doesNotMatch(code, /\bimport\b/);
  });
}

test("the modules never touch the page's content", async () => {
  const names = (await readdir(new URL("../src", import.meta.url), { recursive: true })).filter((name) => name.endsWith(".ts"));
  assert.ok(names.length > 15, `${names}`);
  for (const name of names) assert.doesNotMatch(await file("src/" + name), /\bdocument\b|innerHTML|\beval\b/, name);
});

test("the types are one file that needs no other", async () => {
  const types = await file("dist/redischat.d.ts");
  assert.doesNotMatch(types, /\bimport\b|\bfrom "/);
  assert.match(types, /export declare function connect\(base: string \| string\[\], options\?: ConnectOptions\): Chat;/);
});

for (const [module, exported] of [
  ["conversation", ["function deleteMany", "function drafts", "const pins", "const replies", "function keepUnsent"]],
  ["threads", ["const threads", "function mentions", "function findMentions", "function mentionable", "const scheduled", "const tombstones", "const versions", "const threadId", "function parseThread"]],
]) {
  test(`the types of ${module} need those of the first module, and nothing else`, async () => {
    const types = await file(`dist/${module}.d.ts`);
    assert.deepEqual(types.match(/\bfrom ".*"/g), ['from "./redischat.js"']);
    for (const name of exported) assert.ok(types.includes(`export declare ${name}`), name);
  });
}
