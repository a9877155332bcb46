// An exercise with a timer: its steps one after the other, with a pause, and an end that is said.

import { arrive } from "./moment.js";
import { words } from "./words.js";

const left = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

export function timers(within) {
  for (const box of within.querySelectorAll("[data-timer]:not([data-ready])")) set(box);
}

function set(box) {
  box.dataset.ready = "1";
  const whole = Number(box.dataset.timer), timer = box.querySelector(".timer");
  const clock = box.querySelector(".clock"), gone = box.querySelector(".gone"), now = box.querySelector(".step-now");
  const go = box.querySelector("[data-go]"), again = box.querySelector("[data-again]");
  const steps = [...box.querySelectorAll(".all-steps li")].map((step) => step.cloneNode(true));
  let passed = 0, since = 0, ticking = 0;
  timer.hidden = false;
  box.querySelector(".all-steps").open = false;

  const at = () => Math.min(whole, passed + (since ? Date.now() - since : 0));

  function draw() {
    const done = at();
    clock.textContent = left(whole - done);
    gone.setAttribute("stroke-dasharray", `${(100 * done) / whole} 100`);
    const step = steps.length ? steps[Math.min(steps.length - 1, Math.floor((done / whole) * steps.length))] : null;
    // A step keeps the mark of its language.
    const said = done >= whole || !step ? [] : [...step.cloneNode(true).childNodes];
    const text = done >= whole ? words("over") : step ? step.textContent : "";
    if (now.textContent !== text) now.replaceChildren(...(said.length ? said : [text]));
    if (done >= whole) end();
  }

  function end() {
    stop();
    timer.classList.remove("runs", "paused");
    go.hidden = true;
    again.hidden = false;
    navigator.vibrate?.(200);
    // A key that was meant for the timer does not press what has the focus now.
    arrive();
    document.querySelector(".acts .main-act")?.focus({ preventScroll: true });
  }

  function stop() {
    passed = at();
    since = 0;
    clearInterval(ticking);
  }

  function start() {
    since = Date.now();
    ticking = setInterval(draw, 250);
    timer.classList.add("runs");
    timer.classList.remove("paused");
    go.textContent = words("pause");
    again.hidden = false;
    draw();
  }

  go.addEventListener("click", () => {
    if (!since) return start();
    stop();
    timer.classList.replace("runs", "paused");
    go.textContent = words("go_on");
  });
  again.addEventListener("click", () => {
    stop();
    passed = 0;
    go.hidden = false;
    start();
  });
}
