// What a person did, kept on the phone until the hub has it. Used by the pages and by the service worker alike.
"use strict";
(function (scope) {
  const NAME = "microcare", TABLE = "queue", TRIES = 40, NEVER = [400, 413, 422], FAILED = 500, MOST_ASIDE = 5;

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
  // A repeat is nothing new to the hub, so whoever sends twice does no harm. What the hub cannot take keeps nothing else
  // from it: a part that is refused as a whole is sent again one by one, and the one that fails is set aside and said.
  async function flush(person, token) {
    const done = { refused: [], version: 0, sent: 0 }, aside = new Set();
    let most = 50;
    for (;;) {
      const rows = (await queue.due(person)).filter((row) => !aside.has(row.number)).slice(0, most);
      if (!rows.length) {
        // Something failed at the hub, not with what was sent: that stays here and is tried again, for a while.
        if (aside.size) throw Object.assign(new NotTaken(500), { done });
        return done;
      }
      const photo = rows.findIndex((row) => row.photo);
      // A photo goes alone: what it belongs to names it.
      const part = photo === 0 ? rows.slice(0, 1) : photo > 0 ? rows.slice(0, photo) : rows;
      if (photo === 0 && !(await bring(part[0], token, done, aside))) continue;
      const answer = await batch(part.map((row) => row.stimulus), token);
      if (answer.status === 503) { await new Promise((resolve) => setTimeout(resolve, 2000)); continue; }
      if (answer.ok) {
        const result = await answer.json();
        // A risk answer stays until the hub has it; anything else for a while.
        const again = part.filter((row) => result.again.includes(row.stimulus.key) && (row.help || (row.tries || 0) < TRIES));
        done.refused.push(...result.refused.filter((one) => !again.some((row) => row.stimulus.key === one.key)));
        done.version = result.version;
        done.sent += part.length - again.length;
        await queue.drop(part.filter((row) => !again.includes(row)).map((row) => row.number));
        for (const row of again) { await queue.tried(row); aside.add(row.number); }
      } else if (!NEVER.includes(answer.status) && answer.status !== FAILED) {
        throw new NotTaken(answer.status);
      } else if (part.length > 1) {
        most = 1;
      } else {
        await setAside(part[0], answer.status, "unreadable", done, aside);
      }
    }
  }

  // One thing that the hub does not take: for good, or for now. Where it fails at one after the other, it is the hub that fails.
  async function setAside(row, status, why, done, aside) {
    if (NEVER.includes(status)) {
      done.refused.push({ key: row.stimulus.key, why });
      return queue.drop([row.number]);
    }
    aside.add(row.number);
    if (aside.size > MOST_ASIDE) throw Object.assign(new NotTaken(status), { done });
    return undefined;
  }

  // Bring a photo to the hub; whether what it belongs to can be sent now.
  async function bring(row, token, done, aside) {
    const kept = await upload(row, token), answers = row.stimulus.kind === "answer";
    if (kept.ok) {
      if (answers) row.stimulus.value = (await kept.json()).reference;
      return true;
    }
    if (kept.status === 429) {
      done.refused.push({ key: row.stimulus.key, reason: (await kept.json()).error });
      if (answers) await queue.drop([row.number]);
      return !answers;
    }
    if (NEVER.includes(kept.status) && !answers) {
      done.refused.push({ key: row.stimulus.key, why: "photo_refused" });
      return true;
    }
    if (!NEVER.includes(kept.status) && kept.status !== FAILED) throw new NotTaken(kept.status);
    await setAside(row, kept.status, "photo_refused", done, aside);
    return false;
  }

  scope.queue = queue;
  scope.flushQueue = flush;
  scope.NotTaken = NotTaken;
})(self);
