// The desk (<form data-desk>): what makes taking in an application quick. The server keeps and checks everything.
// A value typed over a register's shows at once that it is now the applicant's own. Enter goes on to the next
// input of the form, F2 reads the card and Ctrl + Enter receives, also while somebody types. Whoever presses a
// button while something is still being kept waits for that first: both carry the revision of the draft.

const desk = document.querySelector("form[data-desk]");
const own = document.getElementById("own-statement");
const inputs = "#form input:not([type=hidden]), #form select, #form textarea";
let busy = 0;
let waiting = null;

function typed(event) {
  const line = event.target.closest(".ledger .field__line");
  const source = line?.querySelector(".source:not(.source--applicant)");
  if (source) source.replaceWith(own.content.querySelector(".source").cloneNode(true));
}

function entered(event) {
  if (event.key !== "Enter" || event.ctrlKey || event.altKey || event.isComposing) return;
  if (!event.target.matches("#form input:not([type=checkbox])")) return;
  event.preventDefault();
  const all = [...desk.querySelectorAll(inputs)];
  all[all.indexOf(event.target) + 1]?.focus();
}

function pressed(event) {
  if (event.defaultPrevented) return;
  if (event.key === "F2") {
    event.preventDefault();
    desk.querySelector("[data-card-reader]")?.click();
  } else if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    desk.querySelector("[name=act][value=receive]").click();
  }
}

function submitted(event) {
  if (!busy) return;
  event.preventDefault();
  event.stopPropagation();
  waiting = { submitter: event.submitter };
}

desk.addEventListener("input", typed);
desk.addEventListener("keydown", entered);
document.addEventListener("keydown", pressed);
desk.addEventListener("submit", submitted);
// What the pressed button sends is everything; nothing more is to be kept beside it.
desk.addEventListener("htmx:confirm", (event) => "sent" in desk.dataset && event.preventDefault());
desk.addEventListener("htmx:beforeRequest", () => (busy += 1));
desk.addEventListener("htmx:afterRequest", () => {
  busy -= 1;
  if (busy || !waiting) return;
  const { submitter } = waiting;
  waiting = null;
  desk.requestSubmit(submitter);
});
