// Two people wrote at once: what only one of them changed is put together; where both did, the writer chooses.
// `dialog.settle({base, mine, theirs, who})` answers what to keep, or null when the writer wants to wait.
const dialog = document.querySelector("[data-conflict]");
const list = dialog.querySelector("[data-list]");
const MODES = { lesson: "说课", defence: "答辩" };
const place = (row) => `${row.day}/${row.period}`;

dialog.settle = async ({ base, mine, theirs, titles, who }) => {
  const merged = mergeFields(base.fields, mine.fields, theirs.fields);
  const table = mergeSessions(base.sessions, mine.sessions, theirs.sessions);
  const both = [...merged.both];
  if (both.length || table.both.length) {
    const answer = await ask(both, table.both.length, { mine, theirs, titles, who });
    if (!answer) return null;
    for (const name of both) merged.fields[name] = (answer[name] === "theirs" ? theirs : mine).fields[name];
    if (answer.sessions === "theirs") table.rows = mergeSessions(base.sessions, mine.sessions, theirs.sessions, "theirs").rows;
  }
  const taken = Object.keys(merged.fields).filter((name) => theirs.fields[name] !== base.fields[name]);
  const moved = JSON.stringify(theirs.sessions) !== JSON.stringify(base.sessions);
  return { fields: merged.fields, sessions: table.rows, taken: [...taken, ...(moved ? ["sessions"] : [])] };
};

function mergeFields(base, mine, theirs) {
  const fields = {}, both = [];
  for (const name of Object.keys(mine)) {
    if (mine[name] === base[name]) fields[name] = theirs[name];
    else fields[name] = mine[name];
    if (mine[name] !== base[name] && theirs[name] !== base[name] && mine[name] !== theirs[name]) both.push(name);
  }
  return { fields, both };
}

function mergeSessions(base, mine, theirs, prefer = "mine") {
  const [old, own, other] = [base, mine, theirs].map(byPlace); // what all groups have in a period stays together
  const say = (rows, at) => JSON.stringify(rows.get(at) ?? []);
  const kept = [], both = [];
  for (const at of [...new Set([...old.keys(), ...own.keys(), ...other.keys()])].sort()) {
    const changed = say(own, at) !== say(old, at), moved = say(other, at) !== say(old, at);
    if (changed && moved && say(own, at) !== say(other, at)) both.push(at);
    const source = (changed && moved ? prefer === "mine" : changed) ? own : other;
    kept.push(...(source.get(at) ?? []));
  }
  const order = (row) => `${row.day}/${String(row.period).padStart(2, "0")}/${row.group}`;
  return { rows: kept.sort((a, b) => (order(a) < order(b) ? -1 : 1)), both };
}

function byPlace(rows) {
  const found = new Map();
  for (const row of rows) found.set(place(row), [...(found.get(place(row)) ?? []), row]);
  return found;
}

function ask(names, periods, { mine, theirs, titles, who }) {
  dialog.querySelector("[data-who]").textContent = who;
  list.replaceChildren(...names.map((name) => choice(name, titles[name], words(name, theirs.fields[name]), words(name, mine.fields[name]))));
  if (periods) list.append(choice("sessions", "课表", `${periods} 个课时按对方的安排`, `${periods} 个课时按我的安排`));
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.querySelector("[data-keep]").onclick = () => {
      const kept = Object.fromEntries([...list.querySelectorAll("input:checked")].map((one) => [one.name.slice(5), one.value]));
      finish(kept);
    };
    dialog.querySelector("[data-later]").onclick = () => finish(null);
    dialog.oncancel = () => finish(null);
    function finish(answer) { dialog.close(); resolve(answer); }
  });
}

function words(name, value) {
  if (name === "final_mode") return MODES[value];
  if (name === "venue_declared") return value ? "已声明" : "未声明";
  if (name === "groups") return value > 1 ? `分 ${value} 组` : "不分组";
  return value || "（空）";
}

function choice(name, title, other, own) {
  const set = document.createElement("fieldset");
  set.className = "compare";
  const legend = document.createElement("legend");
  legend.textContent = title;
  set.append(legend, option(name, "theirs", "用对方的", other, false), option(name, "mine", "用我的", own, true));
  return set;
}

function option(name, value, title, text, checked) {
  const label = document.createElement("label");
  const input = Object.assign(document.createElement("input"), { type: "radio", name: `keep-${name}`, value, checked });
  const body = Object.assign(document.createElement("span"), { className: "prose", textContent: text });
  label.append(input, ` ${title}`, body);
  return label;
}
