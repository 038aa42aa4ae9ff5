// A score sheet: every change is kept on this device until the server has it. Keyboard all the way. Nothing is final here.
const PREFIX = "gongxue.sheet/";
const MARK = /^(?:100(?:\.0)?|\d{1,2}(?:\.\d)?)$/;
const form = document.getElementById("sheet-form");
const state = document.getElementById("state");
const own = form ? PREFIX + form.dataset.key : "";
const $ = (selector) => document.querySelector(selector);
const marks = form ? [...form.querySelectorAll(".mark-in")] : [];
let timer = 0;
let sending = false;

const read = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
const write = (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* then the page alone keeps it */ } };
const typed = () => [...form.elements].filter((field) => /^(mark|comment|marks\.|comments\.)/.test(field.name));
const account = (document.querySelector("[data-key]")?.dataset.key ?? document.querySelector("[data-forget]")?.dataset.forget ?? "").split("/")[0];

// What is kept: {save, name, at, fields: all that stands, changed: what the server has not got}.
function keep(changed) {
  const before = read(own)?.changed ?? [];
  const fields = Object.fromEntries(typed().map((field) => [field.name, field.value]));
  const about = { part: form.elements.part.value, attempt: form.elements.attempt.value };
  write(own, { save: form.dataset.save, name: form.dataset.name, where: location.pathname, at: Date.now(), about, fields, changed: [...new Set([...before, ...changed])] });
}

function say(words, bad = false) {
  state.textContent = words;
  state.className = bad ? "unsent" : "";
}

async function send(key) {
  const kept = read(key);
  if (!kept?.changed?.length) return true;
  const body = new FormData();
  body.set("csrfmiddlewaretoken", $("[name=csrfmiddlewaretoken]").value);
  for (const [name, value] of [...Object.entries(kept.about), ...Object.entries(kept.fields)]) {
    if (!/^marks?(\.|$)/.test(name) || !value.trim() || MARK.test(value.trim())) body.set(name, value.trim());
  }
  const answer = await fetch(kept.save, { method: "POST", body });
  if (!(answer.headers.get("content-type") ?? "").includes("application/json")) throw new Error("signed out");
  const found = await answer.json();
  if (!answer.ok) { if (key === own) say(found.says, true); return false; }
  const now = read(key);
  if (now?.at === kept.at) { // else something was typed meanwhile: it goes with the next
    write(key, { ...kept, changed: [], stamp: found.stamp }); // for a page that was on its way before this was saved
    setTimeout(() => { if (read(key)?.stamp === found.stamp) localStorage.removeItem(key); }, 10000);
  }
  if (key === own) say(`已暂存 ${found.saved}`);
  return now?.at === kept.at;
}

async function flush() {
  if (sending || !form) return;
  const changed = read(own)?.changed ?? [];
  if (!changed.length) return;
  sending = true;
  say("正在暂存…");
  try {
    if (!(await send(own)) && read(own)?.at) timer = setTimeout(flush, 3000);
  } catch {
    say(`尚未送出 ${changed.length} 项：连不上服务器或登录已过期，已留在这台设备上，恢复后自动送出`, true);
  } finally { sending = false; }
}

async function others() {
  const box = $("[data-others]");
  if (!box || !$("[name=csrfmiddlewaretoken]")) return;
  const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(`${PREFIX}${account}/`) && key !== own && read(key)?.changed?.length);
  for (const key of keys()) { try { await send(key); } catch { break; } }
  const left = keys().map(read);
  box.hidden = !left.length;
  box.replaceChildren(...left.flatMap((kept) => {
    const link = document.createElement("a");
    link.href = kept.where;
    link.textContent = `${kept.name}（${kept.changed.length} 项）`;
    return [left[0] === kept ? "尚未送出：" : "、", link];
  }));
}

function valid(input) {
  const text = input.value.trim();
  const good = !text || MARK.test(text);
  input.toggleAttribute("aria-invalid", !good);
  input.closest(".mark-line").querySelector(".says").textContent = good ? "" : "0 至 100，最多一位小数";
  return good && text ? Number(text) : null;
}

