// What can be done with a room as a whole.
import { isDirect, roomPath } from "./directory.js";
import { toast } from "./dom.js";
import { explain } from "./errors.js";
import { ask, menu } from "./overlay.js";

const slowModes = [["00:00:00", "Off"], ["00:00:05", "5 seconds"], ["00:00:10", "10 seconds"], ["00:00:30", "30 seconds"], ["00:01:00", "1 minute"], ["00:05:00", "5 minutes"], ["01:00:00", "1 hour"]];
const everyone = "Read, Join, Send, ChangeOwn, React";

export function showRoomMenu(session, conversation, anchor) {
  const { chat, directory } = session;
  const { id, entry, isJoined, rights } = conversation;
  const inbox = `inbox/${encodeURIComponent(id)}`;
  const attempt = async (action, done) => {
    try {
      await action();
      if (done) toast(done);
    } catch (error) {
      toast(explain(error));
    }
  };
  const items = [];
  if (rights.has("Manage")) items.push({ text: "Room settings…", testid: "settings", run: () => settings(session, conversation) }, "-");
  if (entry) {
    items.push(entry.isMuted
      ? { text: "Turn notifications on", testid: "inbox-unmute", run: () => attempt(() => chat.request("DELETE", `${inbox}/mute`), "Notifications are on.") }
      : { text: "Turn notifications off", testid: "inbox-mute", run: () => attempt(() => chat.request("PUT", `${inbox}/mute`), "Notifications are off. Unread messages are still counted.") });
    items.push({ text: "Hide until the next message", testid: "hide", run: () => attempt(() => chat.request("PUT", `${inbox}/hide`), "The room is hidden until its next message.") });
  } else if (!isJoined && rights.has("Join")) {
    items.push({ text: "Join the room", testid: "menu-join", run: () => conversation.join() });
  }
  items.push({ text: "Export the messages", testid: "export", run: () => download(id) });
  if (isJoined && !isDirect(id)) {
    items.push("-", {
      text: "Leave the room",
      testid: "leave",
      danger: true,
      run: () => attempt(async () => {
        await chat.request("POST", roomPath(id, "/leave"));
        if (id === conversation.id) await conversation.reopen();
      }, `You have left ${directory.name(id)}.`),
    });
  }
  menu(anchor, items);
}

function download(id) {
  const link = document.createElement("a");
  link.href = `chat/${roomPath(id, "/export")}`;
  link.download = `${id}.ndjson`;
  link.click();
}

async function settings(session, conversation) {
  const { chat, directory } = session;
  const { id } = conversation;
  let rules;
  try {
    rules = await chat.request("GET", roomPath(id, "/rules"));
  } catch (error) {
    return toast(explain(error));
  }

  const about = directory.info(id)?.about ?? {};
  const isMembersOnly = rules.everyone === "None";
  const slowMode = slowModes.some(([value]) => value === rules.slowMode) ? slowModes : [...slowModes, [rules.slowMode, rules.slowMode]];
  const answer = await ask({
    title: "Room settings",
    fields: [
      { name: "name", label: "Name", value: about.name, maxlength: 60 },
      { name: "topic", label: "Topic", value: about.topic, maxlength: 200 },
      { name: "slowMode", label: "Slow mode: time between two messages of a person", type: "select", options: slowMode, value: rules.slowMode },
      { name: "membersOnly", label: "Only for members, by invitation", type: "check", value: isMembersOnly },
      { name: "archived", label: "Archived: can be read, but not changed", type: "check", value: rules.isArchived },
    ],
    confirm: "Save",
    extra: "Delete the room…",
    submit: async ({ name, topic, slowMode: wait, membersOnly, archived }) => {
      // An archived room's name cannot be changed: it is opened first, and archived last.
      if (rules.isArchived && !archived) await chat.request("PATCH", roomPath(id), { archived: false });
      const changed = { ...(name !== (about.name ?? "") && { name }), ...(topic !== (about.topic ?? "") && { topic }) };
      if (Object.keys(changed).length) await chat.request("PATCH", roomPath(id), changed);
      if (wait !== rules.slowMode || membersOnly !== isMembersOnly) {
        await chat.request("PUT", roomPath(id, "/rules"), { ...rules, isArchived: false, slowMode: wait, everyone: membersOnly ? "None" : isMembersOnly ? everyone : rules.everyone });
      }
      if (archived && !rules.isArchived) await chat.request("PATCH", roomPath(id), { archived: true });
    },
  });
  if (answer?.extra) return remove(session, conversation, id);
  if (!answer) return;
  directory.refresh(id);
  await conversation.loadRights();
}

async function remove(session, conversation, id) {
  const { chat, directory } = session;
  const answer = await ask({ title: `Delete ${directory.name(id)}?`, text: "The room and all its messages are deleted, for everyone. This cannot be undone.", confirm: "Delete the room", danger: true, submit: () => chat.request("DELETE", roomPath(id)) });
  if (!answer) return;
  directory.load().catch(() => {});
  if (id === conversation.id) location.hash = "";
}
