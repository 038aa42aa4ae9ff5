// The table of many lines: paste from Excel, further rows, up and down with the keys, what is typed is picked.
const form = document.getElementById("table");
const body = form.querySelector("tbody");
const most = Number(form.dataset.most);
const pasted = document.querySelector("[data-pasted]");
const add = form.querySelector("[data-add]");

function addRow() {
  if (body.rows.length >= most) return null;
  const last = body.rows[body.rows.length - 1];
  const old = last.querySelector('[name="row"]').value.split(":")[0];
  const number = Math.max(...[...body.querySelectorAll('[name="row"]')].map((row) => Number(row.value.split(":")[0]))) + 1;
  const row = last.cloneNode(true);
  row.className = "";
  row.querySelectorAll(".error, .twin").forEach((part) => part.remove());
  row.querySelectorAll("input").forEach((input) => {
    input.removeAttribute("aria-invalid");
    if (input.name === "row") input.value = `${number}:0:0`;
    else if (input.type === "checkbox") input.checked = true;
    else input.value = "";
    input.name = input.name.replace(`.${old}`, `.${number}`);
    input.setAttribute("aria-label", (input.getAttribute("aria-label") ?? "").replace(`第 ${old} 行`, `第 ${number} 行`));
  });
  const label = row.querySelector(".no");
  label.lastChild.textContent = ` ${number}`;
  row.cells[0].dataset.label = `第 ${number} 行`;
  body.append(row);
  return row;
}

add.hidden = false;
add.addEventListener("click", () => addRow()?.querySelector('[name^="level."]').focus());

// Several cells at once are rows of a workbook: the server reads them, as it reads a file.
form.addEventListener("paste", (event) => {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!/[\t\n]/.test(text.trimEnd())) return;
  event.preventDefault();
  pasted.value = text;
  form.requestSubmit(document.querySelector('[form="table"][value="paste"]'));
});

form.addEventListener("input", (event) => {
  if (event.target.type !== "checkbox") event.target.closest("tr").querySelector(".pick").checked = true;
});

form.addEventListener("keydown", (event) => {
  const cell = event.target.closest("td");
  const down = event.key === "Enter" || event.key === "ArrowDown";
  if (!cell || event.isComposing || event.target.type === "checkbox" || !(down || event.key === "ArrowUp")) return;
  if (event.target.list && event.key !== "Enter") return; // the arrows choose from the list
  event.preventDefault();
  const row = cell.parentElement;
  const next = down ? row.nextElementSibling ?? addRow() : row.previousElementSibling;
  next?.cells[cell.cellIndex].querySelector("input:not([type=hidden])")?.focus();
});
