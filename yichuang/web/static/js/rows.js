// Rows by keyboard: in a table or list with data-rows the arrow keys, or j and k, move from row link to row link; Enter opens.
// Every link is a real one, so that Tab and Enter do the same where this does not run.

const STEPS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

function moved(event) {
  const step = STEPS[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
  const links = [...document.querySelectorAll("[data-rows] .row-link")];
  const at = links.indexOf(document.activeElement);
  const inList = at >= 0 || document.activeElement === document.body;
  if (!links.length || !inList) return;
  event.preventDefault();
  links[Math.min(Math.max(at + step, 0), links.length - 1)].focus();
}

document.addEventListener("keydown", moved);
