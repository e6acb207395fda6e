import type { ChatState } from "./api.ts";
import type { Core } from "./core.ts";
import { createStream, type Stream } from "./stream.ts";
import type { Frame, Want } from "./wire.ts";

type Note =
  /** A tab follows this; nothing if it closes. */
  | ["want", tab: string, want?: Want]
  /** A new leader asks all tabs for what they follow. */
  | ["leads"]
  | ["frame", Frame]
  | ["state", ChatState];

export type Link = ReturnType<typeof createLink>;

/**
 * One stream for all tabs of a user. The tab that holds a Web Lock has the stream and passes its frames on; when it closes or crashes, the browser gives the lock to
 * the next tab. Where browsers lack this, each tab has its own stream.
 * @param name Of lock and channel: different for each chat and user.
 */
export function createLink(core: Core, name: string | false, wanted: () => Want, report: (frame: Frame) => void, changed: (state: ChatState) => void) {
  const tab = crypto.randomUUID();
  const closing = new AbortController();
  const { signal } = closing;
  let channel: BroadcastChannel | undefined;
  let stream: Stream | undefined;
  let release: () => void;
  const held = new Promise<void>((resolve) => (release = resolve));

  const post = (...note: Note) => channel?.postMessage(note);

  const want = () => {
    if (stream) stream._want(tab, wanted());
    else post("want", tab, wanted());
  };

  function tell(state: ChatState) {
    post("state", state);
    changed(state);
  }

  function lead() {
    // When it is online, what the previous stream may have missed is read again.
    tell("connecting");
    stream = createStream(
      core,
      (frame) => {
        post("frame", frame);
        report(frame);
      },
      tell,
    );
    post("leads");
    want();
  }

  function hear({ data: [kind, value, what] }: { data: Note }) {
    if (!stream) {
      if (kind === "leads") want();
      if (kind === "frame") report(value);
      if (kind === "state") changed(value);
    } else if (kind === "want") {
      stream._want(value, what);
      post("state", stream._state);
    }
  }

  try {
    if (name && navigator.locks) channel = new BroadcastChannel(name);
  } catch {}
  if (channel) {
    channel.onmessage = hear;
    navigator.locks
      .request(name as string, { signal }, () => {
        if (signal.aborted) return;
        lead();
        return held;
      })
      // The page may not use locks, for example in a sandboxed frame.
      .catch(() => signal.aborted || lead());
    want();
  } else lead();

  return {
    /** What the tab follows has changed. */
    _want: want,
    _online() {
      stream?._online();
    },
    _close() {
      closing.abort();
      stream?._close();
      post("want", tab);
      channel?.close();
      release();
    },
  };
}
