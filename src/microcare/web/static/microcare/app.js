// The person's pages: acting without a reload, going on without a connection, and showing what is new.
// Every form works without this file; nothing here decides anything.

import { forget, renewed } from "./device.js";
import { flush, learn, now, person, say, sayKept, sendLater, sendReceipt, standing, token, unique } from "./sending.js";
import { arrive } from "./moment.js";
import { smaller } from "./photo.js";
import { timers } from "./timer.js";
import { words } from "./words.js";

const $ = (selector, within = document) => within.querySelector(selector);
const main = $("#main");
const said = $("#said");
const watch = { seen: 0, since: Date.now() };
let version = main?.dataset.version || "";
let failures = 0;

function spent() {
  return watch.seen + (document.hidden ? 0 : Date.now() - watch.since);
}

// -- Acting -----------------------------------------------------------------------------------------------------

const NAMES = ["assessment", "item", "delivery", "act", "clock", "offer", "intervention", "name", "alert", "program", "phone"];

// After these the page stays where it is.
const STAYS = ["triage", "message"];

function stimulusOf(form, submitter) {
  const data = new FormData(form, submitter), kind = form.dataset.send;
  const about = data.get("delivery") || data.get("assessment") || data.get("offer") || "";
  const stimulus = { kind, key: [kind, about, data.get("item") || data.get("act") || "", unique()].join(":"), at: now() };
  for (const name of NAMES) if (data.has(name)) stimulus[name] = String(data.get(name));
  if (data.get("until")) stimulus.until = Number(data.get("until"));
  if (kind === "answer") stimulus.value = data.has("skip") ? null : data.get("value") instanceof File ? null : data.get("value") ?? null;
  if (kind === "triage" || kind === "message") stimulus.value = String(data.get("value") ?? "");
  if (kind === "act") stimulus.spent = Math.round(spent());
  return stimulus;
}

async function photoOf(form, submitter) {
  const file = $("input[type=file]", form)?.files?.[0];
  return file && submitter?.name !== "skip" ? smaller(file) : null;
}

// What somebody puts aside or declines can be undone for a moment: only then is it sent.
const UNDO = 6000;
// How long a report waits for the hub before what the phone has for it is shown, ms.
const PATIENCE = 1500;

function undoable(stimulus) {
  if (stimulus.kind === "act") return ["dismissed", "dropped"].includes(stimulus.act);
  return stimulus.kind === "choice" && !stimulus.intervention;
}

function offerUndo(form, number) {
  const note = document.createElement("div"), line = document.createElement("span"), button = document.createElement("button");
  note.className = "kept undo";
  note.setAttribute("role", "status");
  line.textContent = words("aside");
  button.type = "button";
  button.className = "button";
  button.textContent = words("undo");
  note.append(line, button);
  (form.closest(".acts") || form).replaceWith(note);
  arrive();
  const done = setTimeout(async () => {
    note.remove();
    await flush().then(() => show("/")).catch(sayKept);
  }, UNDO + 100);
  button.addEventListener("click", async () => {
    clearTimeout(done);
    await queue.drop([number]);
    drawn = "";
    await show(sameItem()).catch(() => location.reload());
  });
  button.focus({ preventScroll: true });
}

