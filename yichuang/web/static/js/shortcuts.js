// Keyboard shortcuts: <a data-key="n">, <button data-key="alt+s">, <input data-key="/"> are pressed or focused
// by their key. Keys without Alt are silent while somebody types, and can be switched off (WCAG 2.1.4).
// "?" opens <dialog id="keys">, which lists what this very page offers.

const OFF = "single-keys-off";
const dialog = document.getElementById("keys");

function typing(element) {
  return element.matches("input:not([type=radio], [type=checkbox], [type=button], [type=submit]), textarea, select");
}

function wanted(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.altKey ? `alt+${event.code.replace(/^(Key|Digit)/, "").toLowerCase()}` : key;
}

function label(element) {
  const copy = element.cloneNode(true);
  copy.querySelectorAll("kbd").forEach((hint) => hint.remove());
  return element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? copy.textContent.trim();
}

function spelled(key) {
  return key.split("+").map((part) => part[0].toUpperCase() + part.slice(1)).join("+");
}

function list() {
  const rows = [...document.querySelectorAll("[data-key]")].map((element) => {
    const row = document.createElement("div");
    const key = document.createElement("kbd");
    key.className = "key";
    key.textContent = spelled(element.dataset.key);
    const term = document.createElement("dt");
    const text = document.createElement("dd");
    term.append(key);
    text.textContent = label(element);
    row.append(term, text);
    return row;
  });
  dialog.querySelector("dl").replaceChildren(...rows);
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.defaultPrevented) return;
  if (!event.altKey && (typing(event.target) || localStorage.getItem(OFF))) return;
  const key = wanted(event);
  if (key === "?" && dialog) {
    list();
    dialog.showModal();
    event.preventDefault();
    return;
  }
  if (dialog?.open) return;
  const element = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!element) return;
  event.preventDefault();
  element.focus();
  if (!typing(element)) element.click();
}

document.addEventListener("keydown", pressed);
document.documentElement.dataset.keys = "";

for (const opener of document.querySelectorAll("[data-keys-open]")) {
  opener.addEventListener("click", () => {
    list();
    dialog.showModal();
  });
}

const toggle = dialog?.querySelector("[data-keys-toggle]");
if (toggle) {
  toggle.checked = !localStorage.getItem(OFF);
  toggle.addEventListener("change", () =>
    toggle.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"),
  );
}
