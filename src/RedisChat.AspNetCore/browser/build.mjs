// Writes the modules in dist and their types. The same sources give the same bytes: CI compares them with the committed ones.
import { build } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";

for (const [name, entry] of [["redischat", "src/index.ts"], ["conversation", "src/conversation/index.ts"], ["threads", "src/threads/index.ts"]]) {
  await build({
    entryPoints: [entry],
    outfile: `dist/${name}.js`,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    // Names that begin with an underscore never leave the module.
    mangleProps: /^_/,
  });
}

// The public types of a module are in one file; only what it exports beside types is added.
const read = async (name) => (await readFile(`.types/${name}.d.ts`, "utf8")).trimEnd();
const declarations = async (name) => {
  const text = await read(name);
  return text.slice(text.indexOf("/**"));
};

await writeFile("dist/redischat.d.ts", `${await read("api")}\n${await declarations("chat")}\n`);

for (const [name, parts] of [
  ["conversation", ["deletions", "drafts", "pins", "replies", "unsent"]],
  ["threads", ["mentions", "schedule", "threads", "tombstones"]],
]) {
  const types = (await read(`${name}/api`)).replace(/^import .*\n/, "");
  const all = await Promise.all(parts.map((part) => declarations(`${name}/${part}`)));
  await writeFile(`dist/${name}.d.ts`, `import type { Chat, ChatMessage, Room } from "./redischat.js";\n${types}\n${all.join("\n")}\n`);
}
