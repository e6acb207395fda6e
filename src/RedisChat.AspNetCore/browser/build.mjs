// Writes dist/redischat.js, dist/conversation.js and their types. The same sources give the same bytes: CI compares them with the committed ones.
import { build } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";

for (const [name, entry] of [["redischat", "src/index.ts"], ["conversation", "src/conversation/index.ts"]]) {
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

const types = (await read("conversation/api")).replace(/^import .*\n/, "");
const parts = await Promise.all(["deletions", "drafts", "pins", "replies", "unsent"].map((name) => declarations(`conversation/${name}`)));
await writeFile("dist/conversation.d.ts", `import type { Chat, ChatMessage, Room } from "./redischat.js";\n${types}\n${parts.join("\n")}\n`);
