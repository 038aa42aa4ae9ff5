// Find people as one types and pick them into a list; order by buttons, by dragging or by Alt+↑/↓.
const WAIT = 250; // milliseconds after the last letter

for (const picker of document.querySelectorAll("[data-picker]")) begin(picker);

function begin(picker) {
  const search = picker.querySelector("[data-search]");
  const found = picker.querySelector("[data-found]");
  const picked = picker.querySelector("[data-picked]");
  const most = Number(picker.dataset.most || 99);
  let timer = 0;
  let asked = 0;

  async function find() {
    const mine = ++asked;
    const answer = await fetch(`${picker.dataset.source}?q=${encodeURIComponent(search.value.trim())}`);
    if (mine !== asked) return; // a later question is under way
    if (!answer.ok || answer.redirected) { found.textContent = "查询没有成功，请刷新页面后重试。"; return; }
    found.innerHTML = await answer.text();
    refresh();
  }

  function refresh() {
    const rows = [...picked.children];
    const names = new Set(rows.map((row) => key(row.querySelector("input"))));
    rows.forEach((row, i) => {
      row.querySelector("[data-move='-1']")?.toggleAttribute("disabled", i === 0);
      row.querySelector("[data-move='1']")?.toggleAttribute("disabled", i === rows.length - 1);
    });
    for (const button of found.querySelectorAll("[data-pick]")) {
      button.dataset.never ??= button.disabled ? "1" : "";
      const same = names.has(button.dataset.pick === "preferred" ? button.dataset.value : button.dataset.pick);
      button.disabled = Boolean(button.dataset.never) || same || rows.length >= most;
    }
    picker.querySelector("[data-none]")?.toggleAttribute("hidden", rows.length > 0);
    for (const send of picker.querySelectorAll("[data-send]")) send.disabled = rows.length === 0;
  }

  function pick(button) {
    const row = picker.querySelector("[data-row]").content.firstElementChild.cloneNode(true);
    const input = row.querySelector("input");
    input.name = button.dataset.pick;
    input.value = button.dataset.value;
    row.querySelector("[data-title]").textContent = button.dataset.title;
    row.querySelector("[data-sub]").textContent = button.dataset.sub;
    picked.append(row);
    changed();
  }

  function move(row, by) {
    const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (by < 0) other.before(row); else other.after(row);
    changed();
  }

  function changed() {
    refresh();
    picked.dispatchEvent(new Event("input", { bubbles: true })); // the page asks before leaving
  }

  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, WAIT);
  });
  search.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  picker.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const row = event.target.closest("[data-picked] > li");
    if (button?.dataset.pick) pick(button);
    else if (button?.dataset.move) { move(row, Number(button.dataset.move)); button.focus(); }
    else if (button && "drop" in button.dataset) { row.remove(); changed(); search.focus(); }
  });
  picked.addEventListener("keydown", (event) => {
    const row = event.target.closest("li");
    if (!event.altKey || !row || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    move(row, event.key === "ArrowUp" ? -1 : 1);
    event.target.focus();
  });
  dragging(picked, changed);
  refresh();
}

function key(input) {
  return input.name === "preferred" ? input.value : input.name;
}

function dragging(list, changed) {
  let held = null;
  list.addEventListener("dragstart", (event) => { held = event.target.closest("li"); });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!held || !over || over === held) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) over.before(held); else over.after(held);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("dragend", () => { held = null; changed(); });
}
