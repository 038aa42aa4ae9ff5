// Leave: what it does to the allowance is said while it is chosen, before it is asked for.
const form = document.querySelector("form[data-leave]");
const effect = form?.querySelector("[data-effect]");
const understood = form?.querySelector("[data-understood]");

function say() {
  const chosen = form.querySelectorAll("input[name=lessons]:checked").length;
  const after = Number(form.dataset.before) + chosen;
  const limit = Number(form.dataset.limit);
  const bars = chosen > 0 && after > limit;
  understood.hidden = !bars;
  if (!bars) understood.querySelector("input").checked = false;
  effect.className = `effect ${bars ? "bad" : chosen && after === limit ? "wait" : ""}`;
  if (!chosen) effect.textContent = "还没有选择课时。";
  else if (bars) effect.textContent = `已选 ${chosen} 课时。批准后合计 ${after} 课时，超过 ${limit} 课时，将不能参加培训考核。`;
  else if (after === limit) effect.textContent = `已选 ${chosen} 课时。批准后合计 ${after} 课时，已到上限，再缺 1 课时将不能参加培训考核。`;
  else effect.textContent = `已选 ${chosen} 课时。批准后合计 ${after} 课时，还可缺 ${limit - after} 课时。`;
}

if (effect) {
  form.addEventListener("change", say);
  form.querySelectorAll("[data-day]").forEach((button) => {
    const boxes = [...button.closest("li").querySelectorAll("input[name=lessons]")];
    button.hidden = !boxes.length;
    button.addEventListener("click", () => {
      const all = boxes.every((box) => box.checked);
      boxes.forEach((box) => { box.checked = !all; });
      say();
    });
  });
  say();
}
