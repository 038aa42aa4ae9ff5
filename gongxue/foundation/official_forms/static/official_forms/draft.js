// Writing a new version of a form: saved as one types, what hinders publishing beside it. What saves it is saving.js.
import { saving } from "./saving.js";

const form = document.querySelector("form[data-autosave]");
const place = document.querySelector("[data-problems]");
const ASKING = ["choice", "scale", "yes_no"];

function show({ problems, items }) {
  if (problems.length) {
    const list = document.createElement("ul");
    list.className = "problems";
    for (const { says, where } of problems) {
      const line = document.createElement("li"), link = document.createElement("a");
      link.href = where;
      link.textContent = says;
      line.append(link);
      list.append(line);
    }
    place.replaceChildren(list);
  } else {
    const words = document.createElement("p");
    words.className = "good";
    words.textContent = "没有发现问题，可以预览和发布。";
    place.replaceChildren(words);
  }
  for (const item of form.querySelectorAll("[data-code]")) {
    const words = items[item.dataset.code] ?? "", line = item.querySelector("[data-item-problem]");
    item.classList.toggle("wrong", words !== "");
    line.textContent = words;
    line.hidden = words === "";
  }
}

// Options are asked for where there are any.
function options(select) {
  const field = select.closest(".fields").querySelector("[data-options]");
  if (field) field.hidden = !ASKING.includes(select.value);
}

if (form) {
  saving(form, { shown: show });
  form.querySelectorAll("[data-kind]").forEach(options);
  form.addEventListener("change", (event) => { if (event.target.matches("[data-kind]")) options(event.target); });
  form.addEventListener("input", (event) => {
    if (event.target.name?.endsWith(".label")) {
      event.target.closest("details").querySelector(".words").textContent = event.target.value || "（还没有文字）";
    }
  });
}
