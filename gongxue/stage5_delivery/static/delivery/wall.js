// The page for the wall: asks for the present code every few seconds, and says so when it cannot.
const place = document.querySelector("[data-code]");
const figure = place.querySelector("figure");
const svg = place.querySelector("svg");
const bar = place.querySelector("progress");
const shown = (name, visible) => { place.querySelector(`[data-${name}]`).hidden = !visible; };
const EVERY = 3000;
let left = Number(place.dataset.left);

function draw(state) {
  figure.hidden = !state.open;
  shown("closed", !state.open);
  place.querySelector("[data-came]").textContent = state.came;
  place.querySelector("[data-late]").classList.toggle("wait", state.late);
  if (!state.open) return;
  svg.setAttribute("viewBox", `0 0 ${state.side} ${state.side}`);
  svg.querySelector("path").setAttribute("d", state.path);
  left = state.left;
}

async function ask() {
  let wait = EVERY;
  try {
    const answer = await fetch(place.dataset.code, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.redirected || answer.status === 403) { location.reload(); return; } // signed out: lead through sign-in and back
    if (!answer.ok) throw new Error(String(answer.status));
    const state = await answer.json();
    draw(state);
    shown("lost", false);
    figure.classList.remove("stale");
    if (!state.open) return; // it stays closed, and a page that is left open does not keep anybody signed in
    wait = Math.min(EVERY, state.left * 1000 + 150);
  } catch {
    shown("lost", true);
  }
  setTimeout(ask, wait);
}

setInterval(() => { left = Math.max(0, left - 1); bar.value = left; }, 1000);
setTimeout(ask, Math.min(EVERY, left * 1000 + 150));

const full = document.querySelector("[data-full]");
if (document.documentElement.requestFullscreen) {
  full.hidden = false;
  full.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()));
}
navigator.wakeLock?.request("screen").catch(() => {});
