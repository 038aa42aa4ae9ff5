// The review list by keyboard: J/K or arrows from teacher to teacher, X ticks, Enter opens (the link has the focus).
// On one application J goes on to the next that waits, K back to the list. Nothing while somebody writes.
const rows = [...document.querySelectorAll("[data-review] tbody tr")].filter((row) => row.querySelector("a"));
const next = document.querySelector("[data-next-one]");
const back = document.querySelector("[data-to-list]");

function at() { return rows.findIndex((row) => row.contains(document.activeElement)); }

function go(step) {
  const here = at();
  const row = rows[here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, here + step))];
  row?.querySelector("a").focus();
  row?.scrollIntoView({ block: "nearest" });
}

function tick() {
  const box = rows[at()]?.querySelector("input.pick");
  if (!box) return;
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("keydown", (event) => {
  const writes = event.target.closest("textarea, select, dialog, input:not([type=checkbox])");
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writes) return;
  const key = event.key.toLowerCase();
  if (!rows.length) {
    if (key === "j") next?.click();
    else if (key === "k") back?.click();
    return;
  }
  const arrows = at() >= 0; // before that the arrows scroll the page as usual
  if (key === "j" || (arrows && key === "arrowdown")) go(1);
  else if (key === "k" || (arrows && key === "arrowup")) go(-1);
  else if (key === "x") tick();
  else return;
  event.preventDefault();
});
