// Starts the page: who is signed in, the connection, and which room the address names.
import { drafts } from "/chat/conversation.js";
import { connect } from "/chat/redischat.js";
import { Conversation } from "./conversation.js";
import { Directory } from "./directory.js";
import { $, announce, avatar, toast } from "./dom.js";
import { explain } from "./errors.js";
import { RoomList, openDirect } from "./rooms.js";
import { SearchBox } from "./search.js";
import { showSignIn, signOut } from "./sign-in.js";
import { startTheme } from "./theme.js";

const states = { connecting: "Connecting…", online: "Online", offline: "Offline. Trying again…", ended: "Signed out" };

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

/** Shows a room; with a message id, around that message. */
function openRoom(id, message) {
  const hash = `#/room/${encodeURIComponent(id)}${message ? `/${message}` : ""}`;
  if (location.hash === hash) dispatchEvent(new Event("hashchange"));
  else location.hash = hash;
}

async function route(session, isStart = false) {
  const match = /^#\/room\/([^/]+)(?:\/(\d+))?$/.exec(location.hash);
  if (match) {
    let id;
    try {
      id = decodeURIComponent(match[1]);
    } catch {
      id = match[1]; // a broken address
    }
    $("chat").dataset.view = "room";
    await session.conversation.open(id, match[2] && Number(match[2]));
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