async function send(form, submitter) {
  const saving = $(".saving", form.closest("article, main") || main);
  const help = submitter?.dataset.help || "";
  form.setAttribute("aria-busy", "true");
  const stimulus = stimulusOf(form, submitter);
  try {
    const photo = await photoOf(form, submitter), hold = undoable(stimulus) ? { hold: Date.now() + UNDO } : {};
    const number = await queue.add(person, stimulus, { ...(photo ? { photo } : {}), ...(help ? { help } : {}), ...hold });
    if (hold.hold) return offerUndo(form, number);
  } catch {
    // Without a store on the phone, the plain form is the honest way.
    delete form.dataset.send;
    form.removeAttribute("aria-busy");
    return form.requestSubmit(submitter);
  }
  if (help) showHelp(help);
  if (saving) saving.textContent = words("saving");
  // A line that is slow must not keep anybody waiting for help.
  const slow = setTimeout(() => firstHelp(stimulus).catch(() => {}), PATIENCE);
  try {
    const done = await flush();
    clearTimeout(slow);
    if (saving) saving.textContent = done.refused.length ? "" : words("saved");
    if (!done.refused.length) say("");
    if (done.refused.length && begun()) return;
    if (!done.refused.length && relieving()) return say(words("all_saved"), "good");
    // Between two questions of one thing, that thing stays; otherwise what comes first is shown.
    await show(form.dataset.send === "answer" ? sameItem() : STAYS.includes(form.dataset.send) ? location.pathname : "/");
  } catch (problem) {
    if (problem.status === 401) say(words("signed_out"), "bad");
    else await sayKept();
    if (help || form.dataset.send === "triage") notTold();
    clearTimeout(slow);
    sendLater();
    goOn(form);
    await firstHelp(stimulus).catch(() => {});
  }
}

// What somebody has said they need, and the hub has not heard yet: help and what relieves are here already, and come first.
async function firstHelp(stimulus) {
  if (stimulus.kind !== "report" || $("#first-help", main)) return;
  const wanted = `template[data-want="${CSS.escape(stimulus.name)}"]`;
  let found = $(wanted, main);
  if (!found) {
    const kept = await caches.open("pages").then((pages) => pages.match("/need"));
    found = kept && $(wanted, new DOMParser().parseFromString(await kept.text(), "text/html"));
  }
  if (!found || $("#first-help", main)) return;
  main.prepend(document.importNode(found.content, true));
  arrive();
  timers(main);
  $("#first-help", main).focus({ preventScroll: true });
  scrollTo({ top: 0, behavior: "instant" });
}

// What was begun while nothing could be sent is not taken away: it says that the hub knows now, and how to go on.
function begun() {
  return $("#first-help .timer:is(.runs, .paused)", main) !== null;
}

function relieving() {
  if (!begun()) return false;
  $("#first-help .kept").hidden = true;
  $("#first-help .heard").hidden = false;
  return true;
}

// Without a connection: the next question is here already; anything else is kept, and says so.
function goOn(form) {
  const questions = form.closest(".questions"), next = questions && $("template", questions);
  const saving = $(".saving", form.closest("article, main") || main);
  if (saving) saving.textContent = "";
  if (next) {
    form.replaceWith(next.content.cloneNode(true));
    next.remove();
    arrive();
    if (saving) saving.textContent = words("kept");
    return focusOn(questions);
  }
  const kept = document.createElement("div");
  kept.className = "kept";
  kept.setAttribute("role", "status");
  const title = document.createElement("b"), more = document.createElement("span");
  title.textContent = words("kept");
  more.textContent = words("kept_more");
  kept.append(title, more);
  (questions || form.closest(".acts") || form).replaceWith(kept);
  return arrive();
}

// A page from the phone's own store may ask what has been answered already: go on from there.
async function applyKept() {
  const rows = await queue.all(person);
  for (const { stimulus, help } of rows) {
    for (const form of main.querySelectorAll("form[data-send]")) {
      const same = stimulus.kind === "answer"
        ? $("[name=assessment]", form)?.value === stimulus.assessment && form.dataset.item === stimulus.item
        : stimulus.kind === form.dataset.send && (stimulus.delivery || stimulus.offer) && ($("[name=delivery]", form)?.value ?? $("[name=offer]", form)?.value) === (stimulus.delivery || stimulus.offer);
      if (same) { goOn(form); break; }
    }
    if (help) showHelp(help);
    await firstHelp(stimulus);
  }
  if (rows.some((row) => row.help || row.stimulus.kind === "triage")) notTold();
  return rows.length;
}

