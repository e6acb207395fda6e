// Keeps what is being read where it is: the end while the user is at the end, otherwise the first message that can be seen.
const near = 40;

export class Scroll {
  #scroller;
  #content;
  #isSticky = true;
  #anchor = null;

  /** Called after the user or the content has moved. */
  onMove = () => {};

  constructor(scroller, content) {
    this.#scroller = scroller;
    this.#content = content;
    scroller.addEventListener("scroll", () => {
      this.#isSticky = this.isAtBottom;
      this.#remember();
      this.onMove();
    }, { passive: true });
    // The window, the composer or a message has another size now.
    new ResizeObserver(() => this.#restore()).observe(scroller);
    new ResizeObserver(() => this.#restore()).observe(content);
  }

  get isAtBottom() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < near;
  }

  /** Changes the content without moving what is being read. */
  keep(change) {
    this.#remember();
    change();
    this.#restore();
    this.onMove();
  }

  toBottom() {
    this.#isSticky = true;
    this.#anchor = null;
    this.#restore();
  }

  /** The user looks at something else than the end, although the end is in sight. */
  release() {
    this.#isSticky = false;
    this.#remember();
  }

  /** Shows an element at a height, as a fraction of what can be seen. */
  show(element, fraction) {
    const { clientHeight } = this.#scroller;
    this.#scroller.scrollTop += this.#topOf(element) - clientHeight * fraction;
    this.#isSticky = this.isAtBottom;
    this.#remember();
  }

  // The first elements in sight, because the first one may be removed by the change.
  #remember() {
    if (this.#isSticky) return (this.#anchor = null);
    const { clientHeight } = this.#scroller;
    const elements = [...this.#content.children];
    let first = 0;
    for (let end = elements.length; first < end;) {
      const middle = (first + end) >> 1;
      if (this.#topOf(elements[middle]) + elements[middle].offsetHeight > 0) end = middle;
      else first = middle + 1;
    }
    this.#anchor = [];
    for (const element of elements.slice(first, first + 30)) {
      const top = this.#topOf(element);
      if (top > clientHeight) break;
      // Days and lines come and go with what is loaded.
      if (element.classList.contains("message")) this.#anchor.push([element, top]);
    }
  }

  #restore() {
    const scroller = this.#scroller;
    if (this.#isSticky) {
      scroller.scrollTop = scroller.scrollHeight;
      return;
    }
    const kept = this.#anchor?.find(([element]) => element.isConnected);
    if (kept) scroller.scrollTop += this.#topOf(kept[0]) - kept[1];
  }

  #topOf(element) {
    return element.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top;
  }
}
