// Notifications on this device: what the browser allows, said truthfully, and turned on and off.

import { forget, subscribe, tell } from "./device.js";

const card = document.querySelector("#push");
const words = (name) => card.dataset[name];

function show(state) {
  card.querySelector(".state").textContent = words(state);
  card.querySelector("[data-act=on]").hidden = state !== "off";
  card.querySelector("[data-act=off]").hidden = state !== "on";
}

async function turnOn(worker) {
  if (await Notification.requestPermission() !== "granted") return show(Notification.permission === "denied" ? "denied" : "off");
  await subscribe(worker, words("key"));
  show("on");
}

async function turnOff(worker) {
  forget();
  const found = await worker.pushManager.getSubscription();
  if (found) {
    await tell("/push/off", { endpoint: found.endpoint });
    await found.unsubscribe();
  }
  show("off");
}

async function begin() {
  card.hidden = false;
  // An iPad calls itself a Macintosh; none of those can be touched.
  const apple = /iPhone|iPad/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
  const installed = matchMedia("(display-mode: standalone)").matches;
  if (!("PushManager" in self) || !("serviceWorker" in navigator) || !("Notification" in self)) return show(apple && !installed ? "home" : "none");
  if (Notification.permission === "denied") return show("denied");
  const worker = await navigator.serviceWorker.ready, found = await worker.pushManager.getSubscription();
  if (found) {
    await tell("/push/on", found.toJSON());
    localStorage.setItem("push", words("key"));
  }
  show(found ? "on" : "off");
  for (const [act, deed] of [["on", turnOn], ["off", turnOff]]) {
    card.querySelector(`[data-act=${act}]`).addEventListener("click", () => deed(worker).catch(() => show("failed")));
  }
  return undefined;
}

if (card) begin().catch(() => show("failed"));
