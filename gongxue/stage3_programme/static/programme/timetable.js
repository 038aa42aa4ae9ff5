// The timetable editor: choose what, then paint periods with mouse, finger or keyboard. It keeps no server state:
// `host.timetable.read()` and `.write(sessions)`; every change is told by the event "timetable".
const host = document.querySelector("[data-grid]");
const data = JSON.parse(host.dataset.timetable);
const part = (name) => host.querySelector(`[data-${name}]`);
const table = part("table");
const places = data.days.flatMap(({ day }) => Array.from({ length: data.periods }, (_, i) => key(day, i + 1)));
const names = new Map(data.team.map((one) => [one.id, one.name]));
let held = new Map(); // "2023-06-12/1" → {kind, module, topic, teacher, room}
const past = []; // what `held` was before each step
const undone = []; // what `held` was before each undo
let painting = ""; // the place painted last while the mouse button is down
let picked = ""; // in moving: the place taken up, waiting for where to put it

function key(day, period) { return `${day}/${period}`; }
function sameContent(one, other) { return JSON.stringify(one) === JSON.stringify(other); }
function brushOf(cell) {
  return data.brushes.find((one) => one.kind === cell.kind && one.module === cell.module)
    ?? data.brushes.find((one) => one.kind === cell.kind) ?? { title: cell.kind, tone: "other" };
}

// What is painted ------------------------------------------------------------------------------------------------

function chosen() {
  const value = host.querySelector("input[name=brush]:checked").value;
  if (value === "clear") return null;
  const { kind, module } = data.brushes[Number(value)];
  const teacher = Number(part("teacher").value) || null;
  return { kind, module, topic: part("topic").value.trim(), teacher, room: part("room").value.trim() };
}

function begin() {
  past.push(new Map(held));
  if (past.length > 100) past.shift();
  undone.length = 0;
}

function put(place, cell) {
  if (sameContent(held.get(place) ?? null, cell)) return;
  if (cell) held.set(place, cell); else held.delete(place);
  show(place);
}

function end() {
  const before = past.at(-1);
  if (before && before.size === held.size && [...held].every(([place, cell]) => sameContent(before.get(place), cell))) { past.pop(); return; }
  summarise();
  host.dispatchEvent(new CustomEvent("timetable", { bubbles: true }));
}

function step(change) { begin(); change(); end(); }

function load(sessions) {
  held = new Map(sessions.map(({ day, period, ...cell }) => [key(day, period), cell]));
  places.forEach(show);
  summarise();
}

// What is seen ---------------------------------------------------------------------------------------------------

function make(tag, props = {}, ...children) {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children);
  return element;
}

function build() {
  const head = make("div", { className: "line head" }, make("span", { className: "day" }));
  for (let n = 1; n <= data.periods; n++) head.append(make("span", { textContent: `第 ${n} 课时` }));
  head.setAttribute("aria-hidden", "true");
  table.append(head, ...data.days.map(line));
  places.forEach((place, i) => { slot(place).tabIndex = i ? -1 : 0; });
}

function line({ day, title }) {
  const copy = make("select", { ariaLabel: `把另一天的课表复制到${title}` }, make("option", { value: "", textContent: "复制自…" }));
  for (const other of data.days) if (other.day !== day) copy.append(make("option", { value: other.day, textContent: other.title }));
  copy.addEventListener("change", () => { step(() => copyDay(copy.value, day)); copy.value = ""; });
  const clear = make("button", { type: "button", className: "btn small", textContent: "清空", ariaLabel: `清空${title}` });
  clear.addEventListener("click", () => step(() => row(day).forEach((place) => put(place, null))));
  const label = make("div", { className: "day" }, make("b", { textContent: title }), make("span", { className: "row" }, copy, clear));
  label.setAttribute("role", "rowheader");
  const element = make("div", { className: "line" }, label, ...row(day).map((place) => {
    const button = make("button", { type: "button", className: "slot", tabIndex: -1 });
    button.dataset.place = place;
    button.setAttribute("role", "gridcell");
    return button;
  }));
  element.setAttribute("role", "row");
  return element;
}

