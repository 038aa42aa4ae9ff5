// Filling in an official form: progress and errors at their items. What saves it is saving.js.
import { saving } from "./saving.js";

const form = document.querySelector("form[data-autosave]");

function show(answer) {
  mark({});
  form.querySelectorAll("[data-answered]").forEach((e) => { e.textContent = answer.answered; });
  form.querySelectorAll("[data-total]").forEach((e) => { e.textContent = answer.total; });
  form.querySelectorAll("[data-bar]").forEach((e) => { e.max = answer.total || 1; e.value = answer.answered; });
  for (const [part, words] of Object.entries(answer.parts)) {
    const place = form.querySelector(`[data-progress="${part}"]`);
    if (place) place.textContent = words;
  }
}

// The error stands beside its item until the next save.
function mark(errors) {
  form.querySelectorAll("[data-live-error]").forEach((e) => e.remove());
  for (const [id, words] of Object.entries(errors)) {
    const item = document.getElementById(id);
    if (!item) continue;
    const line = document.createElement("p");
    line.className = "error";
    line.dataset.liveError = "1";
    line.textContent = words;
    item.append(line);
  }
}

if (form) {
  saving(form, { shown: show, refused: (answer) => mark(answer.errors) });
  document.getElementById("faults")?.scrollIntoView();
}
