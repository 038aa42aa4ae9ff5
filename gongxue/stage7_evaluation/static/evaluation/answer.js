// How many of the items that must be answered are. Nothing is kept or sent before the form is submitted: it is anonymous.
const form = document.getElementById("form2");
const progress = document.getElementById("progress");

function owed() {
  return [...form.querySelectorAll('[role="radiogroup"][aria-required="true"]')].filter((group) => group.offsetParent !== null);
}
function count() {
  const groups = owed();
  const done = groups.filter((group) => group.querySelector("input:checked")).length;
  progress.textContent = done === groups.length ? "必答项已全部填写" : `已答 ${done} / ${groups.length} 项`;
  form.querySelectorAll("[data-progress]").forEach((small) => {
    const inside = owed().filter((group) => document.getElementById(small.dataset.progress).contains(group));
    small.textContent = `${inside.filter((group) => group.querySelector("input:checked")).length}/${inside.length}`;
  });
}
form.addEventListener("change", count);
count();
