// The work list by keyboard: "c" claims the row that has the focus, or the first that can be claimed.
// shortcuts.js presses whatever carries data-key; here the key is handed from row to row.

const KEY = "c";

function hand(button) {
  if (!button) return;
  document.querySelector(`[data-claim][data-key="${KEY}"]`)?.removeAttribute("data-key");
  button.dataset.key = KEY;
}

hand(document.querySelector("[data-claim]"));
document.addEventListener("focusin", (event) => hand(event.target.closest("tr")?.querySelector("[data-claim]")));
