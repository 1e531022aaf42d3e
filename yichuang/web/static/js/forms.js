// A form is sent once. A second click, or Enter held down, while the first is under way does nothing.
// The server is safe against doubles by itself; this only spares people the refusal.
// Forms that htmx sends, and forms that answer with a download (data-many), are left alone.

function submitted(event) {
  const form = event.target;
  if (event.defaultPrevented || form.hasAttribute("hx-post") || "many" in form.dataset) return;
  if ("sent" in form.dataset) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  event.submitter?.setAttribute("aria-busy", "true");
}

function released() {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  }
}

document.addEventListener("submit", submitted);
// The Back key brings a page back as it was left: with its forms locked.
window.addEventListener("pageshow", (event) => event.persisted && released());
