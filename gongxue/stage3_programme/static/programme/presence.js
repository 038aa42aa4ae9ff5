// Who else is writing: a beat now and then while the page is looked at, and when the writer goes to another part.
// Without an answer nothing is shown; nothing depends on it.
const BEAT = 25000; // milliseconds
const form = document.querySelector("[data-editor]");
const line = document.querySelector("[data-others]");
const token = form.elements.csrfmiddlewaretoken.value;
let part = "";
let timer = 0;

function body(more = {}) {
  const data = new FormData();
  for (const [name, value] of Object.entries({ csrfmiddlewaretoken: token, part, ...more })) data.append(name, value);
  return data;
}

async function beat() {
  clearTimeout(timer);
  timer = setTimeout(beat, BEAT);
  if (document.hidden) return;
  const answer = await fetch(line.dataset.others, { method: "POST", body: body() }).catch(() => null);
  const isAnswer = answer?.ok && !answer.redirected;
  const { others } = isAnswer ? await answer.json() : { others: [] };
  const words = others.join("；");
  if (line.textContent !== words) line.textContent = words; // said aloud only when it changes
  line.hidden = !words;
}

document.addEventListener("focusin", ({ target }) => {
  const place = target.closest("#timetable") ? "timetable" : target.closest("[data-editor] .part")?.id.slice(5);
  if (!place || place === part) return;
  part = place;
  clearTimeout(timer);
  timer = setTimeout(beat, 1000); // who only passes through says nothing
});
document.addEventListener("visibilitychange", beat);
window.addEventListener("pagehide", () => navigator.sendBeacon(line.dataset.others, body({ gone: "1" })));
beat();
