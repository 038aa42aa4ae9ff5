// Autosave: what changed is sent a moment after the last keystroke; another person's changes are never overwritten.
const WAIT = 1200; // milliseconds after the last change
const AGAIN = 5000; // milliseconds until the next try when the network is away
const form = document.querySelector("[data-editor]");
const grid = document.querySelector("[data-grid]");
const panel = document.querySelector("[data-panel]");
const dialog = document.querySelector("[data-conflict]");
const line = document.querySelector("[data-status]");
const refused = document.querySelector("[data-refused]");
const merged = document.querySelector("[data-merged]");
const token = form.elements.csrfmiddlewaretoken.value;
const texts = [...form.querySelectorAll("textarea")];
const titles = Object.fromEntries(texts.map((field) => [field.name, field.labels[0].querySelector("b").textContent]));
Object.assign(titles, { final_mode: "终结性考核方式", venue_declared: "场地声明", groups: "上课分组", sessions: "课表" });
for (const { day, title } of JSON.parse(grid.dataset.timetable).days) titles[`note:${day}`] = `${title} 备注`;

let version = Number(form.dataset.version);
let base = read();
let pending = null; // a saving that has had no answer yet: sent again under the same key
let timer = 0;
let working = null;
let paused = false;
let savedAt = "";

function read() {
  const fields = Object.fromEntries(texts.map((field) => [field.name, field.value.trim()]));
  fields.final_mode = form.elements.final_mode.value;
  fields.venue_declared = form.elements.venue_declared.checked;
  Object.assign(fields, grid.timetable.fields());
  return { fields, sessions: grid.timetable.read() };
}

function write({ fields, sessions }) {
  for (const field of texts) if (field.value.trim() !== fields[field.name]) field.value = fields[field.name];
  form.elements.final_mode.value = fields.final_mode;
  form.elements.venue_declared.checked = fields.venue_declared;
  const shown = grid.timetable.fields();
  const differs = JSON.stringify(sessions) !== JSON.stringify(grid.timetable.read()) || Object.keys(shown).some((name) => shown[name] !== fields[name]);
  if (differs) grid.timetable.write(sessions, fields);
}

function changes(now) {
  const found = { sections: {} };
  for (const [name, value] of Object.entries(now.fields)) {
    if (value === base.fields[name]) continue;
    if (name === "groups") found.arrangement = { ...found.arrangement, groups: value };
    else if (name.startsWith("note:")) found.arrangement = { ...found.arrangement, notes: notesIn(now.fields) };
    else if (name === "final_mode" || name === "venue_declared") found[name] = value; else found.sections[name] = value;
  }
  if (JSON.stringify(now.sessions) !== JSON.stringify(base.sessions)) found.sessions = now.sessions;
  if (!Object.keys(found.sections).length) delete found.sections;
  return Object.keys(found).length ? found : null;
}

function notesIn(fields) { // all that are written: the server keeps the ones that are sent
  return Object.fromEntries(Object.entries(fields).filter(([name, text]) => name.startsWith("note:") && text).map(([name, text]) => [name.slice(5), text]));
}

function unsaved() { return pending !== null || changes(read()) !== null; }
function say(text, tone = "dim") { line.textContent = text; line.className = `saved ${tone}`; }

function later(wait = WAIT) {
  clearTimeout(timer);
  if (!unsaved()) { say(`已保存 ${savedAt}`); return; }
  if (!paused) say("有修改，稍后自动保存", "wait");
  timer = setTimeout(save, wait);
}

function save() {
  clearTimeout(timer);
  working ??= send().finally(() => { working = null; });
  return working;
}

async function send() {
  while (unsaved()) {
    if (!pending) {
      const now = read();
      pending = { key: crypto.randomUUID?.() ?? String(Math.random()).slice(2), now, body: JSON.stringify({ seen: version, ...changes(now) }) };
    }
    say("正在保存…");
    const answer = await post(pending).catch(() => null);
    if (!answer) { say("网络不通，内容还在本页，将自动重试", "bad"); timer = setTimeout(save, AGAIN); return false; }
    const sent = pending;
    pending = null;
    if (!await understood(answer, sent)) return false;
  }
  say(`已保存 ${savedAt}`);
  return true;
}

async function post({ key, body }) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token, "Idempotency-Key": key };
  const response = await fetch(form.dataset.save, { method: "POST", headers, body });
  const isJson = response.headers.get("Content-Type")?.includes("json");
  return { status: response.status, data: isJson && !response.redirected ? await response.json() : null };
}

async function understood({ status, data }, sent) {
  refused.hidden = true;
  if (status === 200 && data) {
    base = sent.now;
    version = data.version;
    redraw(data);
    savedAt = data.saved;
    return true;
  }
  if (status === 409 && data?.fields) return settle(data);
  if (data?.breaches) refuse(data.breaches);
  else refuse([{ says: "登录已过期或没有权限，没有保存。", cites: "", way_out: "请在新窗口重新登录，再回到本页继续；写好的内容还在。" }]);
  say("没有保存", "bad");
  return false;
}

function redraw(data) {
  panel.firstElementChild.outerHTML = data.panel;
  document.querySelector("[data-checks]").outerHTML = data.checks;
  grid.dispatchEvent(new CustomEvent("checked"));
}

async function settle(data) {
  const theirs = { fields: data.fields, sessions: data.sessions };
  redraw(data);
  if (!data.editable) {
    refuse([{ says: "方案已经报送，不能再修改，您的修改没有保存。", cites: "技术规程第九条", way_out: "请先把需要保留的文字复制出来，再刷新页面。" }]);
    say("没有保存", "bad");
    return false;
  }
  const who = `${data.writer}于 ${data.at} 修改了方案，下面几处您也改了，还没有保存。`;
  const kept = await dialog.settle({ base, mine: read(), theirs, titles, who });
  if (!kept) { paused = true; say("有冲突，尚未保存；继续修改或稍后会再次询问", "bad"); return false; }
  paused = false;
  base = theirs;
  version = data.version;
  write(kept);
  if (kept.taken.length) {
    merged.textContent = `${data.writer}于 ${data.at} 修改了：${kept.taken.map((name) => titles[name]).join("、")}。已并入本页，您的修改照常保存。`;
    merged.hidden = false;
  }
  return true;
}

function refuse(breaches) {
  const items = breaches.map(({ says, cites, way_out }) => {
    const item = document.createElement("li");
    const small = document.createElement("small");
    small.textContent = [cites && `依据：${cites}`, way_out && `办法：${way_out}`].filter(Boolean).join("　");
    item.append(says, small);
    return item;
  });
  const list = document.createElement("ul");
  list.append(...items);
  const head = document.createElement("b");
  head.textContent = "没有保存，写好的内容还在本页";
  refused.replaceChildren(head, list);
  refused.hidden = false;
}

form.addEventListener("submit", (event) => { event.preventDefault(); save(); });
form.addEventListener("input", () => later());
form.addEventListener("change", () => later());
form.addEventListener("focusout", () => { if (unsaved() && !paused) save(); });
grid.addEventListener("timetable", () => later());
panel.addEventListener("submit", (event) => { // an act names the version that was seen: save first
  if (!unsaved()) return;
  event.preventDefault();
  save().then((done) => { if (done) say("已先保存您的修改，请再点一次", "wait"); });
});
window.addEventListener("beforeunload", (event) => { if (unsaved()) event.preventDefault(); });
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "s") { event.preventDefault(); save(); }
});
