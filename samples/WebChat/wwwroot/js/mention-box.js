// Suggests whom to mention while the user types "@" and the beginning of a name. Arrow keys choose, Enter or Tab takes, Escape closes.
import { findMentions } from "/chat/threads.js";
import { avatar, h } from "./dom.js";

const most = 6;
const begun = /(?:^|[\s(])@([^\s@]{0,40})$/u;

export class MentionBox {
  #input;
  #element;
  #namesOf;
  #known = new Set();
  #isLearnt = false;
  #options = [];
  #current = 0;
  #generation = 0;

  /** @param namesOf(prefix) the users whom a message can mention */
  constructor(input, element, namesOf) {
    this.#input = input;
    this.#element = element;
    this.#namesOf = namesOf;
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", element.id);
    input.addEventListener("input", () => this.#update());
    input.addEventListener("click", () => this.#update());
    input.addEventListener("blur", () => this.close());
    // The field keeps the focus.
    element.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  /** Another room. Its users are learnt when the text has the first "@". */
  begin() {
    this.close();
    this.#known.clear();
    this.#isLearnt = false;
  }

  /** The text has changed, by the user or not. @param words whom it mentions already, as the server knows */
  look(words = []) {
    for (const word of words) if (word[0] === "@") this.#known.add(word.slice(1));
    if (this.#isLearnt || !this.#input.value.includes("@")) return;
    this.#isLearnt = true;
    this.#learn("");
  }

  close() {
    this.#generation++;
    this.#options = [];
    this.#element.hidden = true;
    this.#input.removeAttribute("aria-activedescendant");
  }

  /** Whom a text mentions, as the words that are sent with it. */
  wordsOf(text) {
    return [...new Set(findMentions(text, this.#known).map(({ word }) => word))];
  }

  /** Returns whether the key was for the box. */
  key(event) {
    if (this.#element.hidden) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#mark((this.#current + step + this.#options.length) % this.#options.length);
    else if (event.key === "Enter" || event.key === "Tab") this.#take(this.#options[this.#current].dataset.user);
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  async #learn(prefix) {
    const names = await this.#namesOf(prefix).catch(() => []);
    for (const name of names) this.#known.add(name);
    return names;
  }

  async #update() {
    const { selectionStart: at, value } = this.#input;
    const match = begun.exec(value.slice(0, at));
    if (!match) return this.close();
    const generation = ++this.#generation;
    const names = (await this.#learn(match[1])).slice(0, most);
    if (generation !== this.#generation) return;
    if (!names.length) return this.close();
    this.#options = names.map((user, index) => h("li", { id: `${this.#element.id}-${index}`, role: "option", "data-testid": "mention-option", "data-user": user, onclick: () => this.#take(user), onpointermove: () => this.#mark(index) },
      avatar(user, "tiny"), h("bdi", {}, user)));
    this.#element.replaceChildren(...this.#options);
    this.#element.hidden = false;
    this.#mark(0);
  }

  #mark(index) {
    this.#current = index;
    this.#options.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    this.#input.setAttribute("aria-activedescendant", this.#options[index].id);
    this.#options[index].scrollIntoView({ block: "nearest" });
  }

  #take(user) {
    const { selectionStart: at, value } = this.#input;
    const start = value.slice(0, at).lastIndexOf("@");
    this.#known.add(user);
    this.close();
    this.#input.setRangeText(`@${user} `, start, at, "end");
    this.#input.focus({ preventScroll: true });
    this.#input.dispatchEvent(new Event("input"));
  }
}
