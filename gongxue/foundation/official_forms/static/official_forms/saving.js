// A form that is saved as one types: a moment after typing, at once when the page is left, kept on this device while the
// network is away, never over what another window has saved. The server counts and decides.
//   <form data-autosave="URL" data-keeps="NAME"> with input[name=seen]; [data-saved] says when. NAME is the account's and the
//   thing's own: what is kept is found again by the same person only, and personal inputs (data-personal) are not kept.
const PAUSE = 1500, DAYS = 7;

// <span data-forget="NAME">: what was kept has arrived.
document.querySelectorAll("[data-forget]").forEach((e) => {
  try { window.localStorage.removeItem(`gongxue.kept.${e.dataset.forget}`); } catch { /* nothing can be kept here */ }
});

export function saving(form, { shown = () => {}, refused = () => {} } = {}) {
  const name = form.dataset.keeps ? `gongxue.kept.${form.dataset.keeps}` : "";
  let timer = 0, running = null, changed = false, stopped = false;

  const say = (words, bad = false) => {
    const place = form.querySelector("[data-saved]");
    if (place) { place.textContent = words; place.classList.toggle("bad", bad); }
  };

  // Kept on this device ------------------------------------------------------------------------------------------------
  const store = (work) => { try { return work(window.localStorage); } catch { return null; } };
  function typed() {
    const personal = new Set([...form.querySelectorAll("[data-personal]")].map((e) => e.name));
    return [...new FormData(form)].filter(([key, value]) =>
      typeof value === "string" && !personal.has(key) && !["csrfmiddlewaretoken", "seen", "once"].includes(key));
  }
  function keep(submitted = false) {
    if (!name) return;
    store((s) => s.setItem(name, JSON.stringify({ at: Date.now(), seen: form.elements.seen.value, entries: typed(), submitted })));
  }
  const forget = () => name && store((s) => s.removeItem(name));
  function kept() {
    const found = store((s) => JSON.parse(s.getItem(name) ?? "null"));
    if (found && Date.now() - found.at < DAYS * 864e5) return found;
    forget();
    return null;
  }
  function fill({ entries }) {
    for (const [key, value] of entries) {
      for (const field of form.querySelectorAll(`[name="${CSS.escape(key)}"]`)) {
        if (field.type === "radio" || field.type === "checkbox") { if (field.value === value) field.checked = true; }
        else field.value = value;
      }
    }
  }

  // Two windows, or something kept: asked, never overwritten ---------------------------------------------------------------
  function ask(words, lines, choices) {
    form.querySelector("[data-asks]")?.remove();
    const box = document.createElement("div");
    box.className = "note wait asks-first";
    box.dataset.asks = "1";
    box.setAttribute("role", "alert");
    const head = document.createElement("b");
    head.textContent = words;
    const list = document.createElement("ul");
    for (const { label, value } of lines) {
      const line = document.createElement("li");
      line.textContent = `${label}：${value}`;
      list.append(line);
    }
    const row = document.createElement("p");
    row.className = "row";
    for (const [title, work] of choices) {
      const button = document.createElement("button");
      button.type = "button"; button.className = "btn"; button.textContent = title;
      button.addEventListener("click", () => { box.remove(); work(); });
      row.append(button);
    }
    box.append(head, ...(lines.length ? [list] : []), row);
    form.prepend(box);
    box.scrollIntoView({ block: "center" });
  }
  function conflict(answer) {
    stopped = true;
    ask("另一窗口已保存了不同的内容，此页没有保存", answer.theirs ?? [], [
      ["用另一窗口的内容", () => { changed = false; forget(); window.location.reload(); }],
      ["保留此页的内容", () => { form.elements.seen.value = answer.now; stopped = false; save(); }],
    ]);
  }

  // Sending ----------------------------------------------------------------------------------------------------------------
  async function send(leaving) {
    changed = false;
    say("正在保存…");
    keep();
    try {
      const response = await fetch(form.dataset.autosave, {
        method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, redirect: "manual", keepalive: leaving,
      });
      if (response.ok) {
        const answer = await response.json();
        form.elements.seen.value = answer.seen;
        if (!changed) forget();
        shown(answer);
        say(`已保存 ${answer.saved}`);
        return;
      }
      if (response.type === "opaqueredirect" || response.status === 401) { stopped = true; say("登录已失效，请另开窗口登录后点“暂存”", true); return; }
      const answer = await response.json();
      refused(answer);
      say(`未保存：${answer.says}`, true);
      if (response.status === 409) conflict(answer);
    } catch {
      changed = true;
      say("网络不通，内容已留在本机；恢复后会自动保存", true);
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

  form.addEventListener("input", (event) => {
    const counter = form.querySelector(`[data-count="${event.target.id}"]`);
    if (counter) counter.textContent = event.target.value.length;
    if (event.target.type !== "file") later();
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    changed = false;
    keep(true); // until the next page shows that it has arrived
    if (!running) return;
    event.preventDefault(); // the version in the form is about to change
    const { submitter } = event;
    running.then(() => form.requestSubmit(submitter));
  });
  window.addEventListener("online", () => { if (changed) save(); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && changed) save(true); });
  window.addEventListener("beforeunload", (event) => { if (changed && !stopped) { save(true); event.preventDefault(); } });

  const found = name ? kept() : null;
  const arrived = found && Number(form.elements.seen.value) === Number(found.seen) + 1 && found.submitted;
  if (arrived || (found && JSON.stringify(found.entries) === JSON.stringify(typed()))) forget();
  else if (found && found.seen === form.elements.seen.value) { fill(found); save(); }
  else if (found) {
    ask("本机留有上次没有保存的内容，平台上的内容后来又有修改", [], [
      ["恢复本机的内容", () => { fill(found); save(); }],
      ["丢弃", forget],
    ]);
  }
  return { save, later };
}
