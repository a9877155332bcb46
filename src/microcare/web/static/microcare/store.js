// What a person did, kept on the phone until the hub has it. Used by the pages and by the service worker alike.
"use strict";
(function (scope) {
  const NAME = "microcare", TABLE = "queue";

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

  scope.queue = {
    // Keep one thing, under the person it belongs to; resolves when the phone has it.
    async add(person, stimulus) {
      const store = await table("readwrite");
      store.add({ person, stimulus });
      return new Promise((resolve, reject) => {
        store.transaction.oncomplete = () => { store.transaction.db.close(); resolve(); };
        store.transaction.onerror = () => reject(store.transaction.error);
      });
    },
    // Everything of a person, in the order in which it was done.
    async all(person) {
      const store = await table("readonly");
      const rows = await wanted(store.getAll());
      store.transaction.db.close();
      return rows.filter((row) => row.person === person);
    },
    async drop(numbers) {
      const store = await table("readwrite");
      for (const number of numbers) store.delete(number);
      return new Promise((resolve) => { store.transaction.oncomplete = () => { store.transaction.db.close(); resolve(); }; });
    },
  };
})(self);
