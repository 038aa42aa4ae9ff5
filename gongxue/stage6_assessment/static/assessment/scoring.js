// Every sheet is kept as a draft while it is typed; Enter and the arrows go from mark to mark. Nothing is final here.
const form = document.getElementById("scores");
const filled = document.getElementById("filled");
const boxes = [...form.querySelectorAll("[data-save]")];
const marks = boxes.map((box) => box.querySelector(".mark-in"));
const unsaved = new Set();
let leaving = false;

function count() {
  const n = marks.filter((input) => input.value.trim()).length;
  if (filled) filled.textContent = n ? `已填 ${n} / ${marks.length} 人` : "还没有填写分数";
}

function show(box, words, tone = "") {
  const status = box.querySelector(".kept");
  status.className = `kept ${tone}`;
  status.textContent = words;
}

async function save(box) {
  const [mark, comment] = [box.querySelector("input"), box.querySelector("textarea")];
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.set("part", form.dataset.part);
  body.set("mark", mark.value.trim());
  body.set("comment", comment.value);
  show(box, "正在暂存…");
  try {
    const answer = await fetch(box.dataset.save, { method: "POST", body });
    if (!(answer.headers.get("content-type") ?? "").includes("application/json")) throw new Error("signed out");
    const found = await answer.json();
    mark.toggleAttribute("aria-invalid", !answer.ok);
    if (answer.ok) {
      unsaved.delete(box);
      show(box, `已暂存 ${found.saved}`);
    } else show(box, found.says, "bad");
  } catch {
    unsaved.add(box);
    show(box, "没有存上：连不上服务器或登录已过期。内容留在本页，网络恢复后自动再存。", "bad");
  }
}

form.addEventListener("input", (event) => {
  const box = event.target.closest("[data-save]");
  if (box) unsaved.add(box);
  count();
});
form.addEventListener("change", (event) => {
  const box = event.target.closest("[data-save]");
  if (box) save(box);
});
form.addEventListener("keydown", (event) => {
  const at = marks.indexOf(event.target);
  if (at < 0) return;
  const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = marks[at + step] ?? form.querySelector("button.main");
  next?.focus();
  next?.select?.();
});
form.addEventListener("submit", () => { leaving = true; });
window.addEventListener("online", () => { for (const box of unsaved) save(box); });
window.addEventListener("beforeunload", (event) => { if (unsaved.size && !leaving) event.preventDefault(); });
count();
