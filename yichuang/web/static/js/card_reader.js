// Reads an ID card with the reader on the clerk's desk: a small server on this very machine (POST /read).
// <button data-card-reader="http://127.0.0.1:8103"> fills the inputs of its form that carry data-card="number",
// data-card="name" …, then sends the form where the button says data-card-submit.
// A simulated reader offers its tray of cards (GET /cards) in <select data-card-tray>; a real one answers 404.
// <p data-card-status data-reading="…" data-unreachable="…"> tells how it went; typing by hand always works.

async function fillTray(button, tray) {
  const answer = await fetch(`${button.dataset.cardReader}/cards`).catch(() => null);
  if (!answer?.ok) return;
  const { cards } = await answer.json();
  tray.replaceChildren(...cards.map((card) => new Option(`${card.name} ${card.number}`, card.card)));
  tray.closest("[hidden]")?.removeAttribute("hidden");
}

function fill(form, card) {
  for (const input of form.querySelectorAll("[data-card]")) {
    const value = card[input.dataset.card];
    if (!value) continue;
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function attach(button) {
  const form = button.form ?? button.closest("form");
  const tray = form.querySelector("[data-card-tray]");
  const status = form.querySelector("[data-card-status]");
  const say = (text) => status && (status.textContent = text ?? "");
  if (tray) fillTray(button, tray);

  button.addEventListener("click", async () => {
    say(status?.dataset.reading);
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${button.dataset.cardReader}/read`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(tray?.value ? { card: tray.value } : {}),
      });
      const card = await answer.json();
      if (!answer.ok) {
        say(card.sentence);
        return;
      }
      say("");
      fill(form, card);
      if ("cardSubmit" in button.dataset) form.requestSubmit();
    } catch {
      say(status?.dataset.unreachable);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}

document.querySelectorAll("[data-card-reader]").forEach(attach);