// -- Showing ----------------------------------------------------------------------------------------------------

// The help page, with what the rules say that look for this answer (`rules`: their names).
function showHelp(rules) {
  const help = $("#help-now");
  if (!help || $("#help-card")) return;
  main.prepend(help.content.cloneNode(true));
  arrive();
  const card = $("#help-card");
  countryNames();
  for (const part of card.querySelectorAll("[data-rule]")) part.hidden = !String(rules).split(" ").includes(part.dataset.rule);
  card.focus({ preventScroll: true });
  scrollTo({ top: 0, behavior: "instant" });
}

// A risk answer is on this phone only: nobody can have been told of it, and nothing here may say so.
function notTold() {
  const line = $("#unsent", main), waiting = $("#help-unsent");
  if (line) line.textContent = words("not_told");
  else if (waiting) ($(".numbers", main) || main.firstElementChild).after(waiting.content.cloneNode(true));
}

// Without a connection a page says what was so when it came, and that this may have changed.
function asItWas(old) {
  for (const note of main.querySelectorAll(".told-old")) note.hidden = !old;
}

// The names of countries, in the language of the page where the browser knows them.
function countryNames() {
  const list = $("[data-countries]");
  if (!list || !Intl.DisplayNames) return;
  const language = document.documentElement.lang || "en", names = new Intl.DisplayNames([language], { type: "region", fallback: "none" });
  const options = [...list.options].filter((one) => one.value);
  for (const one of options) one.textContent = names.of(one.value) || one.textContent;
  options.sort((a, b) => a.textContent.localeCompare(b.textContent, language));
  list.append(...options);
}

// What a page shows, without what differs at every loading.
function essence(within) {
  const copy = within.cloneNode(true);
  for (const field of copy.querySelectorAll("[name=csrfmiddlewaretoken], [name=key], [name=shown]")) field.removeAttribute("value");
  for (const made of copy.querySelectorAll(".appear")) made.classList.remove("appear");
  return copy.innerHTML;
}

let drawn = main ? essence(main) : "";

