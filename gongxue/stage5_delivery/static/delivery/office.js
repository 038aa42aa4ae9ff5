// The chosen tab is in sight, also where the row of tabs is wider than the phone.
const tab = document.querySelector(".tabs a[aria-current]");
tab?.parentElement.scrollTo({ left: tab.offsetLeft - tab.parentElement.offsetLeft - tab.parentElement.clientWidth / 2 + tab.clientWidth / 2 });

// The desk: the list narrows while one types. Groups: people are dragged, the choice beside the name is what is sent.
const desk = document.querySelector("form[data-desk]");
if (desk) {
  const rows = [...document.querySelectorAll("table.office tr[data-words]")];
  const words = desk.elements.q, show = desk.elements.show, materials = desk.elements.materials;
  const narrow = () => {
    const q = words.value.trim(), wanted = show.value;
    for (const row of rows) {
      const named = !q || (/^\d+$/.test(q) ? row.dataset.words.split(" ")[0] === q : row.dataset.words.includes(q));
      row.hidden = !named || (wanted !== "" && !row.dataset.kind.split(" ").includes(wanted));
    }
  };
  const whole = !new URLSearchParams(location.search).get("q") && !new URLSearchParams(location.search).get("show");
  if (whole) {  // everybody is on the page: no need to ask the server again
    words.addEventListener("input", narrow);
    show.addEventListener("change", narrow);
    desk.addEventListener("submit", (event) => { event.preventDefault(); narrow(); });
    narrow();
  } else {
    show.addEventListener("change", () => desk.requestSubmit());
  }
  materials?.addEventListener("change", () => {
    document.querySelectorAll("form[action*='check-in'] input[name=materials]").forEach((one) => { one.value = materials.checked ? "on" : ""; });
  });
}

const boards = document.querySelector("[data-boards]");
if (boards) {
  let held = null;
  const form = boards.closest("form"), told = form.querySelector("[data-moved]");
  const mark = (person) => {
    const seen = person.querySelector("input[name^='seen.']"), chosen = person.querySelector("select");
    person.classList.toggle("moved", seen.value !== chosen.value);
    const n = boards.querySelectorAll("li.moved").length;
    if (told) told.textContent = n ? `${n} 人有变动，尚未保存` : "";
    boards.querySelectorAll(".board").forEach((board) => {
      const counter = board.querySelector("[data-count]");
      if (counter) counter.textContent = `${board.querySelectorAll(".people li").length} 人`;
    });
  };
  const place = (person, group) => {
    const board = boards.querySelector(`.board[data-group="${group}"] .people`);
    const chosen = person.querySelector("select");
    chosen.value = group;
    if (board) board.append(person);
    chosen.dispatchEvent(new Event("input", { bubbles: true }));
    mark(person);
  };
  boards.querySelectorAll(".people li").forEach((person) => { if (person.querySelector("select")) mark(person); });
  boards.addEventListener("change", (event) => {
    const chosen = event.target.closest("select");
    if (chosen) place(chosen.closest("li"), chosen.value);
  });
  boards.addEventListener("dragstart", (event) => { held = event.target.closest("li[draggable]"); event.dataTransfer?.setData("text/plain", "person"); });
  boards.addEventListener("dragover", (event) => {
    const board = event.target.closest(".board");
    if (!held || !board) return;
    event.preventDefault();
    boards.querySelectorAll(".over").forEach((one) => one.classList.remove("over"));
    board.classList.add("over");
  });
  const drop = () => { boards.querySelectorAll(".over").forEach((one) => one.classList.remove("over")); held = null; };
  boards.addEventListener("dragend", drop);
  boards.addEventListener("drop", (event) => {
    const board = event.target.closest(".board");
    if (held && board) { event.preventDefault(); place(held, board.dataset.group); }
    drop();
  });
}
