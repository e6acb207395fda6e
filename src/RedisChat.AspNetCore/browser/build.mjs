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
const types = await readFile(".types/api.d.ts", "utf8");
const entry = await readFile(".types/index.d.ts", "utf8");
const connect = entry.split("\n").filter((line) => !/^(import|export \{|export type|export \*)/.test(line)).join("\n");
await writeFile("dist/redischat.d.ts", types.trimEnd() + "\n" + connect.trimEnd() + "\n");
