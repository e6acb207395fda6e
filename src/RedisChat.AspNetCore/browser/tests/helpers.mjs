import { connect } from "../dist/redischat.js";
import { Server } from "./server.mjs";

/** Time stands still until a test moves it. */
export class ManualClock {
  time = 1_000_000;
  timers = new Map();
  #next = 1;

  timer = (f, ms) => {
    const id = this.#next++;
    this.timers.set(id, { f, at: this.time + ms });
    return () => this.timers.delete(id);
  };

  advance(ms) {
    this.time += ms;
    for (const [timer, { f, at }] of [...this.timers]) if (at <= this.time && this.timers.delete(timer)) f();
  }
}

/** Waits between attempts are over at once, and nothing else ever times out. */
function impatient(f, ms) {
  const timer = ms <= 10_000 ? setTimeout(f, 1) : undefined;
  return () => clearTimeout(timer);
}

/** A server with some nodes, and clients that are closed with the test. */
export async function start(t, nodes = 1) {
  const server = new Server();
  const bases = [];
  for (let i = 0; i < nodes; i++) bases.push(await server.node());
  const chats = [];
  t.after(async () => {
    for (const chat of chats) chat.close();
    await server.close();
  });
  const client = (options = {}) => {
    const chat = connect(bases, { token: "alice", share: false, timer: options.clock?.timer ?? impatient, ...options });
    chats.push(chat);
    return chat;
  };
  return { server, bases, client };
}

/** Waits until the condition holds, checked at each change of the room, inbox or chat. */
export function until(source, condition, event = source.inbox ? "state" : "change") {
  return new Promise((resolve, reject) => {
    const check = () => {
      if (!condition()) return;
      clearTimeout(timer);
      off();
      resolve();
    };
    const timer = setTimeout(() => {
      off();
      reject(new Error("Did not happen: " + condition));
    }, 10_000);
    const off = source.on(event, check);
    check();
  });
}

/** Holds the answer to the next such request, which is computed at once: what comes late is old. */
export function hold(server, matches) {
  const held = gate();
  const came = gate();
  server.intercept = async (request, res) => {
    if (!matches(request)) return false;
    server.intercept = () => false;
    let answered;
    const late = { writeHead: (...head) => ({ end: (body) => (answered = () => res.writeHead(...head).end(body)) }) };
    server.answer(request, late);
    came.open();
    await held;
    answered();
    return true;
  };
  return { came, release: held.open };
}

export const texts = (room) => room.messages.map(({ text }) => text);

/** A promise and what resolves it. */
export function gate() {
  let open;
  const promise = new Promise((resolve) => (open = resolve));
  return Object.assign(promise, { open });
}
