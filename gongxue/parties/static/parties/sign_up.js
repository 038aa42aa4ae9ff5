// Employers of the chosen province, as one types. Without this script the server offers them after the first try.
const form = document.querySelector("form[data-employers]");
const { province, employer } = form.elements;
const list = document.getElementById("employers");
let timer = 0;

async function offer() {
  if (!province.value) return;
  const query = new URLSearchParams({ province: province.value, q: employer.value });
  try {
    const response = await fetch(`${form.dataset.employers}?${query}`, { headers: { Accept: "application/json" } });
    if (!response.ok) return;
    const { employers } = await response.json();
    list.replaceChildren(...employers.map((name) => Object.assign(document.createElement("option"), { value: name })));
  } catch { /* typing the whole name works as well */ }
}

province.addEventListener("change", () => { employer.value = ""; offer(); });
employer.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(offer, 250); });
employer.addEventListener("focus", offer);
