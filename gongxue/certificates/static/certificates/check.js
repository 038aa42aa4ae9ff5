// Reads the code behind the # (browsers do not send it by themselves) and asks whether it holds.
const card = document.getElementById("verdict");
const part = (name) => card.querySelector(`[data-${name}]`);
const TAGS = { valid: ["good", "有效"], void: ["bad", "已作废"], replaced: ["bad", "已停用"], unknown: ["wait", "待核实"], forged: ["bad", "未通过"] };

function show(answer) {
  const [tone, word] = TAGS[answer.state] ?? ["wait", "未核验"];
  card.dataset.state = answer.state;
  part("title").textContent = answer.title;
  part("says").textContent = answer.says;
  part("tag").className = `tag ${tone}`;
  part("tag").textContent = word;
  part("tag").hidden = false;
  const facts = answer.certificate;
  part("facts").hidden = !facts;
  if (!facts) return;
  card.querySelectorAll("[data-field]").forEach((cell) => { cell.textContent = facts[cell.dataset.field]; });
  part("rosette").setAttribute("d", facts.rosette);
}

async function check() {
  const code = location.hash.slice(1);
  if (!code) return;
  part("title").textContent = "正在核验…";
  try {
    const answer = await fetch(location.pathname, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ code }),
    });
    const body = await answer.json();
    show(answer.ok ? body : { state: "failed", title: "没有核验成功", says: body.title });
  } catch {
    show({ state: "failed", title: "没有核验成功", says: "没有连上服务器，请检查网络后刷新本页。" });
  }
}

window.addEventListener("hashchange", check);
check();
