// The service worker: the shell from the phone, pages from the hub; without a connection the last page that was seen.
"use strict";
importScripts("/static/microcare/store.js?SHELL_MARK");
const SHELL = "shell-SHELL_MARK", PAGES = "pages";
const FILES = ["SHELL_FILES"];
// Only these are kept, and only until the person signs out.
const KEPT = ["/", "/help", "/need"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== SHELL && name !== PAGES) await caches.delete(name);
    await self.clients.claim();
  })());
});

// A page says who is here: keep what may be needed without a connection, and nothing of anybody else.
self.addEventListener("message", (event) => {
  event.waitUntil((async () => {
    if (event.data === "renew") await caches.delete(PAGES);
    const pages = await caches.open(PAGES);
    for (const address of KEPT) if (!await pages.match(address)) await keep(pages, address).catch(() => {});
  })());
});

async function keep(pages, address) {
  const answer = await fetch(address, { cache: "no-store" });
  if (answer.ok && !answer.redirected) await pages.put(address, answer);
}

self.addEventListener("fetch", (event) => {
  const request = event.request, address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (address.pathname.startsWith("/static/")) {
    event.respondWith(caches.match(request, { cacheName: SHELL, ignoreSearch: true }).then((found) => found || fetch(request)));
  } else if (request.mode === "navigate" || request.headers.get("X-Shows") === "main") {
    event.respondWith(page(event, request, address));
  }
});

async function page(event, request, address) {
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected && KEPT.includes(address.pathname) && !address.search) {
      const copy = answer.clone();
      event.waitUntil(caches.open(PAGES).then((pages) => pages.put(address.pathname, copy)));
    }
    return answer;
  } catch (error) {
    // Only a page that is opened comes from the phone; a look for news must know that the hub was not reached.
    if (request.mode !== "navigate") throw error;
    const pages = await caches.open(PAGES);
    const found = await pages.match(address.pathname);
    if (found) return found;
    // One page is never shown as another: what the phone does not have leads to one that it has, under its own address.
    for (const other of KEPT) if (other !== address.pathname && await pages.match(other)) return Response.redirect(`${other}?unreached=1`, 302);
    throw error;
  }
}

// The connection is back while no page is open: send what is kept, as the person who is signed in here.
self.addEventListener("sync", (event) => {
  if (event.tag === "flush") event.waitUntil(sendKept());
});

async function sendKept() {
  const page = await (await fetch("/", { cache: "no-store" })).text();
  const token = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(page)?.[1], person = /data-person="([^"]+)"/.exec(page)?.[1];
  if (token && person) await self.flushQueue(person, token);
}

// -- Notifications: that something waits, never what ----------------------------------------------------------------

self.addEventListener("push", (event) => {
  event.waitUntil((async () => {
    let told = {};
    try { told = event.data.json(); } catch { /* a notice all the same: browsers want one for each push */ }
    const here = (await self.clients.matchAll({ type: "window" })).some((page) => page.visibilityState === "visible");
    // Whoever looks at the page sees it there; a browser that wants a notice gets a silent one.
    const alert = Boolean(told.desk);
    await self.registration.showNotification(told.title || "…", {
      tag: alert ? "alert" : "microcare", renotify: alert, requireInteraction: alert, data: alert ? "/desk/alerts" : "/", lang: told.language, icon: "/static/microcare/icon-192.png", badge: "/static/microcare/icon-192.png", silent: here && !alert,
    });
    if (!told.delivery || !told.person) return;
    const key = `shown:${told.delivery}:${told.person}`;
    await self.queue.add(told.person, { kind: "receipt", key, at: Date.now(), delivery: told.delivery, stage: "shown" });
    await sendKept().catch(() => {});
  })());
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil((async () => {
    const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const page = pages.find((one) => new URL(one.url).origin === self.location.origin);
    const place = event.notification.data || "/";
    if (!page) return self.clients.openWindow(place);
    await page.focus();
    return page.navigate ? page.navigate(place).catch(() => null) : null;
  })());
});

// The browser has taken another address for this device: the hub must know it.
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil((async () => {
    const old = event.oldSubscription;
    const fresh = event.newSubscription || (old && await self.registration.pushManager.subscribe(old.options));
    const page = await (await fetch("/", { cache: "no-store" })).text(), token = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(page)?.[1];
    const tell = (path, one) => fetch(path, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: JSON.stringify(one) });
    if (fresh && token) await tell("/push/on", fresh.toJSON());
    if (old && token) await tell("/push/off", { endpoint: old.endpoint });
  })());
});
