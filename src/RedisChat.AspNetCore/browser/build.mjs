// Writes dist/redischat.js and dist/redischat.d.ts. The same sources give the same bytes: CI compares them with the committed ones.
import { build } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";

await build({
  entryPoints: ["src/index.ts"],
  outfile: "dist/redischat.js",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  // Names that begin with an underscore never leave the module.
  mangleProps: /^_/,
});

// The public types are in one file that imports nothing; only the function is added.
const [types, chat] = await Promise.all(["api", "chat"].map((name) => readFile(`.types/${name}.d.ts`, "utf8")));
const connect = chat.slice(chat.indexOf("/**"));
await writeFile("dist/redischat.d.ts", types.trimEnd() + "\n" + connect.trimEnd() + "\n");
