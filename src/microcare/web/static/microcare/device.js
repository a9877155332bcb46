// Notifications on this device, kept alive: what the browser has lost is asked for anew whenever the app is opened.

import { token } from "./sending.js";

// The hub's key, as long as the person wants notifications here. It goes with everything else when they sign out.
const WANTED = "push";

export const wanted = () => localStorage.getItem(WANTED);
export const forget = () => localStorage.removeItem(WANTED);

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

export async function tell(path, subscription) {
  const answer = await fetch(path, {
    method: "POST", body: JSON.stringify(subscription),
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token.value },
  });
  if (!answer.ok) throw new Error(String(answer.status));
}

export async function subscribe(worker, key) {
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  try {
    await tell("/push/on", made.toJSON());
  } catch (problem) {
    // What the hub does not know must not look as if it were on.
    await made.unsubscribe();
    throw problem;
  }
  localStorage.setItem(WANTED, key);
}

// Whether notifications come to this device, after what can be done about it: on, off, or "" where nobody wanted them.
export async function renewed() {
  const key = wanted();
  if (!key) return "";
  if (!("PushManager" in self) || !("Notification" in self) || Notification.permission !== "granted") return "off";
  const worker = await navigator.serviceWorker.ready, found = await worker.pushManager.getSubscription();
  try {
    // The hub may have lost it, too: a push service that called it gone, a backup that was put back.
    if (found) await tell("/push/on", found.toJSON());
    else await subscribe(worker, key);
    return "on";
  } catch {
    // Without a connection nothing is known; what the browser refuses is off.
    return found || !navigator.onLine ? "" : "off";
  }
}
