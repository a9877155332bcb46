// The service worker: the shell from the phone, pages from the hub; without a connection the last page that was seen.
"use strict";
const SHELL = "shell-SHELL_MARK", PAGES = "pages";
const FILES = ["SHELL_FILES"];
const KEPT = ["/", "/help", "/journey", "/need"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== SHELL && name !== PAGES) await caches.delete(name);
    await self.clients.claim();
    const pages = await caches.open(PAGES);
    for (const address of ["/help", "/"]) await keep(pages, address).catch(() => {});
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
    event.respondWith(caches.match(request).then((found) => found || fetch(request)));
  } else if (request.mode === "navigate" || request.headers.get("X-Shows")) {
    event.respondWith(page(request, address));
  }
});

async function page(request, address) {
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected && KEPT.includes(address.pathname)) {
      const copy = answer.clone();
      caches.open(PAGES).then((pages) => pages.put(address.pathname, copy));
    }
    return answer;
  } catch (error) {
    const pages = await caches.open(PAGES);
    const found = await pages.match(address.pathname) || (request.mode === "navigate" && (await pages.match("/") || await pages.match("/help")));
    if (found) return found;
    throw error;
  }
}
