// What is going on now: the bar of alerts renews itself on every page of the desk, and so do the parts of a page that tell of
// alerts (`data-live`). Nothing that somebody is typing is taken from them. Without scripts a page says that it stands still.

const bar = document.querySelector("#now");
const said = document.querySelector("#now-said");
const EVERY = 3000;
const LONGEST = 12_000;
const title = document.title;
let stamp = bar?.dataset.stamp || "";
let failures = 0;
let waiting = 0;

const parts = () => [...document.querySelectorAll("[data-live][id]")];
const keys = () => new Set([...bar.querySelectorAll("[data-alert]")].map((one) => one.dataset.alert));

function entitle() {
  const count = bar.querySelectorAll("[data-alert]").length;
  document.title = count ? `(${count}) ${title}` : title;
}

function lost(words) {
  const line = bar.querySelector(".now-lost");
  line.hidden = !words;
  if (line.textContent === words) return;
  line.textContent = words;
  if (words) said.textContent = words;
}

// -- What somebody is doing here -----------------------------------------------------------------------------------

function changed(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.localName === "select") {
    return field.selectedIndex !== Math.max(0, [...field.options].findIndex((one) => one.defaultSelected));
  }
  return field.value !== field.defaultValue;
}

function busy(part) {
  const fields = [...part.querySelectorAll("textarea, select, input:not([type=hidden])")];
  return fields.some((one) => one === document.activeElement || changed(one));
}

function place(part) {
  const at = document.activeElement;
  if (!at || !part.contains(at)) return "";
  const marks = ["id", "name", "value", "href"].filter((name) => at.getAttribute(name));
  return `${at.localName}${marks.map((name) => `[${name}="${CSS.escape(at.getAttribute(name))}"]`).join("")}`;
}

// -- Renewing -------------------------------------------------------------------------------------------------------

function put(part, fresh) {
  if (busy(part)) {
    let note = part.querySelector(":scope > .now-changed");
    if (!note) {
      note = document.createElement("p");
      note.className = "notice now-changed";
      note.setAttribute("role", "status");
      part.prepend(note);
      note.textContent = bar.dataset.changed;
    }
    return;
  }
  const focus = place(part);
  const open = [...part.querySelectorAll("details")].map((one) => one.open);
  part.replaceChildren(...fresh.childNodes);
  Object.assign(part.dataset, fresh.dataset);
  [...part.querySelectorAll("details")].forEach((one, number) => { one.open = Boolean(open[number]); });
  if (focus) part.querySelector(focus)?.focus({ preventScroll: true });
}

async function renew(person) {
  const stale = parts().filter((one) => !("version" in one.dataset) || one.dataset.version !== person);
  if (!stale.length) return;
  const answer = await fetch(location.href, { cache: "no-store", redirect: "manual" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of stale) {
    const fresh = page.getElementById(part.id);
    if (fresh) put(part, fresh);
  }
}

function show(text) {
  const before = keys();
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const kept = document.activeElement?.closest?.("[data-alert]")?.dataset.alert;
  bar.querySelector("[data-now]").replaceChildren(...fresh.body.childNodes);
  if (kept) bar.querySelector(`[data-alert="${CSS.escape(kept)}"] a`)?.focus({ preventScroll: true });
  const news = [...bar.querySelectorAll("[data-alert]")].filter((one) => !before.has(one.dataset.alert));
  if (news.length) said.textContent = news.map((one) => one.textContent.trim().replace(/\s+/g, " ")).join(" ");
  entitle();
}

async function look() {
  const person = document.querySelector("[data-live][data-person]")?.dataset.person || "";
  try {
    const answer = await fetch(`/desk/now?person=${encodeURIComponent(person)}`, {
      headers: { "If-None-Match": `"${stamp}"` }, cache: "no-store", redirect: "manual",
    });
    if (answer.status === 401 || answer.type === "opaqueredirect") return lost(bar.dataset.over);
    if (answer.status !== 200 && answer.status !== 304) throw new Error(String(answer.status));
    failures = 0;
    lost("");
    if (answer.status === 200) {
      show(await answer.text());
      stamp = (answer.headers.get("ETag") || "").replaceAll('"', "").replace("W/", "");
      await renew(answer.headers.get("X-Person") || "0");
    }
  } catch {
    failures += 1;
    if (failures > 1) lost(bar.dataset.lost);
  }
  return undefined;
}

function wait() {
  clearTimeout(waiting);
  waiting = setTimeout(async () => { await look(); wait(); }, Math.min(EVERY * 2 ** Math.min(failures, 3), LONGEST));
}

if (bar) {
  bar.querySelector(".now-still").remove();
  entitle();
  wait();
  const soon = () => look().then(wait);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && soon());
  addEventListener("online", soon);
  addEventListener("pageshow", (event) => event.persisted && soon());
}