function row(day) { return places.filter((place) => place.startsWith(`${day}/`)); }
function slot(place) { return table.querySelector(`[data-place="${place}"]`); }
function copyDay(from, to) { row(from).forEach((place, i) => put(row(to)[i], held.get(place) ?? null)); }

function show(place) {
  const button = slot(place);
  const cell = held.get(place);
  const [day, period] = place.split("/");
  const title = data.days.find((one) => one.day === day).title;
  button.className = `slot ${cell ? brushOf(cell).tone : "none"}`;
  button.replaceChildren();
  if (!cell) { button.ariaLabel = `${title}第 ${period} 课时：空`; return; }
  const words = cell.topic || brushOf(cell).title;
  const who = names.get(cell.teacher) ?? "";
  button.append(make("b", { textContent: words }));
  if (who || cell.room) button.append(make("small", { textContent: [who, cell.room].filter(Boolean).join("　") }));
  button.ariaLabel = `${title}第 ${period} 课时：${[words, who, cell.room].filter(Boolean).join("，")}`;
  button.title = button.ariaLabel;
}

function summarise() {
  const counted = [...held].filter(([, cell]) => cell.kind !== "other");
  const days = new Set(counted.map(([place]) => place.split("/")[0])).size;
  const of = (kind) => counted.filter(([, cell]) => cell.kind === kind).length;
  part("sum").textContent = `${days} 天 ${counted.length} 课时：授课 ${of("course")}、过程性考核 ${of("process")}、终结性考核 ${of("final")}`;
  part("undo").disabled = past.length === 0;
  part("redo").disabled = undone.length === 0;
  part("totals").replaceChildren(...totals(counted).flatMap(([name, n]) => [make("dt", { textContent: name }), make("dd", { textContent: `${n} 课时` })]));
}

function totals(counted) { // by module or kind, then by teacher; the server says what the rules say of them
  const sums = new Map();
  const add = (name) => sums.set(name, (sums.get(name) ?? 0) + 1);
  for (const [, cell] of counted) add(brushOf(cell).title);
  for (const [, cell] of counted) if (names.has(cell.teacher)) add(names.get(cell.teacher));
  return [...sums];
}

function palette() {
  const brushes = [...data.brushes.map((one, i) => [String(i), one.title, one.tone]), ["clear", "清除", "none"], ["move", "移动、对调", "none"]];
  brushes.forEach(([value, title, tone], i) => {
    const input = make("input", { type: "radio", name: "brush", value, checked: i === 0 });
    part("brushes").append(make("label", { className: `brush ${tone}` }, input, make("span", { textContent: title })));
  });
  part("rooms").append(...data.rooms.map(({ name, seats }) => make("option", { value: name, label: `${seats} 座` })));
  part("teacher").append(make("option", { value: "", textContent: "不指定" }),
    ...data.team.map((one) => make("option", { value: one.id, textContent: `${one.name}（${one.seat}）` })));
}

// Moving: a block of equal neighbours changes places with what stands where it is put ------------------------------

function isMoving() { return host.querySelector("input[name=brush]:checked").value === "move"; }

function blockAt(place) {
  const line = row(place.split("/")[0]), cell = held.get(place) ?? null;
  let first = line.indexOf(place), last = first;
  if (!cell) return [place];
  while (first > 0 && sameContent(held.get(line[first - 1]) ?? null, cell)) first--;
  while (last < line.length - 1 && sameContent(held.get(line[last + 1]) ?? null, cell)) last++;
  return line.slice(first, last + 1);
}

function exchange(from, to) { // lists of places of one length that do not overlap
  const cells = [from, to].map((list) => list.map((place) => held.get(place) ?? null));
  from.forEach((place, i) => put(place, cells[1][i]));
  to.forEach((place, i) => put(place, cells[0][i]));
}

