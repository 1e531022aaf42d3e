// The desk (<form data-desk>): what makes taking in an application quick. The server keeps and checks everything.
// A value typed over a register's shows at once that it is now the applicant's own. The cursor starts where
// something is left to fill in; Enter goes on to the next such input and from the last one to receiving. F2 reads
// the card and Ctrl + Enter receives, also while somebody types. Whoever presses a button while something is
// still being kept waits for that first: both carry the revision of the draft. What is answered or typed while the
// server's answer is on its way is not in that answer, so it is set again in what the answer brings.

const desk = document.querySelector("form[data-desk]");
const own = document.getElementById("own-statement");
const receive = desk.querySelector("[name=act][value=receive]");
const inputs = "#phone, #form input, #form select, #form textarea";
let busy = 0;
let waiting = null;
const meanwhile = new Map();
const again = [];

const isTicked = (input) => input.type === "radio" || input.type === "checkbox";

function changed({ target }) {
  if (busy && target.name) meanwhile.set(target.type === "checkbox" ? `${target.name}=${target.value}` : target.name, target);
}

function setAgain() {
  const gone = [...meanwhile.values()].filter((input) => !input.isConnected && input.type !== "file");
  meanwhile.clear();
  for (const input of gone) {
    const same = [...desk.elements].find(
      (other) => other.name === input.name && (!isTicked(input) || other.value === input.value),
    );
    if (!same) continue;
    if (isTicked(input)) same.checked = input.checked;
    else same.value = input.value;
    again.push(same);
  }
}

// One of them sends all, and the page asks first what the most depends on: what waits behind a request with an element
// that is gone is never sent.
function sendAgain() {
  const places = ["#questions", "#materials", "#draft"];
  const due = places.map((place) => again.find((input) => input.closest(place))).find(Boolean);
  again.length = 0;
  if (due) setTimeout(() => due.dispatchEvent(new Event("change", { bubbles: true })));
}

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
// Before htmx hears of it: what is changed while nothing is under way goes out at once.
desk.addEventListener("input", changed, true);
desk.addEventListener("change", changed, true);
desk.addEventListener("htmx:configRequest", () => meanwhile.clear());
document.addEventListener("htmx:afterSettle", setAgain);
// What the pressed button sends is everything; nothing more is to be kept beside it.
desk.addEventListener("htmx:confirm", (event) => "sent" in desk.dataset && event.preventDefault());
desk.addEventListener("htmx:beforeRequest", () => (busy += 1));
desk.addEventListener("htmx:afterRequest", () => {
  busy -= 1;
  if (busy) return;
  if (!waiting) {
    sendAgain();
    return;
  }
  const { submitter } = waiting;
  waiting = null;
  desk.requestSubmit(submitter);
});
// The page itself names where to begin while nobody is known, and where something is wrong.
if (!desk.querySelector("[autofocus]")) left()[0]?.focus();
