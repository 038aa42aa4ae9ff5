// Remarks beside the text: sent without leaving the page, so that what is being written stays where it is.
const token = document.querySelector("[name=csrfmiddlewaretoken]").value;

async function send(thread, where, fields) {
  const unsent = thread.querySelector("[data-unsent]");
  unsent.hidden = true;
  const body = new URLSearchParams({ ...fields, csrfmiddlewaretoken: token, next: thread.dataset.where });
  const response = await fetch(where, { method: "POST", body }).catch(() => null);
  const page = response?.ok && response.url.includes(thread.dataset.where) ? await response.text() : "";
  if (!page) { unsent.hidden = false; return; }
  const made = document.createElement("template");
  made.innerHTML = page;
  thread.replaceWith(made.content.querySelector("[data-thread]"));
}

function say(line) {
  const input = line.querySelector("input");
  const thread = line.closest("[data-thread]");
  if (!input.value.trim()) { input.focus(); return; }
  const place = line.querySelector("[data-at]")?.value ?? thread.dataset.place;
  line.querySelector("[data-send]").disabled = true;
  send(thread, line.dataset.say, { text: input.value, place }).finally(() => { line.querySelector("[data-send]").disabled = false; });
}

document.addEventListener("click", (event) => {
  const line = event.target.closest("[data-say]");
  if (!line) return;
  if (event.target.closest("[data-send]")) say(line);
  const settle = event.target.closest("[data-resolve]");
  if (settle) { settle.disabled = true; send(line.closest("[data-thread]"), settle.dataset.resolve, {}); }
});
document.addEventListener("keydown", (event) => {
  const line = event.target.closest("[data-say]");
  if (line && event.key === "Enter" && event.target.matches("input") && !event.isComposing) { event.preventDefault(); say(line); }
});