function drop(from, to) {
  const block = blockAt(from), line = row(to.split("/")[0]);
  if (block.includes(to)) return;
  const at = Math.min(line.indexOf(to), line.length - block.length);
  const range = line.slice(at, at + block.length);
  step(() => range.some((place) => block.includes(place)) ? exchange([from], [to]) : exchange(block, range));
}

function pick(place) {
  table.querySelector(".slot.picked")?.classList.remove("picked");
  picked = place;
  if (place) slot(place).classList.add("picked");
}

// Hands ----------------------------------------------------------------------------------------------------------

table.addEventListener("pointerdown", (event) => {
  const button = event.target.closest(".slot");
  if (!button || event.pointerType !== "mouse" || event.button !== 0) return;
  if (isMoving()) { dragged = button.dataset.place; return; }
  begin();
  painting = button.dataset.place;
  put(painting, chosen());
});
table.addEventListener("pointerover", (event) => {
  const button = event.target.closest(".slot");
  if (!painting || !button) return;
  between(painting, button.dataset.place).forEach((place) => put(place, chosen()));
  painting = button.dataset.place;
});
let dragged = "";
window.addEventListener("pointerup", (event) => {
  const target = document.elementFromPoint(event.clientX, event.clientY)?.closest(".slot")?.dataset.place;
  if (dragged && target && target !== dragged) { pick(""); drop(dragged, target); }
  dragged = "";
});
window.addEventListener("pointerup", () => { if (painting) { painting = ""; end(); } });
function between(from, to) { // a fast hand skips periods; inside one day they are filled
  const [first, last] = [places.indexOf(from), places.indexOf(to)].sort((a, b) => a - b);
  return from.split("/")[0] === to.split("/")[0] ? places.slice(first, last + 1) : [to];
}
table.addEventListener("click", (event) => { // finger, Enter, Space; after a mouse it changes nothing more
  const button = event.target.closest(".slot");
  if (!button) return;
  const { place } = button.dataset;
  if (!isMoving()) step(() => put(place, chosen()));
  else if (!picked) pick(place);
  else { const from = picked; pick(""); drop(from, place); }
});
table.addEventListener("keydown", (event) => {
  const button = event.target.closest(".slot");
  if (!button) return;
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -data.periods, ArrowDown: data.periods }[event.key];
  if (by) {
    event.preventDefault();
    const next = places[places.indexOf(button.dataset.place) + by];
    if (!next) return;
    if (event.altKey) step(() => exchange([button.dataset.place], [next]));
    else if (event.shiftKey && !isMoving()) step(() => { put(button.dataset.place, chosen()); put(next, chosen()); });
    focus(slot(next));
  } else if (event.key === "Escape") {
    pick("");
  } else if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    step(() => put(button.dataset.place, null));
  }
});
table.addEventListener("focusin", (event) => { if (event.target.classList.contains("slot")) focus(event.target); });
function focus(button) {
  table.querySelector(".slot[tabindex='0']")?.setAttribute("tabindex", "-1");
  button.tabIndex = 0;
  if (document.activeElement !== button) button.focus();
}
part("undo").addEventListener("click", () => travel(past, undone));
part("redo").addEventListener("click", () => travel(undone, past));
host.addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  if (!(event.ctrlKey || event.metaKey) || !event.target.closest(".slot") || !(key === "z" || key === "y")) return;
  event.preventDefault();
  if (key === "y" || event.shiftKey) travel(undone, past); else travel(past, undone);
});
function travel(from, to) {
  if (!from.length) return;
  to.push(new Map(held));
  held = from.pop();
  places.forEach(show);
  summarise();
  host.dispatchEvent(new CustomEvent("timetable", { bubbles: true }));
}
part("standard").addEventListener("click", () => step(() => load(data.standard)));

palette();
build();
load(data.sessions);
host.timetable = {
  read: () => places.filter((place) => held.has(place)).map((place) => {
    const [day, period] = place.split("/");
    return { day, period: Number(period), ...held.get(place) };
  }),
  write: (sessions) => { past.length = undone.length = 0; load(sessions); },
};
