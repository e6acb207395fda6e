// Files: chosen, pasted or dropped, uploaded while the user writes, and shown in messages. The server decides what a file is; nothing here is trusted there.
import { announce, h, icon } from "./dom.js";

const most = 10;
const refusals = { 401: "You are signed out.", 403: "You may not send files to this room.", 413: "The file is too large: at most 8 MB." };

/** What is to be sent with the next message of a composer. */
export class Uploads {
  #of;
  #room;
  #list = [];
  #changed = () => {};

  /** @param of the elements of the composer, by their ids in a room; @param area where files can be dropped */
  constructor(of, area) {
    this.#of = of;
    of("composer-attach").addEventListener("click", () => of("composer-file").click());
    of("composer-file").addEventListener("change", ({ target }) => {
      this.#add(target.files);
      target.value = "";
      of("composer").focus({ preventScroll: true });
    });
    of("composer").addEventListener("paste", (event) => {
      if (!event.clipboardData?.files.length) return;
      event.preventDefault();
      this.#add(event.clipboardData.files);
    });
    const isFile = (event) => event.dataTransfer?.types.includes("Files") && !of("composer").disabled;
    area.addEventListener("dragover", (event) => {
      if (!isFile(event)) return;
      event.preventDefault();
      area.classList.add("dropping");
    });
    area.addEventListener("dragleave", (event) => area.contains(event.relatedTarget) || area.classList.remove("dropping"));
    area.addEventListener("drop", (event) => {
      area.classList.remove("dropping");
      if (!isFile(event)) return;
      event.preventDefault();
      this.#add(event.dataTransfer.files);
    });
  }

  /** Takes up a room. What was uploaded to another one and not sent is forgotten there; the server removes it after a day. */
  begin(room, changed) {
    for (const upload of this.#list) upload.request?.abort();
    this.#room = room;
    this.#changed = changed;
    this.#list = [];
    this.#show();
  }

  /** Whether a file is on its way, or was refused and not removed. */
  get isBusy() {
    return this.#list.some(({ attachment }) => !attachment);
  }

  get hasAny() {
    return this.#list.length > 0;
  }

  /** The attachments for a message, which are forgotten here. */
  take() {
    const attachments = this.#list.map(({ attachment }) => attachment);
    this.#list = [];
    this.#show();
    return attachments;
  }

  #add(files) {
    for (const file of [...files].slice(0, most - this.#list.length)) this.#upload(file);
    if (files.length && this.#list.length === most) announce(`A message can have ${most} files.`);
  }

  async #upload(file) {
    const upload = { name: file.name || "file", done: 0 };
    upload.request = new XMLHttpRequest();
    this.#list.push(upload);
    this.#show();
    const size = await sizeOf(file);
    if (!this.#list.includes(upload)) return;
    const { request } = upload;
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      upload.done = loaded / (total || 1);
      this.#show();
    });
    request.addEventListener("loadend", () => {
      if (!this.#list.includes(upload)) return;
      if (request.status === 201) {
        upload.attachment = { ...JSON.parse(request.responseText), ...(size && { preview: size }) };
        announce(`${upload.name} is ready to be sent.`);
      } else {
        upload.error = problemOf(request);
        announce(`${upload.name}: ${upload.error}`);
      }
      this.#show();
    });
    request.open("POST", `files?room=${encodeURIComponent(this.#room)}&name=${encodeURIComponent(upload.name)}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.send(file);
  }

  #remove(upload) {
    upload.request?.abort();
    this.#list = this.#list.filter((other) => other !== upload);
    this.#show();
    this.#of("composer").focus({ preventScroll: true });
  }

  #show() {
    const list = this.#of("uploads");
    list.hidden = !this.#list.length;
    list.replaceChildren(...this.#list.map((upload) => h("li", { class: `upload${upload.error ? " refused" : ""}`, "data-testid": "upload", "data-state": upload.error ? "refused" : upload.attachment ? "ready" : "uploading" },
      icon("file"),
      h("span", { class: "grow ellipsis" }, h("bdi", {}, upload.name), upload.error && h("span", { class: "error", role: "alert" }, ` ${upload.error}`)),
      !upload.error && !upload.attachment && h("progress", { max: 1, value: upload.done, "aria-label": `Uploading ${upload.name}` }),
      h("button", { class: "icon", type: "button", "aria-label": `Remove ${upload.name}`, "data-testid": "upload-remove", onclick: () => this.#remove(upload) }, icon("close")))));
    this.#changed();
  }
}

/** The elements for the attachments of a message. */
export function showAttachments(attachments = []) {
  return attachments.map(({ kind, name, mediaType, size, address, preview }) => {
    const url = ownUrl(address);
    if (kind === "image" && url) {
      const { width, height } = fit(preview);
      return h("a", { class: "picture", href: url, target: "_blank", rel: "noopener", "data-testid": "picture", title: `${name}, ${bytes(size)}` },
        h("img", { src: url, alt: name, width, height, loading: "lazy", decoding: "async" }));
    }
    const text = [icon("file"), h("span", { class: "ellipsis" }, h("bdi", {}, name)), h("span", { class: "muted small" }, bytes(size))];
    return url ? h("a", { class: "file", href: url, download: name, "data-testid": "file", title: mediaType }, ...text) : h("span", { class: "file", "data-testid": "file" }, ...text);
  });
}

/** What stands for a message that has no text. */
export const nameOf = ({ text, attachments }) => text || attachments?.map(({ name }) => name).join(", ") || "";

// Only files of this site: a message of another client could name any address.
function ownUrl(address) {
  const url = URL.canParse(address, document.baseURI) && new URL(address, document.baseURI);
  return url && url.origin === location.origin && /^\/files\/[0-9a-f]{32}$/.test(url.pathname) ? url.href : undefined;
}

// The space is reserved before the picture is there, so the list does not jump.
function fit({ width = 240, height = 180 } = {}) {
  const scale = Math.min(1, 360 / width, 280 / height);
  return { width: Math.max(24, Math.round(width * scale)), height: Math.max(24, Math.round(height * scale)) };
}

async function sizeOf(file) {
  try {
    const bitmap = await createImageBitmap(file);
    const { width, height } = bitmap;
    bitmap.close();
    return { width: Math.min(width, 65535), height: Math.min(height, 65535) };
  } catch {
    return undefined; // no picture, or one that this browser does not know
  }
}

function problemOf({ status, responseText }) {
  if (!status) return "The upload broke off. Remove it and try again.";
  if (refusals[status]) return refusals[status];
  try {
    const { detail, title } = JSON.parse(responseText);
    return detail ?? title;
  } catch {
    return "It could not be uploaded.";
  }
}

const bytes = (size) => (size < 1000 ? `${size} B` : size < 1_000_000 ? `${Math.round(size / 1000)} kB` : `${(size / 1_000_000).toFixed(1)} MB`);
