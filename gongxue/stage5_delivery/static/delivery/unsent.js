// Rolls that were marked on this device and have not reached the server: kept by account and lesson, listed, sent again.
const PREFIX = "gongxue.roll/";

const read = (key) => {
  try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
};

export const kept = (place) => read(PREFIX + place);
export const forget = (place) => localStorage.removeItem(PREFIX + place);

export function keep(place, roll) {
  try {
    localStorage.setItem(PREFIX + place, JSON.stringify({ ...roll, at: Date.now() }));
  } catch { /* the device keeps nothing for us: the page itself still does */ }
}

const element = (name, words, kind = "") => {
  const made = document.createElement(name);
  made.textContent = words;
  if (kind) made.className = kind;
  return made;
};

async function send(roll) {
  const body = new FormData();
  roll.fields.forEach(([name, value]) => body.append(name, value));
  body.append("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  const answer = await fetch(roll.action, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!(answer.headers.get("content-type") ?? "").includes("application/json")) return "登录已过期或服务器暂时不能办理，请稍后再试。";
  const found = await answer.json();
  return answer.ok ? "" : `没有记入：${found.breaches.map((b) => b.says).join("；")}请打开核对。`;
}

// Lists what is kept for the account of the box, without the roll of this page.
export function show(box, own = "") {
  if (!box) return;
  const list = box.querySelector("ul");
  const account = `${PREFIX}${box.dataset.kept}/`;
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(account) && key !== PREFIX + own);
  const items = keys.map((key) => [key, read(key)]).filter(([, roll]) => Array.isArray(roll?.fields));
  box.hidden = !items.length;
  list.replaceChildren(...items.map(([key, roll]) => line(key, roll, () => show(box, own))));
}

function line(key, roll, again) {
  const item = document.createElement("li");
  const row = element("div", "", "row between message");
  const words = document.createElement("div");
  const open = element("a", roll.title);
  open.href = roll.where;
  const when = new Date(roll.at).toLocaleString("zh-CN", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
  const note = element("small", roll.tried ? `${when} 提交未送达` : `${when} 改动，没有提交`, "line");
  words.append(open, note);
  const buttons = element("div", "", "row");
  const retry = element("button", "重新提交", "btn main");
  const drop = element("button", "放弃", "btn");
  retry.type = drop.type = "button";
  retry.addEventListener("click", async () => {
    retry.disabled = true;
    try {
      const problem = await send(roll);
      if (!problem) { localStorage.removeItem(key); again(); return; }
      note.textContent = problem;
    } catch {
      note.textContent = "仍没有连上服务器，点名还保存在这台设备上。";
    }
    note.className = "line bad";
    retry.disabled = false;
  });
  drop.addEventListener("click", () => {
    if (drop.dataset.sure) { localStorage.removeItem(key); again(); return; }
    drop.dataset.sure = "1";
    drop.textContent = "确定放弃？";
  });
  buttons.append(retry, drop);
  row.append(words, buttons);
  item.append(row);
  return item;
}

const alone = document.querySelector("[data-kept][data-alone]");
if (alone) show(alone);
