// Finding an item by keyboard. In the search box: arrow down goes to the hits, Enter takes the first hit once it is
// the answer to what stands in the box, Alt + digit takes that hit. In the hits: the arrow keys, and the digits,
// which the shortcuts press, because there nobody is typing.

const box = document.getElementById("q");
const hits = document.getElementById("hits");

const buttons = () => [...hits.querySelectorAll(".hit")];
const isFresh = () => hits.querySelector("form")?.dataset.words === box.value.trim();

function inBox(event) {
  if (event.key === "ArrowDown" && buttons().length) {
    event.preventDefault();
    buttons()[0].focus();
  } else if (event.key === "Enter" && isFresh()) {
    event.preventDefault();
    buttons()[0].click();
  }
}

function inHits(event) {
  const all = buttons();
  const at = all.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (at < 0 || !step) return;
  event.preventDefault();
  event.stopPropagation();
  if (at + step < 0) box.focus();
  else all[Math.min(at + step, all.length - 1)].focus();
}

function anywhere(event) {
  const digit = event.altKey && /^Digit([1-9])$/.exec(event.code);
  const button = digit && buttons()[Number(digit[1]) - 1];
  if (!button) return;
  event.preventDefault();
  button.click();
}

if (box && hits) {
  box.addEventListener("keydown", inBox);
  hits.addEventListener("keydown", inHits);
  document.addEventListener("keydown", anywhere);
}
