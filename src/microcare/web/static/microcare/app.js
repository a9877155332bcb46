// The person's pages: sending without a reload, keeping what cannot be sent, and showing what is new.
// Every form works without this file; nothing here decides anything.

import { timers } from "./timer.js";

const $ = (selector, within = document) => within.querySelector(selector);
const main = $("#main");
const person = main?.dataset.person;
const strip = $("#strip"), said = $("#said");
const shownAt = { moment: Date.now(), visible: 0, since: Date.now() };
let token = $("#token input")?.value || "";
let version = main?.dataset.version || "";
let sending = Promise.resolve();
let failures = 0;

// -- Time -------------------------------------------------------------------------------------------------------

// The hub's clock may differ from the phone's. What lies between them is learned when the hub answers.
const between = () => Number(localStorage.getItem("between") || 0);
const learn = (now) => localStorage.setItem("between", String(now - Date.now()));
const now = () => Date.now() + between();

function spent() {
  return shownAt.visible + (document.hidden ? 0 : Date.now() - shownAt.since);
}

// -- Saying -----------------------------------------------------------------------------------------------------

function say(text, mood = "") {
  if (!strip) return;
  strip.className = `strip ${mood}`;
  strip.textContent = text;
  strip.hidden = !text;
}

async function sayKept() {
  const kept = await queue.all(person);
  if (!kept.length) return say("");
  const things = kept.length === 1 ? "One thing is" : `${kept.length} things are`;
  say(`${things} saved on this phone, and will be sent when there is a connection.`);
}

// -- Sending ----------------------------------------------------------------------------------------------------

function stimulusOf(form, submitter) {
  const data = new FormData(form, submitter);
  const stimulus = { kind: form.dataset.send, key: data.get("key"), at: now() };
  for (const name of ["assessment", "item", "delivery", "act", "clock", "offer", "intervention", "name"]) {
    if (data.has(name)) stimulus[name] = String(data.get(name));
  }
  if (data.get("until")) stimulus.until = Number(data.get("until"));
  if (stimulus.kind === "answer") stimulus.value = data.has("skip") ? null : data.get("value") ?? null;
  if (stimulus.kind === "act") stimulus.spent = spent();
  return stimulus;
}

async function post(stimuli) {
  const ask = () => fetch("/stimuli", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify({ stimuli }),
  });
  let answer = await ask();
  if (answer.status === 403) {
    // A page from the phone's own store may carry an old token: fetch a new one, and try once more.
    const page = new DOMParser().parseFromString(await (await fetch("/", { cache: "no-store" })).text(), "text/html");
    token = $("#token input", page)?.value || token;
    answer = await ask();
  }
  return answer;
}

