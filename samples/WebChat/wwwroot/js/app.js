// Starts the page: who is signed in, the connection, and which room the address names.
import { drafts } from "/chat/conversation.js";
import { connect } from "/chat/redischat.js";
import { parseThread } from "/chat/threads.js";
import { Conversation } from "./conversation.js";
import { Directory } from "./directory.js";
import { $, announce, avatar, toast } from "./dom.js";
import { explain } from "./errors.js";
import { startMentions } from "./mention-list.js";
import { RoomList, openDirect } from "./rooms.js";
import { SearchBox } from "./search.js";
import { showSignIn, signOut } from "./sign-in.js";
import { startTheme } from "./theme.js";
import { ThreadPanel } from "./thread-panel.js";

const states = { connecting: "Connecting…", online: "Online", offline: "Offline. Trying again…", ended: "Signed out" };

/** What goes beyond rooms with messages: each is started once, when the user is signed in. */
const parts = [
  (session) => (session.thread = new ThreadPanel(session)),
  startMentions,
];

startTheme();
start().catch((error) => toast(explain(error)));

async function start() {
  const { nodes } = await (await fetch("settings")).json();
  // The node that served the page comes first; the others take over when it is down.
  const bases = nodes.length === 0 ? "/chat" : [...new Set([location.origin, ...nodes])].map((node) => `${node}/chat`);
  const chat = connect(bases, { stream: { drafts: true } });
  const session = { chat, drafts: drafts(chat), directory: new Directory(chat), open: openRoom, openDirect: (user) => openDirect(session, user) };

  showState(chat.state);
  chat.on("state", showState);
  if (chat.state === "ended") return showState("ended");
  try {
    await chat.inbox.open();
  } catch (error) {
    if (chat.state !== "ended") throw error;
    return; // showState has shown the sign-in form
  }

  $("me-name").textContent = chat.user;
  $("me-avatar").replaceWith(avatar(chat.user, "medium"));
  $("sign-out").addEventListener("click", () => signOut(session));
  $("splash").hidden = true;
  $("chat").hidden = false;
  session.conversation = new Conversation(session);
  session.rooms = new RoomList(session);
  for (const part of parts) part(session);
  session.search = new SearchBox(session);
  session.directory.watch();
  addEventListener("hashchange", () => route(session));
  await route(session, true);
}

function showState(state) {
  const wasSignedIn = !$("chat").hidden;
  document.body.dataset.state = state === "ended" ? "signed-out" : state;
  if (state === "ended") return showSignIn(wasSignedIn ? "You were signed out. Sign in to continue." : "");
  const connection = document.querySelector("[data-testid=connection]");
  if (connection.dataset.state !== state && state === "offline") announce("Offline");
  if (connection.dataset.state === "offline" && state === "online") announce("Online again");
  connection.dataset.state = state;
  $("connection-text").textContent = states[state];
}

/** Shows a room; with a message id, around that message, or its thread. */
function openRoom(id, message, isThread = false) {
  // A thread is a room, shown beside the one that it belongs to.
  const thread = parseThread(id);
  const tail = thread ? `/thread/${thread.messageId}` : message ? `${isThread ? "/thread" : ""}/${message}` : "";
  const hash = `#/room/${encodeURIComponent(thread?.room ?? id)}${tail}`;
  if (location.hash === hash) dispatchEvent(new Event("hashchange"));
  else location.hash = hash;
}

async function route(session, isStart = false) {
  const match = /^#\/room\/([^/]+)(?:\/(thread\/)?(\d+))?$/.exec(location.hash);
  if (match) {
    let id;
    try {
      id = decodeURIComponent(match[1]);
    } catch {
      id = match[1]; // a broken address
    }
    $("chat").dataset.view = "room";
    const message = match[3] && Number(match[3]);
    // Opening or closing a thread leaves its room as it is.
    const staysOpen = id === session.conversation.id && (match[2] || (session.thread.messageId && !message));
    if (!staysOpen) await session.conversation.open(id, match[2] ? undefined : message);
    if (id === session.conversation.id) await (match[2] ? session.thread.open(message) : session.thread.close());
  } else if (isStart && !matchMedia("(max-width: 699px)").matches) {
    // A newcomer starts in the lobby.
    history.replaceState(null, "", `#/room/${encodeURIComponent(session.chat.inbox.rooms[0]?.room ?? "lobby")}`);
    await route(session);
  } else {
    $("chat").dataset.view = "rooms";
    session.conversation.close();
  }
  session.rooms.render();
}
