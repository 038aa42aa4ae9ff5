// The roll call: only exceptions are touched, nothing marked is lost when the connection is.
import { forget, keep as keepRoll, kept as keptRoll, show as showKept } from "./unsent.js";

const form = document.querySelector("form[data-roll]");
const place = `${form.dataset.account}/${form.dataset.roll}`;
const said = form.querySelector(".said");
const status = form.querySelector(".unsent");
const button = form.querySelector("button.main");
const why = form.querySelector(".why");
const usual = { button: button.textContent, status: status.textContent };
const KEYS = { d: "present", c: "late", z: "left_early", j: "leave", k: "absent", 1: "present", 2: "late", 3: "left_early", 4: "leave", 5: "absent" };
let unsent = false; // marks that the server does not have
let sending = false;
let tried = false; // a request with this `once` may have arrived

const marked = () => [...form.querySelectorAll(".roll input:checked")];

function count() {
  const counts = {};
  for (const input of marked()) {
    counts[input.value] = (counts[input.value] ?? 0) + 1;
    input.closest("li").classList.toggle("exception", input.value !== "present");
  }
  form.querySelectorAll("[data-count]").forEach((b) => { b.textContent = counts[b.dataset.count] ?? 0; });
  const rest = form.querySelector(".rest");
  if (rest) {
    const left = unchosen().length;
    rest.hidden = !left;
    rest.querySelector("[data-rest]").textContent = left;
  }
}

const unchosen = () => [...form.querySelectorAll(".roll li")].filter((item) => !item.querySelector("input:checked"));

function keep() {
  const fields = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
  keepRoll(place, { fields, action: form.getAttribute("action"), where: form.dataset.where, title: form.dataset.title, tried });
}

function changed() {
  if (tried) { // another content needs another key: the first request may have arrived after all
    form.elements.once.value = [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
    tried = false;
  }
  unsent = true;
  status.textContent = "有改动，尚未提交";
  status.classList.remove("sent");
  count();
  keep();
}

// What was not touched then gives way to what somebody else has entered since. seen: a mark, or what one began with.
const BEGUN = { unmarked: "present", on_leave: "leave" };
function isOld(seen, value, then) {
  const before = then[seen] ?? "unmarked";
  return form.elements[seen].value !== before && value === (BEGUN[before] ?? before.replace("scanned_", ""));
}

function restore() {
  const found = keptRoll(place);
  if (!found) return;
  const then = Object.fromEntries(found.fields);
  for (const [name, value] of found.fields) {
    const input = name.startsWith("presences.") && form.querySelector(`input[name="${name}"][value="${value}"]`);
    if (input && !input.disabled && !isOld(name.replace("presences", "seen"), value, then)) input.checked = true;
    if (name === "reason") form.elements.reason.value = value;
  }
  unsent = true;
  status.textContent = "尚未提交";
  say("上次的点名还没有提交，已为您保留在本页。", "请核对后提交。", "wait");
}

function say(title, words, tone = "bad") {
  const note = document.createElement("div");
  note.className = `note ${tone}`;
  const head = document.createElement("b");
  head.textContent = title;
  note.append(head);
  if (typeof words === "string") words = [{ says: words }];
  const list = document.createElement("ul");
  for (const { says, cites, way_out: way } of words) {
    const item = document.createElement("li");
    item.textContent = says;
    if (cites) {
      const basis = document.createElement("small");
      basis.textContent = `依据：${cites}${way ? `　办法：${way}` : ""}`;
      item.append(basis);
    }
    list.append(item);
  }
  note.append(list);
  said.replaceChildren(note);
  said.scrollIntoView({ block: "nearest" });
}

function lost(words) {
  unsent = true;
  keep();
  status.textContent = "未送达，已保留在本页";
  status.classList.add("kept");
  button.textContent = "重新提交";
  say("点名没有送达，没有丢失。", words);
}

async function send() {
  if (sending) return;
  sending = tried = true;
  button.setAttribute("aria-disabled", "true");
  button.textContent = "正在提交…";
  status.classList.remove("kept");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    await heard(answer);
  } catch {
    lost("没有连上服务器。点名留在本页，网络恢复后会自动重发，也可点“重新提交”。");
  }
  sending = false;
  button.removeAttribute("aria-disabled");
}

async function heard(answer) {
  if (!(answer.headers.get("content-type") ?? "").includes("application/json")) {
    const out = answer.redirected || answer.status === 403;
    lost(out ? "登录已过期。请在新窗口登录后回到本页，点“重新提交”。" : "服务器暂时不能办理，请稍后点“重新提交”。");
    return;
  }
  const found = await answer.json();
  if (answer.ok) {
    unsent = false;
    forget(place);
    location.assign(found.next);
    return;
  }
  button.textContent = usual.button;
  status.textContent = "尚未提交";
  say("还没有记入，原因如下", found.breaches);
  if (found.breaches.some((b) => b.rule === "roll.reason" || b.rule === "once.reused")) {
    why.hidden = false;
    form.elements.reason.focus();
  }
}

form.addEventListener("change", changed);
form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
window.addEventListener("online", () => { if (status.classList.contains("kept")) send(); });
window.addEventListener("beforeunload", (event) => { if (unsent) event.preventDefault(); });

form.addEventListener("keydown", (event) => {
  const item = event.target.closest(".roll li");
  if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
  const next = { ArrowDown: item.nextElementSibling, ArrowUp: item.previousElementSibling }[event.key];
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    (next?.querySelector("input:checked") ?? next?.querySelector("input") ?? (event.key === "ArrowDown" ? button : null))?.focus();
    return;
  }
  const word = KEYS[event.key.toLowerCase()];
  if (!word) return;
  const input = item.querySelector(`input[value="${word}"]`);
  input.checked = true;
  input.focus();
  changed();
});

form.addEventListener("click", (event) => {
  const word = event.target.closest("[data-fill]")?.dataset.fill;
  if (!word) return;
  unchosen().forEach((item) => { item.querySelector(`input[value="${word}"]`).checked = true; });
  changed();
});

document.querySelector(".days [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
restore();
count();
showKept(document.querySelector("[data-kept]"), place);
