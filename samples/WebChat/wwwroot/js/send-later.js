// Messages that are sent later: the button beside the composer, and the list of those that wait, with the reasons of those that failed.
import { nameOf } from "./attachments.js";
import { scheduled } from "/chat/threads.js";
import { $, arrange, h, toast } from "./dom.js";
import { explain } from "./errors.js";
import { ask, sheet } from "./overlay.js";
import { snippetOf } from "./text.js";
import { mediumOf } from "./time.js";

export class SendLater {
  #composer;
  #schedule;
  #off = () => {};

  constructor(composer) {
    this.#composer = composer;
    $("send-later").addEventListener("click", () => this.#add());
    $("scheduled").addEventListener("click", () => this.#list());
  }

  /** Follows what is scheduled in a room. Called before the room is opened. */
  begin(chat, room) {
    this.end();
    this.#schedule = scheduled(chat, room);
    this.#off = this.#schedule.on("change", () => this.#show());
  }

  /** The room is shown: what waits is read. */
  load() {
    this.#schedule?.load().catch(() => {});
  }

  end() {
    this.#off();
    this.#off = () => {};
    this.#schedule = undefined;
    this.#show();
  }

  #show() {
    const list = this.#schedule?.list ?? [];
    const failed = list.filter(({ failure }) => failure).length;
    $("scheduled").hidden = list.length === 0;
    $("scheduled").dataset.count = list.length;
    $("scheduled").classList.toggle("warn", failed > 0);
    $("scheduled-text").textContent = `${list.length} scheduled${failed ? `, ${failed} not sent` : ""}`;
  }

  async #add() {
    const { content } = this.#composer;
    const schedule = this.#schedule;
    if (this.#composer.hasFiles) return toast("Files cannot be sent later. Remove them, or send the message now.");
    if (!content) return toast("Write the message first.");
    const answer = await ask({
      title: "Send later",
      text: snippetOf(content.text),
      fields: [{ name: "at", label: "When", type: "datetime-local", value: inputOf(new Date(Date.now() + 3_600_000)), required: true }],
      confirm: "Schedule",
      submit: async ({ at }) => {
        const { text, replyTo, mentions } = content;
        await schedule.add(text, future(at), { ...(replyTo && { replyTo }), ...(mentions.length && { mentions }) });
        // Before the focus comes back: the draft is done with.
        this.#composer.clear();
      },
    });
    if (answer) toast(`It will be sent ${mediumOf(new Date(answer.at))}.`);
  }

  #list() {
    const schedule = this.#schedule;
    const rows = h("ul", { class: "found", "data-testid": "scheduled-list" });
    const note = h("p", { class: "muted", role: "status" });
    const show = () => {
      note.textContent = schedule.list.length ? "" : "Nothing is scheduled.";
      arrange(rows, schedule.list.map((message) => this.#row(schedule, message)));
    };
    const off = schedule.on("change", show);
    show();
    sheet("Scheduled messages", rows, note).addEventListener("close", off);
    schedule.load().catch((error) => toast(explain(error)));
  }

  #row(schedule, { id, message, sendAt, failure }) {
    const attempt = async (action, missed) => {
      try {
        if (!(await action())) toast(missed);
      } catch (error) {
        toast(explain(error));
      }
    };
    return h("li", { class: "found-item", "data-testid": "scheduled-item", "data-id": id, "data-failed": failure ? "true" : null },
      h("span", { class: "middle" }, h("span", { class: "muted small" }, mediumOf(new Date(sendAt))), h("span", { class: "found-text", dir: "auto" }, snippetOf(nameOf(message), 240)), failure && h("span", { class: "error" }, `Not sent: ${failure}`)),
      h("button", { class: "secondary", type: "button", "data-testid": "scheduled-change", onclick: () => this.#change(schedule, id, message, sendAt) }, "Change"),
      h("button", { class: "danger", type: "button", "data-testid": "scheduled-cancel", onclick: () => attempt(() => schedule.cancel(id), "It was sent already.") }, "Cancel"));
  }

  async #change(schedule, id, message, sendAt) {
    let isChanged;
    const answer = await ask({
      title: "Change the scheduled message",
      fields: [{ name: "text", label: "Message", value: message.text, required: true }, { name: "at", label: "When", type: "datetime-local", value: inputOf(new Date(sendAt)), required: true }],
      confirm: "Save",
      submit: async ({ text, at }) => {
        isChanged = await schedule.change(id, { text, sendAt: future(at) });
      },
    });
    if (answer && !isChanged) toast("It was sent already.");
  }
}

/** A time as the field for it has it: local, to the minute. */
function inputOf(date) {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** A chosen minute that has just begun means now. */
function future(text) {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw new Error("Choose a day and a time.");
  if (at.getTime() < Date.now() - 120_000) throw new Error("This time is over. Choose a later one.");
  return at;
}
