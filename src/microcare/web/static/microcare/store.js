// What a person did, kept on the phone until the hub has it. Used by the pages and by the service worker alike.
"use strict";
(function (scope) {
  const NAME = "microcare", TABLE = "queue", TRIES = 40;

  function wanted(request) {
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  async function table(mode) {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE, { keyPath: "number", autoIncrement: true });
    const base = await wanted(opening);
    return base.transaction(TABLE, mode).objectStore(TABLE);
  }

  function finished(store) {
    return new Promise((resolve, reject) => {
      store.transaction.oncomplete = () => { store.transaction.db.close(); resolve(); };
      store.transaction.onerror = store.transaction.onabort = () => { store.transaction.db.close(); reject(store.transaction.error); };
    });
  }

  const queue = {
    // Keep one thing, under the person it belongs to; resolves when the phone has it.
    // `more`: `photo` (a picture that goes before it), `help` (it is a risk answer), `hold` (not sent before, ms).
    // Returns its number.
    async add(person, stimulus, more = {}) {
      const store = await table("readwrite"), adding = store.add({ person, stimulus, ...more });
      await finished(store);
      return adding.result;
    },
    // Everything of a person, in the order in which it was done.
    async all(person) {
      const store = await table("readonly");
      const rows = await wanted(store.getAll());
      store.transaction.db.close();
      return rows.filter((row) => row.person === person);
    },
    // What may be sent now: everything before the first thing that can still be undone.
    async due(person) {
      const rows = await queue.all(person), held = rows.findIndex((row) => row.hold > Date.now());
      return held < 0 ? rows : rows.slice(0, held);
    },
    // Nothing can be undone any more.
    async release(person) {
      const rows = (await queue.all(person)).filter((row) => row.hold);
      if (!rows.length) return undefined;
      const store = await table("readwrite");
      for (const { hold, ...row } of rows) store.put(row);
      return finished(store);
    },
    // Note that sending it was tried once more.
    async tried(row) {
      const store = await table("readwrite");
      store.put({ ...row, tries: (row.tries || 0) + 1 });
      return finished(store);
    },
    async drop(numbers) {
      const store = await table("readwrite");
      for (const number of numbers) store.delete(number);
      return finished(store);
    },
  };

  async function upload(row, token) {
    const form = new FormData();
    form.append("photo", row.photo, "photo");
    form.append("key", row.stimulus.key);
    if (row.stimulus.kind === "act") form.append("delivery", row.stimulus.delivery);
    return fetch("/photo", { method: "POST", body: form, headers: { "X-CSRFToken": token, Accept: "application/json" } });
  }

  function batch(stimuli, token) {
    return fetch("/stimuli", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ stimuli }),
    });
  }

  // Why a post was not taken: the status, so that the caller can tell "later" from "never".
  class NotTaken extends Error {
    constructor(status) { super(`the hub answered ${status}`); this.status = status; }
  }

  // Send what is kept of a person, in order; returns what the hub refused, and its version. Raises where it is not reached.
  // A repeat is nothing new to the hub, so whoever sends twice does no harm.
  async function flush(person, token) {
    const done = { refused: [], version: 0, sent: 0 };
    for (;;) {
      const rows = (await queue.due(person)).slice(0, 50);
      if (!rows.length) return done;
      const photo = rows.findIndex((row) => row.photo);
      // A photo goes alone: what it belongs to names it.
      const part = photo === 0 ? rows.slice(0, 1) : photo > 0 ? rows.slice(0, photo) : rows;
      if (photo === 0) {
        const kept = await upload(part[0], token);
        if (kept.ok) {
          if (part[0].stimulus.kind === "answer") part[0].stimulus.value = (await kept.json()).reference;
        } else if (kept.status === 400 || kept.status === 413) {
          done.refused.push({ key: part[0].stimulus.key, why: "photo_refused" });
          if (part[0].stimulus.kind === "answer") { await queue.drop([part[0].number]); continue; }
        } else throw new NotTaken(kept.status);
      }
      const answer = await batch(part.map((row) => row.stimulus), token);
      if (answer.status === 503) { await new Promise((resolve) => setTimeout(resolve, 2000)); continue; }
      if (answer.status === 400) {
        // The hub cannot read it, and never will.
        done.refused.push({ key: part[0].stimulus.key, why: "unreadable" });
      } else if (!answer.ok) {
        throw new NotTaken(answer.status);
      } else {
        const result = await answer.json();
        // Something failed at the hub, not with what was sent: it stays here and is tried again, for a while.
        const again = part.filter((row) => result.again.includes(row.stimulus.key) && (row.tries || 0) < TRIES);
        done.refused.push(...result.refused.filter((one) => !again.some((row) => row.stimulus.key === one.key)));
        done.version = result.version;
        done.sent += part.length - again.length;
        await queue.drop(part.filter((row) => !again.includes(row)).map((row) => row.number));
        if (!again.length) continue;
        for (const row of again) await queue.tried(row);
        throw new NotTaken(500);
      }
      await queue.drop(part.map((row) => row.number));
    }
  }

  scope.queue = queue;
  scope.flushQueue = flush;
  scope.NotTaken = NotTaken;
})(self);
