// Who is here, who is a member, and what the user may do about them.
import { deleteMany } from "/chat/conversation.js";
import { roomPath } from "./directory.js";
import { $, arrange, avatar, coalesce, h, toast } from "./dom.js";
import { explain } from "./errors.js";
import { ask, menu } from "./overlay.js";
import { mediumOf } from "./time.js";

const durations = [["600", "10 minutes"], ["3600", "1 hour"], ["86400", "1 day"], ["604800", "1 week"], ["", "Until lifted"]];
const roles = [["owner", "an owner"], ["moderator", "a moderator"], ["member", "a member"], ["reader", "a reader"]];

export class People {
  #session;
  #conversation;
  #lists = {};
  #rows = new Map();
  #generation = 0;
  #invite = this.#makeInvite();
  /** Reads the lists again, if they are shown. */
  update = coalesce(() => this.#load());

  constructor(session, conversation) {
    this.#session = session;
    this.#conversation = conversation;
    $("people-toggle").addEventListener("click", () => this.#toggle($("people").hidden));
    $("people-close").addEventListener("click", () => this.#toggle(false));
    $("people").addEventListener("keydown", (event) => event.key === "Escape" && this.#toggle(false));
  }

  clear() {
    this.#generation++;
    this.#lists = {};
    this.#rows.clear();
    $("people-lists").replaceChildren();
    if (!matchMedia("(min-width: 1001px)").matches) this.#toggle(false, false);
  }

  /** Makes room for something else beside the conversation. */
  hide() {
    if (!$("people").hidden) this.#toggle(false, false);
  }

  /** What the user may do about someone. */
  async menu(user, anchor) {
    const { chat } = this.#session;
    const { id, rights } = this.#conversation;
    let member = this.#known(user);
    if (!member) member = await chat.request("GET", roomPath(id, `/members/${encodeURIComponent(user)}`)).catch(() => ({ user }));
    if (id === this.#conversation.id) menu(anchor, this.#items(user, member, rights), user);
  }

  #items(user, member, rights) {
    const { chat } = this.#session;
    const path = `/members/${encodeURIComponent(user)}`;
    const isMe = user === chat.user;
    const items = [];
    if (!isMe) items.push({ text: "Send a direct message", testid: "direct", run: () => this.#session.openDirect(user) });
    if (isMe && !rights.has("Manage")) items.push({ text: "This is you", run: () => {} });
    if (rights.has("Invite") && !member.role && !isMe) items.push({ text: "Invite", testid: "invite-user", run: () => this.#change("POST", `${path}/invite`, {}, `${user} is invited.`) });
    if (rights.has("Manage")) {
      items.push("-");
      for (const [role, name] of roles) if (member.role !== role) items.push({ text: `Make ${name}`, testid: `role-${role}`, run: () => this.#change("PUT", path, { role }, `${user} is now ${name}.`) });
    }
    if (isMe) return items;
    const actions = [];
    if (rights.has("Mute")) {
      actions.push(inForce(member.mute)
        ? { text: "Lift the mute", testid: "unmute", run: () => this.#change("DELETE", `${path}/mute`, undefined, `${user} may write again.`) }
        : { text: "Mute…", testid: "mute", run: () => this.#restrict(`Mute ${user}`, `${path}/mute`, "Mute", `${user} is muted.`) });
    }
    if (rights.has("Remove") && member.role) actions.push({ text: "Remove from the room…", testid: "remove", danger: true, run: () => this.#remove(user, path) });
    if (rights.has("Ban")) {
      actions.push(inForce(member.ban)
        ? { text: "Lift the ban", testid: "unban", run: () => this.#change("DELETE", `${path}/ban`, undefined, `${user} is no longer banned.`) }
        : { text: "Ban…", testid: "ban", danger: true, run: () => this.#restrict(`Ban ${user}`, `${path}/ban`, "Ban", `${user} is banned.`) });
    }
    if (rights.has("DeleteAny")) actions.push({ text: "Delete all messages…", testid: "delete-all", danger: true, run: () => this.#deleteAll(user) });
    return actions.length ? [...items, "-", ...actions] : items;
  }

  async #deleteAll(user) {
    const { room } = this.#conversation;
    let deleted = 0;
    const answer = await ask({
      title: `Delete all messages of ${user}?`,
      text: "Everything that this person wrote in this room is deleted, for everyone. This cannot be undone.",
      fields: [{ name: "reason", label: "Reason (optional)", maxlength: 200 }],
      confirm: "Delete all",
      danger: true,
      submit: async ({ reason }) => {
        ({ deleted } = await deleteMany(this.#session.chat, room, { user }, reason || undefined));
      },
    });
    if (answer) toast(deleted === 1 ? `1 message of ${user} was deleted.` : `${deleted} messages of ${user} were deleted.`);
  }

  #restrict(title, path, confirm, done) {
    return ask({
      title,
      fields: [{ name: "seconds", label: "How long", type: "select", options: durations, value: "3600" }, { name: "reason", label: "Reason (optional)", maxlength: 200 }],
      confirm,
      danger: true,
      submit: ({ seconds, reason }) => this.#request("PUT", path, { ...(seconds && { seconds: Number(seconds) }), ...(reason && { reason }) }),
    }).then((answer) => answer && this.#done(done));
  }

  #remove(user, path) {
    return ask({
      title: `Remove ${user}?`,
      fields: [{ name: "reason", label: "Reason (optional)", maxlength: 200 }],
      confirm: "Remove",
      danger: true,
      submit: ({ reason }) => this.#request("DELETE", `${path}${reason ? `?reason=${encodeURIComponent(reason)}` : ""}`),
    }).then((answer) => answer && this.#done(`${user} was removed.`));
  }

  #request(method, path, body) {
    return this.#session.chat.request(method, roomPath(this.#conversation.id, path), body);
  }

  async #change(method, path, body, done) {
    try {
      await this.#request(method, path, body);
      this.#done(done);
    } catch (error) {
      toast(explain(error));
    }
  }

  #done(text) {
    toast(text);
    this.update();
  }

  #toggle(isShown, focus = true) {
    $("people").hidden = !isShown;
    $("chat").classList.toggle("with-people", isShown);
    $("people-toggle").setAttribute("aria-expanded", String(isShown));
    if (isShown) {
      this.#session.thread?.close();
      this.update();
    }
    if (focus) (isShown ? $("people-title") : $("people-toggle")).focus();
  }

  #known(user) {
    for (const list of Object.values(this.#lists)) {
      const found = list.find((member) => member.user === user);
      if (found) return found;
    }
    return undefined;
  }

  async #load() {
    const { room, rights } = this.#conversation;
    if ($("people").hidden || !room || room.error) return;
    this.#show();
    const generation = ++this.#generation;
    const filters = ["members", ...(rights.has("Ban") ? ["banned"] : []), ...(rights.has("Mute") ? ["muted"] : []), ...(rights.has("Invite") ? ["invited"] : [])];
    const pages = await Promise.allSettled(filters.map((filter) => this.#request("GET", `/members?filter=${filter}&limit=200`)));
    if (generation !== this.#generation) return;
    this.#lists = Object.fromEntries(pages.map((page, at) => [filters[at], page.value?.members ?? []]));
    this.#show();
  }

  #show() {
    const { room, rights } = this.#conversation;
    const { members = [], banned = [], muted = [], invited = [] } = this.#lists;
    const here = [...room.present].sort((a, b) => a.localeCompare(b));
    const present = new Set(here);
    const byName = new Map(members.map((member) => [member.user, member]));
    const absent = members.filter(({ user }) => !present.has(user));
    const elements = [];
    const section = (key, title, people, note) => {
      if (people.length === 0) return;
      elements.push(this.#heading(key, `${title} (${people.length})`));
      for (const person of people) elements.push(this.#row(key, person, note?.(person) ?? ""));
    };
    section("present", "Here now", here.map((user) => byName.get(user) ?? { user }), ({ user, role }) => user === this.#session.chat.user ? `you${role && role !== "member" ? `, ${role}` : ""}` : role === "member" ? "" : role);
    section("members", "Members who are away", absent, ({ role }) => role === "member" ? "" : role);
    section("invited", "Invited", invited);
    section("muted", "Muted", muted, ({ mute }) => until(mute));
    section("banned", "Banned", banned, ({ ban }) => until(ban));
    if (rights.has("Invite")) elements.push(this.#invite);
    arrange($("people-lists"), elements);
  }

  #heading(key, text) {
    const element = this.#reuse(`heading ${key}`, () => h("h3"));
    if (element.textContent !== text) element.textContent = text;
    return element;
  }

  #row(list, { user }, note) {
    const element = this.#reuse(`${list} ${user}`, () => {
      const row = h("button", { class: "person", type: "button", "data-testid": "person", "data-list": list, "data-user": user, "aria-haspopup": "menu", onclick: () => this.menu(user, row) },
        h("span", { class: list === "present" ? "with-dot" : "" }, avatar(user, "medium")), h("bdi", { class: "grow ellipsis" }, user), h("span", { class: "role" }));
      return row;
    });
    if (element.lastChild.textContent !== note) element.lastChild.textContent = note;
    return element;
  }

  #reuse(key, make) {
    if (!this.#rows.has(key)) this.#rows.set(key, make());
    return this.#rows.get(key);
  }

  #makeInvite() {
    const input = h("input", { "aria-label": "Name of the person to invite", placeholder: "Invite by name", maxlength: "64", dir: "auto", autocomplete: "off", "data-testid": "invite-name" });
    return h("form", {
      class: "invite",
      onsubmit: (event) => {
        event.preventDefault();
        const user = input.value.trim();
        if (!user) return;
        input.value = "";
        this.#change("POST", `/members/${encodeURIComponent(user)}/invite`, {}, `${user} is invited.`);
      },
    }, input, h("button", { class: "secondary", "data-testid": "invite" }, "Invite"));
  }
}

const inForce = (restriction) => restriction && (!restriction.until || new Date(restriction.until) > new Date());
const until = (restriction) => restriction?.until ? `until ${mediumOf(new Date(restriction.until))}` : "";