// Send all that is kept, in order. True: everything is with the hub.
function flush() {
  sending = sending.catch(() => {}).then(async () => {
    for (;;) {
      const rows = (await queue.all(person)).slice(0, 100);
      if (!rows.length) return true;
      const answer = await post(rows.map((row) => row.stimulus));
      if (answer.status === 503) { await pause(2000); continue; }
      if (!answer.ok) throw new Error(`the hub answered ${answer.status}`);
      const result = await answer.json();
      await queue.drop(rows.map((row) => row.number));
      if (result.refused.length) {
        say(`That could not be saved: ${result.refused.map((one) => one.reason).join("; ")}.`, "bad");
      }
    }
  });
  return sending;
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function send(form, submitter) {
  const saving = $(".saving", form.closest("article, main"));
  const risky = submitter?.hasAttribute("data-help");
  form.setAttribute("aria-busy", "true");
  try {
    await queue.add(person, stimulusOf(form, submitter));
  } catch {
    // Without a store on the phone, the plain form is the honest way.
    form.dataset.send = "";
    return form.requestSubmit(submitter);
  }
  if (risky) showHelp();
  try {
    if (saving) saving.textContent = "Saving …";
    await flush();
    if (saving) saving.textContent = "Saved.";
    if (strip && !strip.classList.contains("bad")) say("");
    await show(form.dataset.send === "report" ? "/" : undefined);
  } catch {
    await sayKept();
    goOnOffline(form);
  }
}

// Without a connection: the next question is here already; anything else is kept, and says so.
function goOnOffline(form) {
  const questions = form.closest(".questions");
  const next = questions && $("template", questions);
  if (next) {
    form.replaceWith(next.content.cloneNode(true));
    next.remove();
    const saving = $(".saving", questions.closest("article, main"));
    if (saving) saving.textContent = "Saved on this phone.";
    focusOn(questions);
    return;
  }
  const kept = document.createElement("div");
  kept.className = "kept";
  kept.setAttribute("role", "status");
  kept.innerHTML = "<b>Saved on this phone.</b><span>It is not with the hub yet. It will be sent when there is a connection; what comes next will show then.</span>";
  (questions || form.closest(".acts") || form).replaceWith(kept);
}

// -- Showing ----------------------------------------------------------------------------------------------------

function showHelp() {
  const help = $("#help-now");
  if (!help || $("#help-card")) return;
  main.prepend(help.content.cloneNode(true));
  const card = $("#help-card");
  card.focus();
  card.scrollIntoView({ block: "start" });
}

async function show(address) {
  const wanted = address || location.pathname + (main.dataset.page === "today" ? "" : location.search);
  const answer = await fetch(wanted, { cache: "no-store", headers: { "X-Shows": "main" } });
  if (!answer.ok) return;
  if (answer.redirected && new URL(answer.url).pathname.startsWith("/join")) return location.assign(answer.url);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = $("#main", page);
  if (!fresh || !fresh.dataset.version) return location.assign(wanted);
  const before = $("[data-shows]", main)?.dataset.shows, open = $("#help-card:not([data-server])", main);
  const keepHelp = open && !$("#help-card", fresh) ? open : null;
  main.replaceChildren(...fresh.childNodes);
  if (keepHelp) main.prepend(keepHelp);
  for (const name of ["version", "now", "page"]) main.dataset[name] = fresh.dataset[name];
  version = main.dataset.version;
  token = $("#token input", page)?.value || token;
  document.title = page.title;
  const bar = $(".demo"), newBar = $(".demo", page);
  if (bar && newBar) bar.replaceWith(newBar);
  if (address && address !== location.pathname) history.pushState(null, "", address);
  for (const link of document.querySelectorAll(".tabs a")) {
    link.toggleAttribute("aria-current", link.getAttribute("href") === location.pathname);
  }
  arrived(before);
}

function focusOn(within) {
  ($("legend, h2[tabindex], textarea, input:not([type=hidden])", within) || main).focus({ preventScroll: true });
}

// Something was shown: start its clock, tell the hub that it was opened, and say it to those who listen.
function arrived(before) {
  const item = $("[data-shows]", main);
  timers(main);
  shownAt.visible = 0;
  shownAt.since = Date.now();
  if (before !== undefined && item && item.dataset.shows !== before) {
    said.textContent = $("h2, legend", item)?.textContent || "";
    focusOn(item);
    scrollTo({ top: 0, behavior: "instant" });
  } else if (before !== undefined) {
    focusOn(item || main);
  }
  const delivery = $("input[name=delivery]", main)?.value;
  if (delivery && item && navigator.onLine && !sessionStorage.getItem(`opened:${delivery}`)) {
    sessionStorage.setItem(`opened:${delivery}`, "1");
    const receipt = { kind: "receipt", key: `opened:${delivery}:${person}`, at: now(), delivery, stage: "opened" };
    post([receipt]).then(async (answer) => { if (answer.ok) version = String((await answer.json()).version); }).catch(() => {});
  }
}

// Whether something is under way that a new page would take from the person.
function busy() {
  const field = document.activeElement;
  return Boolean(
    $(".timer.runs, .timer.paused, [aria-busy=true], details.later-box[open]", main) ||
    $("#help-card", main) ||
    [...main.querySelectorAll("textarea, input[type=text], input[type=number], input[type=time]")].some((one) => one.value !== one.defaultValue) ||
    (field && field.matches?.("textarea, select, input:not([type=hidden])"))
  );
}

async function poll() {
  if (document.hidden || !version) return;
  try {
    const answer = await fetch("/version", { headers: { "If-None-Match": `"${version}"` }, cache: "no-store" });
    failures = 0;
    if (answer.status === 200) {
      const found = await answer.json();
      learn(found.now);
      if ((await queue.all(person)).length) await flush().then(() => say("")).catch(sayKept);
      if (String(found.version) !== version && main.dataset.page === "today" && !busy()) await show();
    } else if ((await queue.all(person)).length) {
      await flush().then(() => { say("Everything is saved.", "good"); return show(); }).catch(sayKept);
    }
  } catch {
    failures += 1;
    if (failures === 2) await sayKept();
  }
}

function wait() {
  const soon = Math.min(4000 * 2 ** Math.min(failures, 4), 60_000);
  setTimeout(async () => { await poll(); wait(); }, soon);
}

// -- Beginning --------------------------------------------------------------------------------------------------

function begin() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.form === "leave") forget();
    if (!form.dataset.send || !self.queue) return;
    if ($("input[type=file]", form)?.files?.length) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy") !== "true") send(form, event.submitter);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) {
      event.target.closest("#help-card").remove();
      focusOn(main);
    }
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) shownAt.visible += Date.now() - shownAt.since;
    else { shownAt.since = Date.now(); poll(); }
  });
  addEventListener("online", () => { failures = 0; flush().then(() => { say("Everything is saved.", "good"); return show(); }).catch(sayKept); });
  addEventListener("offline", () => say("There is no connection. What you do is saved on this phone, and sent later."));
  sayKept().then(() => queue.all(person)).then((kept) => kept.length && flush().then(() => { say("Everything is saved.", "good"); return show(); }).catch(sayKept));
  arrived();
  wait();
}

// Nothing of a person stays on a phone that was signed out.
function forget() {
  caches?.delete("pages");
  sessionStorage.clear();
}

const zone = $("[data-zone-select]");
if (zone) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...zone.options].some((option) => option.value === own)) zone.value = own;
}
if (person) begin();
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});
