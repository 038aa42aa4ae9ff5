// The account forms: organisations are offered while one types, duties follow the organisation, a sign-in name the name.
const form = document.querySelector("form[data-account]");
const field = (name) => form.elements[name];
const list = document.getElementById("organisations");
const duties = [...field("duty").options].map((option) => [option.value, option.text]);

async function ask(words) {
  const answer = await fetch(`${form.dataset.account}?${new URLSearchParams(words)}`, { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : {};
}

function later(work, wait = 220) {
  let timer;
  return () => { clearTimeout(timer); timer = setTimeout(work, wait); };
}

function offerDuties(offered) {
  const chosen = field("duty").value;
  const rows = offered ? [["", offered.length > 1 ? "请选择" : "—"], ...offered] : duties;
  field("duty").replaceChildren(...rows.map(([value, title]) => new Option(title, value, false, value === chosen)));
  if (offered?.length === 1) field("duty").value = offered[0][0];
}

async function organisationTyped() {
  const typed = field("organisation").value.trim();
  if (!typed) { list.replaceChildren(); offerDuties(null); return; }
  const answer = await ask({ q: typed, organisation: typed });
  list.replaceChildren(...(answer.organisations ?? []).map((name) => new Option(name, name)));
  offerDuties(answer.duties ?? null);
}

function showSameName(accounts) {
  const box = document.getElementById("same-name");
  box.hidden = !accounts.length;
  box.querySelector("ul").replaceChildren(...accounts.map((account) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `/accounts/${account.pk}/`;
    link.textContent = account.sign_in_name;
    item.append(link, ` ${account.roles || "没有角色"}`);
    return item;
  }));
}

async function nameTyped() {
  const name = field("name").value.trim();
  const answer = name.length > 1 ? await ask({ name }) : {};
  field("sign_in_name").placeholder = answer.sign_in_name ?? "";
  showSameName(answer.same_name ?? []);
}

field("organisation").addEventListener("input", later(organisationTyped));
if (field("organisation").value) organisationTyped();
if (field("name")) {
  field("name").addEventListener("input", later(nameTyped));
  if (field("name").value) nameTyped();
}
