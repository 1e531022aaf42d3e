// The desk (<form data-desk>): what makes taking in an application quick. The server keeps and checks everything.
// A value typed over a register's shows at once that it is now the applicant's own. The cursor starts where
// something is left to fill in; Enter goes on to the next such input and from the last one to receiving. F2 reads
// the card and Ctrl + Enter receives, also while somebody types. Whoever presses a button while something is
// still being kept waits for that first: both carry the revision of the draft.

const desk = document.querySelector("form[data-desk]");
const own = document.getElementById("own-statement");
const receive = desk.querySelector("[name=act][value=receive]");
const inputs = "#phone, #form input, #form select, #form textarea";
let busy = 0;
let waiting = null;

function typed(event) {
  const line = event.target.closest(".ledger .field__line");
  const source = line?.querySelector(".source:not(.source--applicant)");
  if (source) source.replaceWith(own.content.querySelector(".source").cloneNode(true));
}

const left = () => [...desk.querySelectorAll(inputs)].filter((input) => input.required && !input.value);

function entered(event) {
  if (event.key !== "Enter" || event.ctrlKey || event.altKey || event.isComposing) return;
  const at = event.target;
  if (!at.matches("#form input:not([type=checkbox]), #form select")) return;
  event.preventDefault();
  const others = left().filter((input) => input !== at);
  const after = others.find((input) => at.compareDocumentPosition(input) & Node.DOCUMENT_POSITION_FOLLOWING);
  (after ?? others[0] ?? receive).focus();
}

function pressed(event) {
  if (event.defaultPrevented) return;
  if (event.key === "F2") {
    event.preventDefault();
    desk.querySelector("[data-card-reader]")?.click();
  } else if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    receive.click();
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
// The page itself names where to begin while nobody is known, and where something is wrong.
if (!desk.querySelector("[autofocus]")) left()[0]?.focus();
