// The timetable editor: choose what, then paint periods with mouse, finger or keyboard. It keeps no server state:
// `host.timetable.read()` and `.write(sessions)`; every change is told by the event "timetable".
const host = document.querySelector("[data-grid]");
const data = JSON.parse(host.dataset.timetable);
const part = (name) => host.querySelector(`[data-${name}]`);
const table = part("table");
let columns = Math.max(data.periods, ...data.sessions.map((one) => one.period)); // more where an evening is used
let places = everyPlace();
const names = new Map(data.team.map((one) => [one.id, one.name]));
const whose = (group) => (group ? `第${group}组` : "全班");
let held = new Map(); // "2023-06-12/1" → what is taught there: one {kind, module, topic, teacher, room, group: 0} for the
// whole class, or one for each group that is taught apart, in their order
let groups = data.groups; // 1: nothing is taught in parallel
let notes = { ...data.notes }; // day → 休息, 参观企业, why a day is long
const past = []; // what `state()` was before each step
const undone = []; // what `held` was before each undo
let painting = ""; // the place painted last while the mouse button is down

function everyPlace() { return data.days.flatMap(({ day }) => Array.from({ length: columns }, (_, i) => key(day, i + 1))); }
function key(day, period) { return `${day}/${period}`; }
function sameContent(one, other) { return JSON.stringify(one) === JSON.stringify(other); }
function brushOf(cell) {
  return data.brushes.find((one) => one.kind === cell.kind && one.module === cell.module)
    ?? data.brushes.find((one) => one.kind === cell.kind) ?? { title: cell.kind, tone: "other" };
}

// What is painted ------------------------------------------------------------------------------------------------

function chosen() { // null: the brush that clears
  const value = host.querySelector("input[name=brush]:checked").value;
  if (value === "clear") return null;
  const { kind, module } = data.brushes[Number(value)];
  const teacher = Number(part("teacher").value) || null;
  return { kind, module, topic: part("topic").value.trim(), teacher, room: part("room").value.trim(), group: painted() };
}

function painted() { return groups > 1 ? Number(part("group").value) : 0; }

function apart(cells) { // what each group has, when the whole class has one lesson
  const [first] = cells;
  return first?.group === 0 ? Array.from({ length: groups }, (_, i) => ({ ...first, group: i + 1 })) : cells;
}

function brushed(place, cell) { // what the place holds after the brush: one group's part only, the others keep theirs
  const group = painted();
  if (!group) return cell ? [cell] : [];
  const others = apart(cellsAt(place)).filter((one) => one.group !== group);
  return [...others, ...(cell ? [cell] : [])].sort((one, other) => one.group - other.group);
}

function cellsAt(place) { return held.get(place) ?? []; }
function paint(place) { put(place, brushed(place, chosen())); }
function state() { return { held: new Map(held), groups, notes: { ...notes } }; }

function begin() {
  past.push(state());
  if (past.length > 100) past.shift();
  undone.length = 0;
}

function put(place, cells) {
  if (sameContent(cellsAt(place), cells)) return;
  if (cells.length) held.set(place, cells); else held.delete(place);
  show(place);
}

function end() {
  const before = past.at(-1);
  if (before && before.groups === groups && sameContent(before.notes, notes) && sameContent([...before.held].sort(), [...held].sort())) { past.pop(); return; }
  summarise();
  host.dispatchEvent(new CustomEvent("drawn"));
  host.dispatchEvent(new CustomEvent("timetable", { bubbles: true }));
}

function step(change) { begin(); change(); end(); }

function load(sessions) {
  held = new Map();
  for (const { day, period, group = 0, ...cell } of sessions) held.set(key(day, period), [...cellsAt(key(day, period)), { ...cell, group }]);
  widen(Math.max(columns, ...sessions.map((one) => one.period)));
  showAll();
}

function showAll() {
  places.forEach(show);
  for (const { day } of data.days) showNote(day);
  summarise();
  host.dispatchEvent(new CustomEvent("drawn"));
}

function widen(to) {
  if (to === columns) return;
  columns = to;
  places = everyPlace();
  build();
}

// What is seen ---------------------------------------------------------------------------------------------------

function make(tag, props = {}, ...children) {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children);
  return element;
}

function build() {
  table.style.setProperty("--periods", columns);
  const head = make("div", { className: "line head" }, make("span", { className: "day" }));
  for (let n = 1; n <= columns; n++) head.append(make("span", { textContent: `第 ${n} 课时` }));
  head.setAttribute("aria-hidden", "true");
  table.replaceChildren(head, ...data.days.map(line));
  part("longer").disabled = columns >= data.most_periods;
  places.forEach((place, i) => { slot(place).tabIndex = i ? -1 : 0; });
}

