// Small behaviours of every page: dialogs, double clicks, unsaved work, select-all. No framework.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    dialog?.showModal();
    dialog?.querySelector("textarea, input:not([type=hidden])")?.focus();
    return;
  }
  if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
  if (event.target.tagName === "DIALOG") event.target.close();
  const printer = event.target.closest("[data-print]");
  if (printer) window.print();
  const copier = event.target.closest("[data-copy]");
  if (copier) navigator.clipboard?.writeText(copier.dataset.copy).then(() => { copier.textContent = "已复制"; });
});

// A form is sent once: the server also guards it by the `once` key, the button only says so.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  form.querySelectorAll("button:not([type=button])").forEach((button) => button.setAttribute("aria-disabled", "true"));
  dirty.delete(form);
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  });
});

// Leaving a page with typed and unsent work asks first.
const dirty = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) dirty.add(form);
});
window.addEventListener("beforeunload", (event) => { if (dirty.size) event.preventDefault(); });

document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-checks]");
  if (all) document.querySelectorAll(all.dataset.checks).forEach((box) => { box.checked = all.checked; });
  const filter = event.target.closest("form[data-auto] select, form[data-auto] input[type=checkbox]");
  if (filter) filter.form.requestSubmit();
  const counter = event.target.closest("[data-shows]");
  if (counter) toggle(counter);
});

// data-shows="name=value:#target": shows the target while the field has the value.
function toggle(field) {
  const [condition, target] = field.dataset.shows.split(":");
  const value = field.type === "checkbox" ? String(field.checked) : field.value;
  const shown = value === condition;
  document.querySelectorAll(target).forEach((element) => { element.hidden = !shown; });
}

// The menu on a phone closes when one goes elsewhere on the page.
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.nav[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.removeAttribute("open");
  });
});
export { dirty };
