// A one-inch photo: chosen from camera or gallery, cut to 25:35 on this device, sent as JPEG. The server checks it again.
// <form data-photo> with input[name=photo]; <dialog data-cutter> with a canvas, [data-zoom], [data-turn], [data-cut]; [data-portrait].
const form = document.querySelector("form[data-photo]");
const cutter = document.querySelector("dialog[data-cutter]");

if (form && cutter && window.createImageBitmap) {
  const canvas = cutter.querySelector("canvas"), brush = canvas.getContext("2d");
  const zoom = cutter.querySelector("[data-zoom]"), input = form.elements.photo;
  const says = form.querySelector("[data-photo-says]");
  let picture = null, x = 0, y = 0, quarter = 0; // the middle of the frame on the picture, in its own pixels; quarter turns

  const say = (words, bad = false) => { says.textContent = words; says.classList.toggle("bad", bad); };
  const turned = () => (quarter % 2 ? [picture.height, picture.width] : [picture.width, picture.height]);
  const scale = () => { const [w, h] = turned(); return Math.max(canvas.width / w, canvas.height / h) * (zoom.value / 100); };

  // The frame never leaves the picture.
  function draw() {
    const [w, h] = turned(), s = scale();
    x = Math.min(Math.max(x, canvas.width / 2 / s), w - canvas.width / 2 / s);
    y = Math.min(Math.max(y, canvas.height / 2 / s), h - canvas.height / 2 / s);
    brush.setTransform(1, 0, 0, 1, 0, 0);
    brush.fillStyle = "#fff";
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.translate(canvas.width / 2, canvas.height / 2);
    brush.scale(s, s);
    brush.translate(w / 2 - x, h / 2 - y);
    brush.rotate((quarter * Math.PI) / 2);
    brush.imageSmoothingQuality = "high";
    brush.drawImage(picture, -picture.width / 2, -picture.height / 2);
  }

  function begin(found) {
    picture?.close?.();
    picture = found;
    [x, y, quarter, zoom.value] = [found.width / 2, found.height / 2, 0, 100];
    cutter.showModal();
    draw();
  }

  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    try {
      const found = await createImageBitmap(file, { imageOrientation: "from-image" });
      if (Math.min(found.width / 295, found.height / 413) < 1) {
        say(`照片为 ${found.width} × ${found.height} 像素，至少需要 295 × 413，请换一张。`, true);
        input.value = "";
        return;
      }
      begin(found);
    } catch {
      say("这个文件不能作为照片打开，请选择 JPG 或 PNG 照片。", true);
      input.value = "";
    }
  });

  let held = null;
  canvas.addEventListener("pointerdown", (event) => { held = [event.clientX, event.clientY]; canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener("pointerup", () => { held = null; });
  canvas.addEventListener("pointermove", (event) => {
    if (!held) return;
    const per = canvas.width / canvas.clientWidth / scale();
    x -= (event.clientX - held[0]) * per;
    y -= (event.clientY - held[1]) * per;
    held = [event.clientX, event.clientY];
    draw();
  });
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    x += (step[0] * 12) / scale();
    y += (step[1] * 12) / scale();
    draw();
  });
  zoom.addEventListener("input", draw);
  cutter.querySelector("[data-turn]").addEventListener("click", () => {
    quarter = (quarter + 1) % 4;
    [x, y] = turned().map((length) => length / 2);
    draw();
  });
  cutter.addEventListener("close", () => { input.value = ""; });
  cutter.querySelector("[data-cut]").addEventListener("click", () => {
    canvas.toBlob((blob) => { cutter.close(); send(blob); }, "image/jpeg", 0.92);
  });

  async function send(blob) {
    const data = new FormData(form);
    data.set("photo", blob, "照片.jpg");
    say("正在上传…");
    try {
      const response = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" }, redirect: "manual" });
      if (response.type === "opaqueredirect" || response.status === 401) { say("登录已失效，请重新登录后再上传。", true); return; }
      const answer = await response.json();
      if (!response.ok) { say(answer.says, true); return; }
      const shown = document.createElement("img");
      shown.src = answer.address;
      shown.alt = "我的一寸照片";
      [shown.width, shown.height] = [100, 140];
      document.querySelector("[data-portrait]").replaceChildren(shown);
      say(`照片已上传，会印在申请表上，下次报名自动沿用。${answer.warnings.join("")}`, answer.warnings.length > 0);
    } catch {
      say("网络不通，照片没有上传，请稍后再试。", true);
    }
  }
}
