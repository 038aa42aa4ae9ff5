// An archive is being made: how far it is, and the page again when it is there.
const box = document.querySelector("[data-pack]");

async function look() {
  try {
    const answer = await fetch(box.dataset.pack);
    if (!answer.ok) { location.reload(); return; }
    const { over, done, of, says } = await answer.json();
    box.querySelector("[data-says]").textContent = says;
    if (of) { box.querySelector("progress").max = of; box.querySelector("progress").value = done; }
    if (over) { location.reload(); return; }
  } catch { /* the line is gone for a moment */ }
  setTimeout(look, 1500);
}
if (box) look();
