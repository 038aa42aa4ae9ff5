// Autosave of an official form: a moment after typing, at once when the page is left. The server counts and decides.
// <form data-autosave="URL"> with input[name=seen]; [data-saved] says when, [data-answered] [data-total] [data-bar] show progress.
const form = document.querySelector("form[data-autosave]");
const PAUSE = 1500;
let timer = 0, running = null, changed = false, stopped = false;

const say = (words, bad = false) => {
  const place = form.querySelector("[data-saved]");
  if (place) { place.textContent = words; place.classList.toggle("bad", bad); }
};

function show(answer) {
  form.elements.seen.value = answer.seen;
  form.querySelectorAll("[data-answered]").forEach((e) => { e.textContent = answer.answered; });
  form.querySelectorAll("[data-total]").forEach((e) => { e.textContent = answer.total; });
  form.querySelectorAll("[data-bar]").forEach((e) => { e.max = answer.total || 1; e.value = answer.answered; });
  for (const [part, words] of Object.entries(answer.parts)) {
    const place = form.querySelector(`[data-progress="${part}"]`);
    if (place) place.textContent = words;
  }
  say(`已保存 ${answer.saved}`);
}

// The error stands beside its item until the next save.
function mark(errors) {
  form.querySelectorAll("[data-live-error]").forEach((e) => e.remove());
  for (const [id, words] of Object.entries(errors)) {
    const item = document.getElementById(id);
    if (!item) continue;
    const line = document.createElement("p");
    line.className = "error";
    line.dataset.liveError = "1";
    line.textContent = words;
    item.append(line);
  }
}

async function send(leaving) {
  changed = false;
  say("正在保存…");
  try {
    const response = await fetch(form.dataset.autosave, {
      method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, redirect: "manual", keepalive: leaving,
    });
    if (response.ok) { mark({}); show(await response.json()); return; }
    if (response.type === "opaqueredirect" || response.status === 401) { stopped = true; say("登录已失效，请另开窗口登录后点“暂存”", true); return; }
    const answer = await response.json();
    mark(answer.errors);
    stopped = response.status === 409;
    say(`未保存：${answer.says}`, true);
  } catch {
    changed = true;
    say("网络不通，未保存；恢复后会自动再试", true);
    timer = setTimeout(() => save(), 10 * PAUSE);
  }
}

// One request at a time: each names the version that the one before has made.
async function save(leaving = false) {
  clearTimeout(timer);
  if (stopped) return;
  if (running) { await running; if (!changed) return; }
  running = send(leaving);
  await running;
  running = null;
}

function later() {
  changed = true;
  clearTimeout(timer);
  timer = setTimeout(() => save(), PAUSE);
}

if (form) {
  form.addEventListener("input", (event) => {
    const counter = form.querySelector(`[data-count="${event.target.id}"]`);
    if (counter) counter.textContent = event.target.value.length;
    later();
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    changed = false;
    if (!running) return;
    event.preventDefault(); // the version in the form is about to change
    running.then(() => form.requestSubmit(event.submitter));
  });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && changed) save(true); });
  window.addEventListener("beforeunload", (event) => { if (changed && !stopped) { save(true); event.preventDefault(); } });
  document.getElementById("faults")?.scrollIntoView();
}
