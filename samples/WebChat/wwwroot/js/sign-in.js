// Signing in by name, and out.
import { $, toast } from "./dom.js";
import { explain } from "./errors.js";

const json = (body) => ({ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

export function showSignIn(notice) {
  $("chat").hidden = $("splash").hidden = true;
  $("sign-in").hidden = false;
  $("sign-in-notice").textContent = notice;
  $("sign-in-notice").hidden = !notice;
  $("sign-in-name").focus();
}

/** Ends the user's streams, here and in all other windows, and forgets the cookie. */
export async function signOut({ chat, drafts }) {
  try {
    await drafts.flush();
    const response = await fetch("sign-out", json({}));
    if (!response.ok) throw new Error("Signing out failed. Try again.");
    chat.close();
    sessionStorage.clear();
    location.replace(location.pathname);
  } catch (error) {
    toast(explain(error));
  }
}

$("sign-in-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = $("sign-in-name").value.trim();
  const error = $("sign-in-error");
  error.textContent = name ? "" : "Enter a name.";
  if (!name) return;
  try {
    const response = await fetch("sign-in", json({ name }));
    if (!response.ok) throw new Error((await response.json().catch(() => ({}))).detail ?? "Signing in failed. Try again.");
    location.reload();
  } catch (failure) {
    error.textContent = explain(failure);
  }
});
