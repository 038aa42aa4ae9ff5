// What the rules say of the timetable, from the server with every saving: shown at the periods, one press away.
const host = document.querySelector("[data-grid]");
const slot = (place) => host.querySelector(`[data-place="${place}"]`);

function mark() {
  for (const one of host.querySelectorAll(".slot[aria-invalid], .slot.hinted")) {
    one.removeAttribute("aria-invalid");
    one.removeAttribute("aria-description");
    one.classList.remove("hinted");
  }
  for (const note of host.querySelectorAll("[data-at]")) {
    for (const place of note.dataset.at.split(" ")) {
      const one = place && slot(place);
      if (!one) continue;
      if (note.classList.contains("bad")) one.ariaInvalid = "true"; else one.classList.add("hinted");
      one.setAttribute("aria-description", note.dataset.says);
    }
  }
}

host.addEventListener("checked", mark);
host.addEventListener("click", (event) => {
  const note = event.target.closest("[data-jump]")?.closest("[data-at]");
  const first = note && note.dataset.at.split(" ").map((place) => place && slot(place)).find(Boolean);
  if (!first) return;
  first.scrollIntoView({ block: "center" });
  first.focus();
});
mark();
