// The editor of the catalogue: what the check says after each pause (#faults) is put beside the fields as well.
// A fault inside a folded row opens it. Without this the faults stand beside the fields after saving.

const form = () => document.getElementById("proposal");

function clear() {
  form().querySelectorAll(".field__error").forEach((sentence) => sentence.remove());
  form().querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
}

function show(link) {
  const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!target) return;
  const sentence = document.createElement("p");
  sentence.className = "field__error";
  sentence.textContent = link.dataset.sentence;
  const input = target.matches("input, select, textarea");
  if (input) target.setAttribute("aria-invalid", "true");
  const field = target.closest(".field, .choices") ?? target;
  const label = field.querySelector(".field__label, legend, summary");
  if (label) label.after(sentence);
  else field.prepend(sentence);
  for (let row = target.closest("details"); row; row = row.parentElement.closest("details")) row.open = true;
}

document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target.id !== "faults") return;
  clear();
  form().querySelectorAll("#faults a").forEach(show);
});

// A link to a field in a folded row opens it first.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  const target = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  for (let row = target?.closest("details"); row; row = row.parentElement.closest("details")) row.open = true;
});
