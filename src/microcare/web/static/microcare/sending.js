// Sending: what a person does is kept on the phone first, then sent; the page says truthfully where it is.

import { words } from "./words.js";

const main = document.querySelector("#main");
export const person = main?.dataset.person;
const strip = document.querySelector("#strip");
export const token = { value: document.querySelector("#token input")?.value || "" };

// -- Time: the hub's clock may differ from the phone's. What lies between them is learned when the hub answers.

const between = () => Number(localStorage.getItem("between") || 0);
export function learn(now) { if (Number.isFinite(now)) localStorage.setItem("between", String(now - Date.now())); }
export const now = () => Date.now() + between();
// A page from the phone's own store is old: it can only show that the hub's clock is ahead, never that it is behind.
if (main?.dataset.now && Number(main.dataset.now) - Date.now() > between()) learn(Number(main.dataset.now));

// -- Saying

export function say(text, mood = "") {
  if (!strip) return;
  strip.className = `strip ${mood}`;
  strip.textContent = text;
  strip.hidden = !text;
}

// What is so until the hub is reached again: that the page is an old one.
export const standing = { text: "" };

export async function sayKept() {
  const kept = await queue.all(person).catch(() => []);
  if (!kept.length) return say(standing.text);
  return say(words("waiting", { n: kept.length }));
}

// -- Sending

async function renewToken() {
  const page = new DOMParser().parseFromString(await (await fetch("/", { cache: "no-store", headers: { "X-Shows": "token" } })).text(), "text/html");
  const fresh = page.querySelector("#token input")?.value;
  // Another person, or nobody, is signed in now: what is kept waits for its own person.
  if (!fresh || page.querySelector("#main")?.dataset.person !== person) throw new NotTaken(401);
  token.value = fresh;
}

let sending = Promise.resolve();

// Send all that is kept, in order. Raises where the hub cannot be reached.
export function flush() {
  const work = async () => {
    try {
      return await flushQueue(person, token.value);
    } catch (problem) {
      if (problem.status !== 403) throw problem;
      await renewToken();
      return flushQueue(person, token.value);
    }
  };
  const alone = () => (navigator.locks ? navigator.locks.request("microcare-flush", work) : work());
  const mine = sending.catch(() => {}).then(alone);
  sending = mine.catch(() => {});
  const tell = (done) => {
    if (done?.refused.length) say(words("refused", { reason: done.refused.map((one) => one.reason || words(one.why)).join("; ") }), "bad");
    return done;
  };
  return mine.then(tell, (problem) => { tell(problem.done); throw problem; });
}

// Ask the phone to send it even when the page is closed, where phones can.
export function sendLater() {
  navigator.serviceWorker?.ready.then((worker) => worker.sync?.register("flush")).catch(() => {});
}

export async function sendReceipt(delivery) {
  const mark = `opened:${delivery}`;
  if (!delivery || !navigator.onLine || sessionStorage.getItem(mark)) return 0;
  sessionStorage.setItem(mark, "1");
  const stimuli = [{ kind: "receipt", key: `opened:${delivery}:${person}`, at: now(), delivery, stage: "opened" }];
  const answer = await fetch("/stimuli", {
    method: "POST", body: JSON.stringify({ stimuli }),
    headers: { "Content-Type": "application/json", "X-CSRFToken": token.value },
  });
  return answer.ok ? (await answer.json()).version : 0;
}

export function unique() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