function line({ day, title }) {
  const copy = make("select", { ariaLabel: `把另一天的课表复制到${title}` }, make("option", { value: "", textContent: "复制自…" }));
  for (const other of data.days) if (other.day !== day) copy.append(make("option", { value: other.day, textContent: other.title }));
  copy.addEventListener("change", () => { step(() => copyDay(copy.value, day)); copy.value = ""; });
  const clear = make("button", { type: "button", className: "btn small", textContent: "清空", ariaLabel: `清空${title}` });
  clear.addEventListener("click", () => step(() => row(day).forEach((place) => put(place, []))));
  const remark = make("button", { type: "button", className: "btn small", textContent: "备注", ariaLabel: `${title}的备注` });
  const note = make("input", { className: "day-note", maxLength: data.note_limit, hidden: true, placeholder: "备注：如休息、参观企业；超过规定课时的，写明原因", ariaLabel: `${title}的备注` });
  note.dataset.note = day;
  note.addEventListener("change", () => step(() => { notes = { ...notes, [day]: note.value.trim() }; if (!notes[day]) delete notes[day]; }));
  remark.addEventListener("click", () => { note.hidden = false; note.focus(); });
  note.addEventListener("blur", () => { note.hidden = !note.value.trim(); });
  const label = make("div", { className: "day" }, make("b", { textContent: title }), make("span", { className: "row" }, copy, clear, remark));
  label.setAttribute("role", "rowheader");
  const element = make("div", { className: "line" }, label, ...row(day).map((place) => {
    const button = make("button", { type: "button", className: "slot", tabIndex: -1 });
    button.dataset.place = place;
    button.setAttribute("role", "gridcell");
    return button;
  }), note);
  element.setAttribute("role", "row");
  return element;
}

function showNote(day) {
  const note = table.querySelector(`[data-note="${day}"]`);
  note.value = notes[day] ?? "";
  note.hidden = !note.value && document.activeElement !== note;
}

function row(day) { return places.filter((place) => place.startsWith(`${day}/`)); }
function slot(place) { return table.querySelector(`[data-place="${place}"]`); }
function copyDay(from, to) { row(from).forEach((place, i) => put(row(to)[i], cellsAt(place))); }

function show(place) {
  const button = slot(place);
  const cells = cellsAt(place);
  const [day, period] = place.split("/");
  const title = data.days.find((one) => one.day === day).title;
  const [cell] = cells;
  button.className = `slot ${!cell ? "none" : cell.group ? "apart" : brushOf(cell).tone}`;
  if (data.wanted && cells.some((one) => one.module === data.wanted)) button.classList.add("wanted");
  if (!cell) button.replaceChildren();
  else if (cell.group) button.replaceChildren(...cells.map(lane));
  else button.replaceChildren(...whole(cell));
  button.ariaLabel = `${title}第 ${period} 课时：${cells.map(said).join("；") || "空"}`;
  button.title = cell ? button.ariaLabel : "";
}

function wording(cell) { return cell.topic || brushOf(cell).title; }
function where(cell) { return [names.get(cell.teacher), cell.room].filter(Boolean); }
function said(cell) { return [cell.group && whose(cell.group), wording(cell), ...where(cell)].filter(Boolean).join("，"); }

function whole(cell) {
  const found = [make("b", { textContent: wording(cell) })];
  if (where(cell).length) found.push(make("small", { textContent: where(cell).join("　") }));
  return found;
}

function lane(cell) {
  const words = [make("i", { textContent: cell.group }), make("b", { textContent: wording(cell) })];
  if (where(cell).length) words.push(make("small", { textContent: where(cell).join("　") }));
  return make("span", { className: `lane ${brushOf(cell).tone}` }, ...words);
}

function summarise() {
  const counted = [...held].flatMap(([place, cells]) => cells.map((cell) => ({ ...cell, day: place.split("/")[0] }))).filter((cell) => cell.kind !== "other");
  const days = new Set(counted.map((cell) => cell.day)).size;
  const of = (kind) => counted.filter((cell) => cell.kind === kind);
  part("sum").textContent = `${days} 天 ${periods(counted)} 课时：授课 ${periods(of("course"))}、过程性考核 ${periods(of("process"))}、终结性考核 ${periods(of("final"))}`;
  part("undo").disabled = past.length === 0;
  part("redo").disabled = undone.length === 0;
  part("totals").replaceChildren(...totals(counted).flatMap(([name, n]) => [make("dt", { textContent: name }), make("dd", { textContent: `${n} 课时` })]));
  divide();
}

function periods(cells) { // of one trainee: 8, or 8/6 where the groups differ
  const all = cells.filter((cell) => !cell.group).length;
  if (all === cells.length) return String(all);
  const each = Array.from({ length: groups }, (_, i) => all + cells.filter((cell) => cell.group === i + 1).length);
  return new Set(each).size > 1 ? each.join("/") : String(each[0]);
}

