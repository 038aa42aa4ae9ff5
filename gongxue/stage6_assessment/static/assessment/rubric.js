// The sum of the weights while they are typed.
const weights = [...document.querySelectorAll("[data-weight]")];
const shown = document.getElementById("weights");
document.addEventListener("input", (event) => {
  if (!weights.includes(event.target)) return;
  const sum = weights.reduce((all, input) => all + (Number(input.value) || 0), 0);
  shown.textContent = String(sum);
  shown.classList.toggle("bad", sum !== 100);
});
