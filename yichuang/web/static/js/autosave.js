// Keeps what is typed: <form data-autosave="/address"> is posted there as it stands, a moment after each change.
// The draft lives on the server, encrypted, never in this browser: machines in the hall are shared.
// <p class="saving" data-saving data-saved="已保存" data-failed="…"> inside the form shows how it stands.

const QUIET = 800; // ms without a key before saving
const RETRY = 5000; // ms until the next try when the network is gone

function watch(form) {
  const sign = form.querySelector("[data-saving]");
  let timer = 0;
  let running = null;

  function show(state, text) {
    if (!sign) return;
    sign.dataset.state = state;
    sign.textContent = text;
  }

  function later(delay) {
    clearTimeout(timer);
    timer = setTimeout(save, delay);
  }

  async function save() {
    running?.abort();
    running = new AbortController();
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Requested-With": "autosave" },
        signal: running.signal,
      });
      if (answer.headers.get("Content-Type")?.startsWith("text/plain")) {
        show("failed", await answer.text()); // a sentence that says why not: to ask again would change nothing
        return;
      }
      // A session that ran out leads to the log-in page, which is no sign that anything was kept.
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      show("saved", `${sign?.dataset.saved ?? ""} ${time}`);
    } catch (error) {
      if (error.name === "AbortError") return;
      show("failed", sign?.dataset.failed ?? "");
      later(RETRY);
    }
  }

  form.addEventListener("input", () => later(QUIET));
  form.addEventListener("submit", () => clearTimeout(timer));
  window.addEventListener("online", () => sign?.dataset.state === "failed" && later(0));
}

document.querySelectorAll("form[data-autosave]").forEach(watch);
