// The way in: a link has its code behind a #, which no server and no log ever sees. It is put into the field, and leaves the
// address; whoever opened the link still presses the button, because mail programs open links, too.

const KEPT = "door";
const field = document.querySelector("#code");
const sent = location.hash.slice(1);

/** Speaking another language loads the page anew: the code waits in this tab meanwhile. */
function begin() {
  const code = sent ? decodeURIComponent(sent) : sessionStorage.getItem(KEPT);
  if (!code || field.value) return sessionStorage.removeItem(KEPT);
  field.value = code;
  history.replaceState(null, "", location.pathname);
  for (const part of document.querySelectorAll("[data-door]")) part.hidden = part.dataset.door !== "link";
  sessionStorage.setItem(KEPT, code);
  field.form.addEventListener("submit", () => sessionStorage.removeItem(KEPT));
  return undefined;
}

if (field) begin();
