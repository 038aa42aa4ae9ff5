// Moving in the timetable: one block changes places with what stands where it is put; several chosen blocks are moved,
// filled or cleared together. Chosen with Ctrl or Shift and the mouse, with 多选 and a finger, with Ctrl+Space and
// Shift+arrows; moved by dragging, by Alt+arrows or by a press on where the first of them goes. Nothing is lost: what
// stood there takes the places that become free.
const host = document.querySelector("[data-grid]");
const table = host.querySelector("[data-table]");
const several = host.querySelector("[data-several]");
const said = host.querySelector("[data-chosen]");
const tt = host.timetable;
let chosen = new Set(); // places
let picked = ""; // one block taken up, waiting for where to put it
let anchor = ""; // where a range begins
let dragged = "";
let done = false; // the press has been answered, its click says nothing more
let room = true; // whether what was moved last had room

const isMoving = () => host.querySelector("input[name=brush]:checked").value === "move";
const isSeveral = () => several.getAttribute("aria-pressed") === "true";
const dayOf = (place) => place.split("/")[0];
const same = (one, other) => JSON.stringify(tt.cellsAt(one)) === JSON.stringify(tt.cellsAt(other));

function at(place) { // [day, period], from 0
  const [day, period] = place.split("/");
  return [tt.days.indexOf(day), Number(period) - 1];
}

function placeAt(day, period) {
  return tt.days[day] && period >= 0 && period < tt.columns() ? `${tt.days[day]}/${period + 1}` : null;
}

function choose(places) {
  chosen = new Set(places);
  if (!chosen.size) picked = "";
  for (const slot of table.querySelectorAll(".slot")) {
    const isChosen = chosen.has(slot.dataset.place);
    slot.classList.toggle("picked", isChosen);
    if (isChosen) slot.ariaSelected = "true"; else slot.removeAttribute("aria-selected");
  }
  const words = chosen.size ? `已选 ${chosen.size} 课时` : "";
  said.textContent = room ? words : `${words}，那里放不下，没有移动`;
  room = true;
}

function toggle(block) {
  const off = block.every((place) => chosen.has(place));
  picked = "";
  choose(off ? [...chosen].filter((place) => !block.includes(place)) : [...chosen, ...block]);
}

function box(from, to) { // the days and periods between two corners
  const [[d1, p1], [d2, p2]] = [at(from), at(to)];
  const found = [];
  for (let d = Math.min(d1, d2); d <= Math.max(d1, d2); d++) for (let p = Math.min(p1, p2); p <= Math.max(p1, p2); p++) found.push(placeAt(d, p));
  return found;
}

function blockAt(place) { // equal neighbours of a day
  const line = tt.row(dayOf(place));
  let first = line.indexOf(place), last = first;
  if (!tt.cellsAt(place).length) return [place];
  while (first > 0 && same(line[first - 1], place)) first--;
  while (last < line.length - 1 && same(line[last + 1], place)) last++;
  return line.slice(first, last + 1);
}

function move(from, to) { // places and where each goes; what stood there takes what becomes free
  const target = new Set(to), source = new Set(from);
  const free = from.filter((place) => !target.has(place)), displaced = to.filter((place) => !source.has(place));
  const before = new Map([...from, ...displaced].map((place) => [place, tt.cellsAt(place)]));
  tt.step(() => {
    from.forEach((place, i) => tt.put(to[i], before.get(place)));
    free.forEach((place, i) => tt.put(place, before.get(displaced[i])));
  });
}

function moveChosen(days, periods) {
  const from = tt.places().filter((place) => chosen.has(place));
  const to = from.map((place) => { const [d, p] = at(place); return placeAt(d + days, p + periods); });
  room = to.every(Boolean);
  if (room && (days || periods)) move(from, to);
  choose(room ? to : from);
}

function drop(from, to) { // one block: its first period comes to where it is dropped
  const block = blockAt(from), line = tt.row(dayOf(to));
  if (block.includes(to)) return;
  const first = Math.min(line.indexOf(to), line.length - block.length);
  const range = line.slice(first, first + block.length);
  if (range.some((place) => block.includes(place))) move([from], [to]); else move(block, range);
}

function put(from, to) { // `from` is chosen or stands alone
  const isOne = picked || !chosen.has(from);
  const [[d1, p1], [d2, p2]] = [at(from), at(to)];
  if (isOne) { choose([]); drop(from, to); } else moveChosen(d2 - d1, p2 - p1);
}

// Hands; asked before the brush ------------------------------------------------------------------------------------

function slotOf(event) { return event.target.closest(".slot"); }
function answered(event) { event.stopPropagation(); event.preventDefault(); }

table.addEventListener("pointerdown", (event) => {
  const place = slotOf(event)?.dataset.place;
  if (!place || event.pointerType !== "mouse" || event.button !== 0) return;
  done = false;
  const adds = event.ctrlKey || event.metaKey;
  if (adds || event.shiftKey) {
    if (event.shiftKey) choose([...(adds ? chosen : []), ...box(anchor || place, place)]); else toggle(blockAt(place));
    if (!event.shiftKey || !anchor) anchor = place;
    done = true;
    event.stopPropagation();
  } else if (isSeveral()) {
    event.stopPropagation();
  } else if (isMoving() || chosen.has(place)) {
    dragged = place;
    event.stopPropagation();
  }
}, true);

window.addEventListener("pointerup", (event) => {
  const target = document.elementFromPoint(event.clientX, event.clientY)?.closest(".slot")?.dataset.place;
  if (dragged && target && target !== dragged) put(dragged, target);
  dragged = "";
});

table.addEventListener("click", (event) => {
  const place = slotOf(event)?.dataset.place;
  if (!place) return;
  if (done) done = false;
  else if (isSeveral()) { toggle(blockAt(place)); anchor = place; }
  else if (isMoving()) press(place);
  else if (chosen.has(place)) tt.step(() => chosen.forEach(tt.paint));
  else { choose([]); return; } // the brush paints it
  event.stopPropagation();
}, true);

function press(place) {
  anchor = place;
  if (!chosen.size) { choose(blockAt(place)); picked = place; }
  else put(picked || tt.places().find((one) => chosen.has(one)), place);
}

table.addEventListener("keydown", (event) => {
  const place = slotOf(event)?.dataset.place;
  if (!place) return;
  const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  const [day, period] = at(place);
  const next = by && placeAt(day + by[0], period + by[1]);
  if (by && event.altKey) {
    answered(event);
    if (chosen.size) moveChosen(...by); else if (next) move([place], [next]);
    if (next && (room || !chosen.size)) tt.focus(next);
  } else if (by && event.shiftKey && isMoving()) {
    answered(event);
    if (next) { choose([...chosen, place, next]); tt.focus(next); }
  } else if (event.key === " " && (event.ctrlKey || event.metaKey)) {
    answered(event);
    toggle(blockAt(place));
  } else if (event.key === "Escape") {
    choose([]);
  } else if ((event.key === "Delete" || event.key === "Backspace") && chosen.size) {
    answered(event);
    tt.step(() => chosen.forEach((one) => tt.put(one, [])));
  }
}, true);

several.addEventListener("click", () => {
  several.setAttribute("aria-pressed", String(!isSeveral()));
  if (isSeveral()) host.querySelector("input[name=brush][value=move]").checked = true;
});
host.addEventListener("drawn", () => choose([...chosen].filter((place) => tt.places().includes(place))));
