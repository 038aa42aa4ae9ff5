// Days follow the level, the last day follows the first day and the days; both stay editable.
const form = document.querySelector("form[data-days]");
const standard = JSON.parse(form.dataset.days);
const { level, first_day: first, last_day: last, days } = form.elements;

function fillDays() {
  if (standard[level.value]) days.value = standard[level.value];
  fillLast();
}
function fillLast() {
  if (!first.value || !days.value) return;
  const end = new Date(`${first.value}T00:00:00Z`);
  end.setUTCDate(end.getUTCDate() + Number(days.value) - 1);
  last.value = end.toISOString().slice(0, 10);
}
level.addEventListener("change", fillDays);
first.addEventListener("change", fillLast);
days.addEventListener("change", fillLast);
if (!days.value) fillDays();