function totals(counted) { // by module or kind, then by teacher; the server says what the rules say of them
  const sums = new Map();
  const add = (name, cell) => sums.set(name, [...(sums.get(name) ?? []), cell]);
  for (const cell of counted) add(brushOf(cell).title, cell);
  const found = [...sums].map(([name, cells]) => [name, periods(cells)]);
  for (const [id, name] of names) {
    const n = counted.filter((cell) => cell.teacher === id).length;
    if (n) found.push([name, n]);
  }
  return found;
}

function divide() { // the number of groups, and whom the brush is for
  const used = Math.max(1, ...[...held.values()].flat().map((cell) => cell.group));
  const most = Math.max(groups, used);
  for (const option of part("groups").options) option.disabled = Number(option.value) < used;
  part("groups").value = groups;
  part("whom").hidden = most === 1;
  const choice = part("group");
  if (choice.options.length === most + 1) return;
  const kept = Math.min(Number(choice.value), most);
  choice.replaceChildren(...Array.from({ length: most + 1 }, (_, group) => make("option", { value: group, textContent: whose(group) })));
  choice.value = kept;
}

function palette() {
  const brushes = [...data.brushes.map((one, i) => [String(i), one.title, one.tone]), ["clear", "清除", "none"], ["move", "移动、对调", "none"]];
  const start = Math.max(0, data.brushes.findIndex((one) => data.wanted && one.module === data.wanted)); // the page of needs points at it
  brushes.forEach(([value, title, tone], i) => {
    const input = make("input", { type: "radio", name: "brush", value, checked: i === start });
    part("brushes").append(make("label", { className: `brush ${tone}` }, input, make("span", { textContent: title })));
  });
  part("groups").append(...Array.from({ length: data.most_groups }, (_, i) => make("option", { value: i + 1, textContent: i ? `分 ${i + 1} 组` : "不分组" })));
  part("groups").addEventListener("change", (event) => step(() => { groups = Number(event.target.value); }));
  part("rooms").append(...data.rooms.map(({ name, seats }) => make("option", { value: name, label: `${seats} 座` })));
  part("teacher").append(make("option", { value: "", textContent: "不指定" }),
    ...data.team.map((one) => make("option", { value: one.id, textContent: `${one.name}（${one.seat}）` })));
}

// Hands ----------------------------------------------------------------------------------------------------------

table.addEventListener("pointerdown", (event) => {
  const button = event.target.closest(".slot");
  if (!button || event.pointerType !== "mouse" || event.button !== 0) return;
  begin();
  painting = button.dataset.place;
  paint(painting);
});
table.addEventListener("pointerover", (event) => {
  const button = event.target.closest(".slot");
  if (!painting || !button) return;
  between(painting, button.dataset.place).forEach(paint);
  painting = button.dataset.place;
});
window.addEventListener("pointerup", () => { if (painting) { painting = ""; end(); } });
function between(from, to) { // a fast hand skips periods; inside one day they are filled
  const [first, last] = [places.indexOf(from), places.indexOf(to)].sort((a, b) => a - b);
  return from.split("/")[0] === to.split("/")[0] ? places.slice(first, last + 1) : [to];
}
table.addEventListener("click", (event) => { // finger, Enter, Space; after a mouse it changes nothing more
  const button = event.target.closest(".slot");
  if (!button) return;
  step(() => paint(button.dataset.place));
});
table.addEventListener("keydown", (event) => {
  const button = event.target.closest(".slot");
  if (!button) return;
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
  if (by) {
    event.preventDefault();
    const next = places[places.indexOf(button.dataset.place) + by];
    if (!next) return;
    if (event.shiftKey) step(() => { paint(button.dataset.place); paint(next); });
    focus(slot(next));
  } else if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    step(() => put(button.dataset.place, brushed(button.dataset.place, null)));
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
  to.push(state());
  ({ held, groups, notes } = from.pop());
  showAll();
  host.dispatchEvent(new CustomEvent("timetable", { bubbles: true }));
}
part("longer").addEventListener("click", () => { widen(columns + 1); showAll(); });
part("standard").addEventListener("click", () => step(() => load(data.standard)));

palette();
build();
load(data.sessions);
host.timetable = { // for moving.js: places and what they hold; for editor.js: reading and writing all of it
  days: data.days.map((one) => one.day),
  columns: () => columns,
  places: () => places,
  focus: (place) => focus(slot(place)),
  row, cellsAt, put, paint, step,
  read: () => places.flatMap((place) => cellsAt(place).map((cell) => {
    const [day, period] = place.split("/");
    return { day, period: Number(period), ...cell };
  })),
  fields: () => ({ groups, ...Object.fromEntries(data.days.map(({ day }) => [`note:${day}`, notes[day] ?? ""])) }),
  write: (sessions, fields) => {
    past.length = undone.length = 0;
    groups = fields.groups;
    notes = Object.fromEntries(data.days.map(({ day }) => [day, fields[`note:${day}`]]).filter(([, text]) => text));
    load(sessions);
  },
};
