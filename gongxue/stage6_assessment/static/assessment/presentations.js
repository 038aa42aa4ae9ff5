// One key calls the next: N, or the forward key of a presenter's clicker. Never while somebody is typing.
const form = document.querySelector("form[data-next]");
let sent = false;

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, dialog[open]");
  const asked = ["n", "N", "PageDown"].includes(event.key) && !(event.ctrlKey || event.altKey || event.metaKey);
  if (!form || sent || typing || !asked || event.repeat) return;
  event.preventDefault();
  sent = true;
  form.requestSubmit();
});
