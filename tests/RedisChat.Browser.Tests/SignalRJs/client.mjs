// Microsoft's own JavaScript client against the hub of two nodes: writes on the first one, and continues on the second one where it left off.
// Arguments: the nodes' addresses and a room. Each line on standard input is a command; each answer and each event is a line of JSON on standard output.
import { HubConnectionBuilder, LogLevel } from "@microsoft/signalr";
import { createInterface } from "node:readline";

const [room, ...nodes] = process.argv.slice(2);
const print = (kind, value) => console.log(JSON.stringify({ kind, ...value }));

let connection;
let position;

/** Opens the room on a node, from the position that was reached. */
async function connect(node) {
  const signedIn = await fetch(`${node}/sign-in`, { method: "POST", headers: { "content-type": "application/json" }, body: '{"name":"alice"}' });
  const cookie = signedIn.headers.get("set-cookie").split(";")[0];
  connection = new HubConnectionBuilder().withUrl(`${node}/chat/hub`, { headers: { cookie } }).configureLogging(LogLevel.None).build();
  connection.on("Event", ({ room, event }) => {
    position = event.position ?? position;
    print("event", { room, event: event.kind, id: event.message?.id, text: event.message?.text });
    // Only now: a room that is opened without a position misses what happens before this event.
    if (event.kind === "caughtUp") print("opened");
  });
  connection.on("Failed", (failure) => print("failed", failure));
  connection.on("End", (end) => print("end", end));
  connection.onclose(() => print("closed"));
  await connection.start();
  await connection.invoke("Open", { room, after: position });
}

await connect(nodes[0]);
for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...rest] = line.split(" ");
  if (command === "send") {
    const { id } = await connection.invoke("Send", room, { text: rest.join(" "), idempotencyKey: rest.join("-") });
    print("sent", { id });
  } else if (command === "move") {
    await connection.stop();
    await connect(nodes[1]);
  }
}
await connection.stop();
