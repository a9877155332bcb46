// Alerts on this device: what the browser allows, said truthfully, and turned on and off.

const card = document.querySelector("#alerts-here"), WANTED = "alerts";
const words = (name) => card.dataset[name];
const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

function show(state) {
  card.querySelector(".state").textContent = words(state);
  card.querySelector("[data-act=on]").hidden = state !== "off";
  card.querySelector("[data-act=off]").hidden = state !== "on";
}

async function tell(subscription, on) {
  const answer = await fetch("/desk/account/device", {
    method: "POST", body: JSON.stringify({ ...subscription, on }),
    headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
  });
  if (!answer.ok) throw new Error(String(answer.status));
}

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

async function turnOn(worker) {
  if (await Notification.requestPermission() !== "granted") return show(Notification.permission === "denied" ? "denied" : "off");
  const made = await worker.pushManager.getSubscription()
    || await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(words("key")) });
  await tell(made.toJSON(), true);
  localStorage.setItem(WANTED, "1");
  return show("on");
}

// The subscription itself stays: a participant who uses this browser may have turned it on, too.
async function turnOff(worker) {
  const found = await worker.pushManager.getSubscription();
  if (found) await tell(found.toJSON(), false);
  localStorage.removeItem(WANTED);
  show("off");
}

async function begin() {
  card.hidden = false;
  if (!("PushManager" in self) || !("serviceWorker" in navigator) || !("Notification" in self)) return show("none");
  if (Notification.permission === "denied") return show("denied");
  await navigator.serviceWorker.register("/sw.js");
  const worker = await navigator.serviceWorker.ready, found = await worker.pushManager.getSubscription();
  const on = Boolean(found && localStorage.getItem(WANTED));
  // The hub may have lost it: a push service that called it gone, a backup that was put back.
  if (on) await tell(found.toJSON(), true);
  show(on ? "on" : "off");
  for (const [act, deed] of [["on", turnOn], ["off", turnOff]]) {
    card.querySelector(`[data-act=${act}]`).addEventListener("click", () => deed(worker).catch(() => show("failed")));
  }
  return undefined;
}

if (card) begin().catch(() => show("failed"));
