// Asks once a second how far the run is; when it has ended the page is read again.
const box = document.querySelector("[data-progress]");

async function ask() {
  const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { ended, done, of, says } = await answer.json();
  if (ended) { location.reload(); return; }
  Object.assign(box.querySelector("progress"), { max: of || 1, value: done });
  box.querySelector("[data-says]").textContent = done ? `${says}：${done} / ${of}` : says;
}

setInterval(() => { if (!document.hidden) ask(); }, 1000);
ask();
