// Says when the network is gone: #offline is shown until an answer comes again. What was typed stays on the page.

const notice = document.getElementById("offline");

function show(gone) {
  if (notice) notice.hidden = !gone;
}

window.addEventListener("offline", () => show(true));
window.addEventListener("online", () => show(false));
document.addEventListener("htmx:sendError", () => show(true));
document.addEventListener("htmx:afterOnLoad", () => show(false));