const bandsOf = (input) => [...(input.closest(".criterion").querySelectorAll(".bands li") ?? [])];
const middle = (bands, n) => (Number(bands[n].dataset.low) + (n ? Number(bands[n - 1].dataset.low) - 1 : 100)) / 2;

function paint() {
  let sum = 0;
  let all = marks.length > 0;
  for (const input of marks) {
    const mark = valid(input);
    const bands = bandsOf(input);
    const on = mark === null ? -1 : bands.findIndex((band) => mark >= Number(band.dataset.low));
    bands.forEach((band, n) => band.classList.toggle("on", n === on));
    all &&= mark !== null;
    sum += Math.round((mark ?? 0) * 10) * Number(input.closest(".criterion").dataset.weight ?? 100);
  }
  const shown = $("#sum");
  shown.hidden = !all;
  shown.textContent = `得分 ${(Math.floor((sum + 50) / 100) / 10).toFixed(1)}`; // whole tenths: no half is lost
}

function choose(input, n) {
  const bands = bandsOf(input);
  if (!bands[n]) return;
  input.value = String(Math.round(middle(bands, n)));
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function step(input, by) {
  const bands = bandsOf(input);
  const on = bands.findIndex((band) => band.classList.contains("on"));
  choose(input, on < 0 ? (by > 0 ? 0 : bands.length - 1) : Math.max(0, Math.min(bands.length - 1, on + by)));
}

document.addEventListener("keydown", (event) => {
  const at = marks.indexOf(event.target);
  if (event.ctrlKey && event.key === "Enter") { event.preventDefault(); $("#sheet-form [value=check], [data-signs] .btn.main, [data-next-open]")?.click(); }
  else if (event.altKey && ["KeyJ", "KeyK"].includes(event.code)) { event.preventDefault(); $(event.code === "KeyJ" ? "[rel=next]" : "[rel=prev]")?.click(); }
  else if (event.altKey && event.code === "KeyH") { event.preventDefault(); $("#keys")?.showModal(); }
  else if (at >= 0 && /^Arrow(Up|Down)$/.test(event.key) && bandsOf(event.target).length) { event.preventDefault(); step(event.target, event.key === "ArrowDown" ? 1 : -1); }
  else if (at >= 0 && event.key === "Enter") { event.preventDefault(); (marks[at + 1] ?? form.elements.comment).focus(); }
});

if (form) {
  form.classList.add("live");
  const kept = read(own);
  if (kept?.changed?.length) { // a dead battery, a lost line: what this device has and the server has not
    const later = Number(form.dataset.kept || 0) * 1000 > kept.at; // another device has saved since
    if (later && !confirm("这台设备上有较早的、没有送出的内容。用它替换现在的内容吗？")) localStorage.removeItem(own);
    else {
      for (const field of typed()) if (kept.changed.includes(field.name)) field.value = kept.fields[field.name] ?? field.value;
      keep(kept.changed);
    }
  } else if (kept) {
    if (kept.stamp >= Number(form.dataset.stamp)) for (const field of typed()) field.value = kept.fields[field.name] ?? field.value;
    localStorage.removeItem(own);
  }
  form.addEventListener("input", (event) => { keep([event.target.name]); paint(); clearTimeout(timer); timer = setTimeout(flush, 700); });
  form.addEventListener("change", () => { clearTimeout(timer); flush(); });
  form.addEventListener("click", (event) => {
    const band = event.target.closest(".bands li");
    if (band) { const input = band.closest(".criterion").querySelector(".mark-in"); choose(input, bandsOf(input).indexOf(band)); input.focus(); }
  });
  paint();
  marks.find((input) => !input.value)?.focus({ preventScroll: true });
}
for (const box of document.querySelectorAll("[data-forget]")) localStorage.removeItem(PREFIX + box.dataset.forget); // the server has it all
const help = $("[data-keys-help]");
if (help) { help.hidden = false; help.addEventListener("click", () => $("#keys").showModal()); }
for (const event of ["online", "focus"]) window.addEventListener(event, () => { flush(); others(); });
flush();
others();
