// A new thing takes no tap, no key and no form until it has been on the screen for a moment. A second tap that comes then was
// meant for what stood there before: it would answer a question that nobody has read. As long as taps go on, so does the wait.

export const MOMENT = 400;
const main = document.querySelector("#main");
const PRESSES = ["Enter", " "];
let until = 0, changed = 0, clicked = 0, timer = 0, turn = 0;

const soon = () => performance.now() < until;
const inMain = (event) => main?.contains(event.target);

function hold() {
  until = performance.now() + MOMENT;
  clearTimeout(timer);
  timer = setTimeout(() => main.classList.remove("arriving"), MOMENT);
}

// Something else is shown from now on. The moment begins when it has been painted, however slow the phone is.
export function arrive() {
  if (!main) return;
  const mine = ++turn, begin = () => { if (mine === turn) { turn += 1; hold(); } };
  changed = performance.now();
  until = Infinity;
  clearTimeout(timer);
  main.classList.add("arriving");
  requestAnimationFrame(() => requestAnimationFrame(begin));
  // Where nothing is painted (a page behind others) nobody is kept out for good.
  setTimeout(begin, 3000);
}

function refuse(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

addEventListener("pointerdown", (event) => {
  if (inMain(event) && soon() && until !== Infinity) hold();
}, true);

addEventListener("keydown", (event) => {
  if (!inMain(event) || !PRESSES.includes(event.key)) return;
  const writing = event.target.matches("textarea, input:not([type=checkbox], [type=radio], [type=file])");
  if (soon()) {
    if (until !== Infinity) hold();
    if (event.key === "Enter" || !writing) refuse(event);
  } else if (event.repeat && !writing) refuse(event);
}, true);

addEventListener("click", (event) => {
  if (!inMain(event)) return;
  // The second click of a double click, as slow as the person's own device lets one be.
  const second = event.detail > 1 && changed > clicked;
  clicked = performance.now();
  if (soon() || second) refuse(event);
}, true);

addEventListener("submit", (event) => { if (inMain(event) && soon()) refuse(event); }, true);
document.addEventListener("visibilitychange", () => { if (!document.hidden) arrive(); });
addEventListener("pageshow", (event) => { if (event.persisted) arrive(); });
arrive();