// Fetch a page and show its main part. `quietly`: the person did not ask for it, so their place and focus stay.
async function show(address, quietly = false) {
  const answer = await fetch(address, { cache: "no-store", headers: { "X-Shows": "main" } });
  if (!answer.ok) return;
  if (answer.redirected && new URL(answer.url).pathname.startsWith("/join")) { location.assign(answer.url); return; }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html"), fresh = $("#main", page);
  if (!fresh || !fresh.dataset.version) { location.assign(address); return; }
  version = fresh.dataset.version;
  token.value = $("#token input", page)?.value || token.value;
  const seen = essence(fresh);
  if (seen === drawn && quietly) return;
  drawn = seen;
  const before = $("[data-shows]", main)?.dataset.shows, focus = quietly ? place() : null;
  const open = $("#help-card[tabindex]", main);
  main.replaceChildren(...fresh.childNodes);
  arrive();
  // Help that is being read stays until the person puts it away.
  if (open && !$("#help-card", main)) main.prepend(open);
  for (const name of ["version", "now", "zone", "page", "stops"]) main.dataset[name] = fresh.dataset[name];
  document.title = page.title;
  const bar = $(".demo"), newBar = $(".demo", page);
  if (bar && newBar) bar.replaceWith(newBar);
  if (!quietly && new URL(address, location).pathname !== location.pathname) history.pushState(null, "", address);
  else if (!quietly) history.replaceState(null, "", location.pathname);
  for (const link of document.querySelectorAll(".tabs a")) {
    if (link.getAttribute("href") === location.pathname) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  arrived(before, quietly, focus);
}

// Where the focus is, so that it can be found again in a page that was drawn anew.
function place() {
  const at = document.activeElement;
  if (!at || !main.contains(at)) return null;
  const marks = ["id", "name", "value", "href"].filter((name) => at.getAttribute(name)).map((name) => `[${name}="${CSS.escape(at.getAttribute(name))}"]`);
  return `${at.localName}${marks.join("")}`;
}

function focusOn(within) {
  ($("legend, h2[tabindex], textarea, input:not([type=hidden])", within) || main).focus({ preventScroll: true });
}

// Something was shown: start its clock, tell the hub that it was opened, and say it to those who listen.
function arrived(before, quietly = false, focus = null) {
  const item = $("[data-shows]", main), changed = item && before !== undefined && item.dataset.shows !== before;
  timers(main);
  countryNames();
  if (before === undefined || changed) { watch.seen = 0; watch.since = Date.now(); }
  if (changed) said.textContent = words("now", { title: $("h2, legend", item)?.textContent || "" });
  else if (quietly) said.textContent = words("new_below");
  if (quietly) { if (focus) $(focus, main)?.focus({ preventScroll: true }); }
  else if (before !== undefined) {
    focusOn(item || main);
    if (changed) scrollTo({ top: 0, behavior: "instant" });
  }
  sendReceipt($("input[name=delivery]", main)?.value).then((found) => { if (found) version = String(found); }).catch(() => {});
}

// Whether something is under way that a new page would take from the person.
function busy() {
  const fields = "textarea, select, input[type=text], input[type=number], input[type=time], input[type=tel], input[type=file]";
  const changed = [...main.querySelectorAll(fields)].some((one) => (one.type === "file" ? one.files.length : one.value !== (one.defaultValue ?? one.value)));
  return changed || Boolean(
    $(".timer.runs, .timer.paused, [aria-busy=true], details[open].later-box, .kept", main) || document.activeElement?.matches?.(fields) ||
    [...main.querySelectorAll("audio, video")].some((one) => !one.paused)
  );
}

// What is read stays: a newer thing comes beneath it, and is said.
function sameItem() {
  const item = $("#item", main)?.dataset.shows;
  return item ? `/?at=${encodeURIComponent(item)}` : "/";
}

// Pages that show what is new by themselves.
const LIVE = ["today", "messages", "help"];

function here() {
  return main.dataset.page === "today" ? sameItem() : location.pathname;
}

async function sent({ refused }) {
  if (!refused.length) say(words("all_saved"), "good");
  if (refused.length ? begun() : relieving()) return;
  if ($("#first-help", main)) await show("/");
  else if (LIVE.includes(main.dataset.page)) await show(here());
}

async function poll() {
  if (document.hidden || !version) return;
  try {
    const answer = await fetch("/version", { headers: { "If-None-Match": `"${version}"`, Accept: "application/json" }, cache: "no-store" });
    failures = 0;
    asItWas(false);
    if (answer.status === 401) { if (!(await queue.all(person)).length) location.reload(); return; }
    learn(Number(answer.headers.get("X-Now") || NaN));
    await reached();
    if ((await queue.due(person)).length) await sent(await flush());
    else if (LIVE.includes(main.dataset.page)) {
      const found = answer.status === 200 ? String((await answer.json()).version) : version;
      const stops = answer.headers.get("X-Stops") ?? main.dataset.stops;
      if ((found !== version || stops !== main.dataset.stops) && !busy()) await show(here(), true);
    }
  } catch {
    failures += 1;
    asItWas(true);
    if (failures > 1) await sayKept();
  }
}

// A page from the phone's own store says so, and from when it is; once the hub is reached again it is made new.
const OLD = 60_000;

function sayOld() {
  const shown = Number(main.dataset.now), unreached = new URLSearchParams(location.search).has("unreached");
  if (!shown || (now() - shown < OLD && !unreached)) return;
  const when = new Date(shown).toLocaleString(document.documentElement.lang, { timeZone: main.dataset.zone || undefined, weekday: "long", hour: "numeric", minute: "2-digit" });
  standing.text = words(unreached ? "unreached" : "old", { when });
  say(standing.text);
}

async function reached() {
  if (!standing.text) return;
  standing.text = "";
  await sayKept();
  if (main.dataset.page === "today") await show(here(), !new URLSearchParams(location.search).has("unreached"));
}

// Notifications that the browser has lost are made anew; where that cannot be, the person is told until they say otherwise.
async function lookAtDevice() {
  if (main.dataset.page === "settings" || await renewed() !== "off") return;
  const note = document.createElement("div"), link = document.createElement("a"), button = document.createElement("button");
  note.className = "strip push-off";
  note.setAttribute("role", "status");
  link.href = "/settings#push";
  link.textContent = words("push_settings");
  button.type = "button";
  button.className = "button";
  button.textContent = words("all_right");
  button.addEventListener("click", () => { forget(); note.remove(); });
  note.append(words("push_off"), " ", link, " ", button);
  main.before(note);
}

function wait() {
  setTimeout(async () => { await poll(); wait(); }, Math.min(4000 * 2 ** Math.min(failures, 4), 60_000));
}

// -- The time zone ----------------------------------------------------------------------------------------------

function askZone() {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!own || main.dataset.page !== "today" || own === main.dataset.zone || localStorage.getItem("zone-no") === own || own === "UTC") return;
  const note = document.createElement("div"), line = document.createElement("p"), row = document.createElement("div");
  note.className = "notice";
  line.textContent = words("zone", { zone: own.replaceAll("_", " ") });
  row.className = "row";
  for (const [text, act] of [[words("yes"), () => queue.add(person, { kind: "zone", key: `zone::${unique()}`, at: now(), zone: own }).then(flush).then(() => show("/"))],
    [words("stay"), async () => localStorage.setItem("zone-no", own)]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = text;
    button.addEventListener("click", () => { note.remove(); act().catch(sayKept); });
    row.append(button);
  }
  note.append(line, row);
  main.prepend(note);
}

// -- Leaving ----------------------------------------------------------------------------------------------------

// Nothing of a person stays on a phone that was signed out; what is not sent yet is sent first, or said.
async function leave(form) {
  await queue.release(person);
  await flush().catch(() => {});
  const kept = await queue.all(person);
  if (kept.length && form.dataset.sure !== "yes") {
    form.dataset.sure = "yes";
    return say(words("unsent"), "bad");
  }
  await queue.drop(kept.map((row) => row.number));
  await caches?.delete("pages");
  localStorage.clear();
  sessionStorage.clear();
  return form.submit();
}

// -- Beginning --------------------------------------------------------------------------------------------------

function begin() {
  // Another person's pages are not for this one.
  const other = localStorage.getItem("person") !== person;
  localStorage.setItem("person", person);
  navigator.serviceWorker?.ready.then((worker) => worker.active?.postMessage(other ? "renew" : "keep")).catch(() => {});
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!self.queue) return;
    if (form.dataset.form === "leave") { event.preventDefault(); leave(form).catch(() => form.submit()); return; }
    if (!form.dataset.send) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy") !== "true") send(form, event.submitter);
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close]")) return;
    event.target.closest("#help-card").remove();
    focusOn(main);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) watch.seen += Date.now() - watch.since;
    else { watch.since = Date.now(); poll(); }
  });
  addEventListener("online", () => { failures = 0; poll(); });
  addEventListener("offline", () => { asItWas(true); say(words("offline")); });
  sayOld();
  lookAtDevice().catch(() => {});
  addEventListener("popstate", () => location.reload());
  queue.release(person).then(applyKept).then((kept) => { sayKept(); poll(); return kept; }).catch(() => {});
  arrived();
  askZone();
  wait();
}

if (!person) countryNames();
const zone = $("[data-zone-select]");
if (zone && !zone.dataset.chosen) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...zone.options].some((option) => option.value === own)) zone.value = own;
}
if (person) begin();
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});
