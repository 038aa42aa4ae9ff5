// A whole day in one grid: a tap on a cell goes on to the next word, keys set it; the chosen periods are counted.
const form = document.querySelector("form[data-guard]");
const KEYS = { d: "present", c: "late", z: "left_early", j: "leave", k: "absent" };

function paint(select) { select.className = select.value; }

function sum() {
  const ticked = new Set([...form.querySelectorAll("[name=periods]:checked")].map((box) => box.value));
  let all = 0;
  let odd = 0;
  form.querySelectorAll("select").forEach((select) => {
    const here = ticked.has(select.name.slice("marks.".length).replace(/\/[^/]*$/, ""));
    select.closest("td").classList.toggle("off", !here);
    if (here) { all += 1; odd += select.value === "present" ? 0 : 1; }
  });
  form.querySelector("[data-sum]").textContent = ticked.size ? `${ticked.size} 课时，${all} 条，其中例外 ${odd} 条` : "还没有勾选课时";
}

form.addEventListener("mousedown", (event) => {
  const select = event.target.closest("select");
  if (!select || select.disabled || event.button) return;
  event.preventDefault();
  select.focus();
  select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
  select.dispatchEvent(new Event("input", { bubbles: true }));
  select.dispatchEvent(new Event("change", { bubbles: true }));
});
form.addEventListener("keydown", (event) => {
  const select = event.target.closest("select");
  const word = KEYS[event.key.toLowerCase()];
  if (!select || !word || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  select.value = word;
  select.dispatchEvent(new Event("change", { bubbles: true }));
});
form.addEventListener("change", (event) => {
  if (event.target.matches("select")) {
    paint(event.target);
    const place = event.target.name.slice("marks.".length).replace(/\/[^/]*$/, "");
    const box = form.querySelector(`[name=periods][value="${place}"]`);
    if (box) box.checked = true; // who changes a mark wants it entered
  }
  sum();
});
sum();
