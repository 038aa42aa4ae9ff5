// Puts the answer under the form, which keeps what was typed. Without this script the page is simply loaded anew.
const form = document.querySelector("form[data-query]");
const result = document.getElementById("result");
const button = form.querySelector("button");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "X-Part": "result" },
    });
    result.innerHTML = await answer.text();
  } catch {
    result.innerHTML = '<p class="note bad" role="alert">没有连上服务器，请检查网络后再试。</p>';
  } finally {
    button.disabled = false;
  }
});
