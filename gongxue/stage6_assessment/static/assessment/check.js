// Computes the fingerprints of signed sheets once more, here, from what was signed.
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

for (const table of document.querySelectorAll("[data-table]")) {
  const button = table.querySelector("[data-check]");
  if (!table.querySelector("[data-canonical]")) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    for (const box of table.querySelectorAll("[data-sealed]")) {
      const [text, wanted, verdict] = ["canonical", "fingerprint", "verdict"].map((name) => box.querySelector(`[data-${name}]`));
      if (!text) continue;
      if (!globalThis.crypto?.subtle) { verdict.textContent = "本浏览器不能计算，请下载 JSON 用 sha256sum 核对。"; continue; }
      const found = hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text.content.textContent)));
      const same = found === wanted.textContent.trim();
      verdict.className = same ? "good" : "bad";
      verdict.textContent = same ? "✓ 重新计算的指纹相同" : `✗ 重新计算得到 ${found}，与公布的不同`;
    }
  });
}
