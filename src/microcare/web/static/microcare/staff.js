// The staff's pages: passkeys, going on after a proof, and the end of an idle session. Everything else works without it.

const decode = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const encode = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** The question as browsers want it: bytes where JSON has text. */
function asked(options) {
  const known = (list) => (list || []).map((one) => ({ ...one, id: decode(one.id) }));
  const found = { ...options, challenge: decode(options.challenge) };
  if (options.user) found.user = { ...options.user, id: decode(options.user.id) };
  if (options.allowCredentials) found.allowCredentials = known(options.allowCredentials);
  if (options.excludeCredentials) found.excludeCredentials = known(options.excludeCredentials);
  return found;
}

/** The answer as JSON: text where browsers have bytes. */
function answer(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = encode(credential.response[name]);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: encode(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

async function passkey(form) {
  const problem = form.querySelector(".problem");
  problem.hidden = true;
  form.setAttribute("aria-busy", "true");
  try {
    const said = await fetch(form.dataset.passkey, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!said.ok || said.redirected) throw new Error("no question");
    const publicKey = asked(await said.json());
    const made = await navigator.credentials[form.dataset.deed]({ publicKey });
    form.elements.credential.value = answer(made);
    form.submit();
  } catch {
    form.removeAttribute("aria-busy");
    problem.textContent = form.dataset.failed;
    problem.hidden = false;
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) form.querySelector("button").disabled = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    passkey(form);
  });
}

const again = document.querySelector("form[data-again]");
if (again) again.submit();

// -- The end of an idle session -----------------------------------------------------------------------------------

const WARNED = 60;
const BEFORE = 5;
const typed = () => [...document.querySelectorAll("main form")].flatMap((form, number) =>
  [...form.elements]
    .filter((one) => one.matches("textarea, input:not([type=hidden], [type=password], [type=file], [autocomplete=one-time-code])"))
    .filter((one) => one.name && one.value !== one.defaultValue)
    .map((one) => [number, one.name, one.value]));

function restore(text) {
  let kept;
  try {
    kept = JSON.parse(text);
  } catch {
    return;
  }
  if (kept.path !== location.pathname) return;
  const forms = [...document.querySelectorAll("main form")];
  for (const [number, name, value] of kept.typed) {
    const field = forms[number]?.elements.namedItem(name);
    if (!field || field.type === "hidden") continue;
    field.value = value;
    const folded = field.closest("details");
    if (folded) folded.open = true;
  }
}

function watch(dialog) {
  const form = dialog.querySelector("form");
  let until = 0;
  let waiting = 0;
  // The page's own clock sleeps with the machine; the wall's does not.
  const left = () => (until - Date.now()) / 1000;
  const set = (seconds) => {
    until = Date.now() + seconds * 1000;
    plan();
  };
  const ask = async (method) => {
    const csrf = form.elements.csrfmiddlewaretoken.value;
    const said = await fetch("/desk/alive", { method, headers: { "X-CSRFToken": csrf }, cache: "no-store" });
    return said.ok && !said.redirected ? (await said.json()).left : 0;
  };
  const leave = () => {
    const kept = typed();
    if (kept.length) form.elements.draft.value = JSON.stringify({ path: location.pathname, typed: kept });
    form.submit();
  };
  const look = async () => {
    // Another tab may have been busy meanwhile.
    let seconds = left();
    try {
      seconds = await ask("GET");
    } catch {
      // Without a network the page's own count holds.
    }
    if (seconds <= BEFORE) return leave();
    if (seconds <= WARNED && !dialog.open) dialog.showModal();
    if (seconds > WARNED && dialog.open) dialog.close();
    set(seconds);
  };
  const plan = () => {
    clearTimeout(waiting);
    const next = left() > WARNED ? left() - WARNED : left() - BEFORE;
    waiting = setTimeout(look, Math.max(next, 0.5) * 1000);
  };
  const stay = async () => {
    dialog.close();
    try {
      set(await ask("POST"));
    } catch {
      plan();
    }
  };
  dialog.querySelector("[data-stay]").addEventListener("click", stay);
  dialog.addEventListener("cancel", stay);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && left() < WARNED && look());
  // Somebody who types is there, although nothing has been sent yet.
  let told = Date.now();
  document.addEventListener("input", () => {
    if (Date.now() - told < 60_000) return;
    told = Date.now();
    ask("POST").then(set, () => undefined);
  });
  set(Number(dialog.dataset.seconds));
  if (dialog.dataset.draft) restore(dialog.dataset.draft);
}

const idle = document.querySelector("#idle");
if (idle) watch(idle);
