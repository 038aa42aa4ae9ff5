// Files of a form, sent while the rest is filled in: <div data-picker> beside the plain file field, which stays for
// browsers without script. What was begun earlier, here or on another device, stands in its list and goes on when the
// same file is chosen again.
import { Resumable, markOf } from "./resumable.js";

const MB = 1048576;
const size = (bytes) => (bytes < MB ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / MB).toFixed(1)} MB`);
const time = (seconds) => (seconds < 60 ? `${Math.ceil(seconds)} 秒` : seconds < 3600 ? `${Math.ceil(seconds / 60)} 分钟` : `${(seconds / 3600).toFixed(1)} 小时`);

class Picker {
  constructor(box) {
    this.box = box;
    this.form = box.closest("form");
    this.list = box.querySelector("ul");
    this.said = box.querySelector("[data-says]");
    this.uploads = new Map(); // line → upload, null for one that was checked before
    this.options = { door: box.dataset.door, slot: box.dataset.slot, token: this.form.elements.csrfmiddlewaretoken.value };
    const plain = this.form.querySelector("input[type=file][name=file]");
    this.types = plain.accept.split(",");
    plain.disabled = true; // the same field for everybody else
    const field = plain.closest(".field");
    field.hidden = true;
    box.hidden = false;
    this.wrong = [...field.querySelectorAll(".error")]; // what the server said of the plain field belongs here now
    this.wrong.forEach((error) => this.said.before(error));
    this.wrong[0]?.scrollIntoView({ block: "center" });
    this.list.querySelectorAll("li").forEach((line) => this.known(line));
    const chosen = box.querySelector("input[type=file]");
    chosen.accept = plain.accept;
    chosen.addEventListener("change", () => { [...chosen.files].forEach((file) => this.add(file)); chosen.value = ""; });
    box.addEventListener("dragover", (event) => { event.preventDefault(); box.classList.add("over"); });
    box.addEventListener("dragleave", () => box.classList.remove("over"));
    box.addEventListener("drop", (event) => { event.preventDefault(); box.classList.remove("over"); [...event.dataTransfer.files].forEach((file) => this.add(file)); });
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.form.addEventListener("formdata", (event) => this.fill(event.formData));
    window.addEventListener("beforeunload", (event) => { if (this.busy && !this.sent) event.preventDefault(); });
  }

  get live() { return [...this.uploads].filter(([line]) => line.isConnected); }
  get busy() { return this.live.some(([, upload]) => upload && ["waiting", "sending", "offline", "checking"].includes(upload.phase)); }

  // A line that the page came with: checked and ready, or waiting for its file.
  known(line) {
    if (line.dataset.state === "ready") this.uploads.set(line, null);
    line.querySelector("[data-cancel]").addEventListener("click", async () => {
      const upload = this.uploads.get(line) ?? new Resumable({ size: 0 }, { ...this.options, where: line.dataset.where, onchange() {} });
      line.remove();
      await upload.cancel();
    });
  }

  add(file) {
    this.wrong.forEach((error) => error.remove());
    const problem = this.problem(file);
    if (problem) { this.said.textContent = problem; return; }
    this.said.textContent = "";
    const mark = markOf(file);
    const lines = [...this.list.children];
    const line = lines.find((one) => one.dataset.mark === mark) ?? this.line(file, mark);
    if (this.uploads.get(line) || line.dataset.state === "ready") { this.uploads.get(line)?.go(); return; }
    const upload = new Resumable(file, { ...this.options, where: line.dataset.where || "", onchange: () => this.show(line, upload) });
    this.uploads.set(line, upload);
    line.querySelector("[data-pause]").onclick = () => (upload.phase === "paused" || upload.phase === "refused" ? upload.go() : upload.pause());
    this.show(line, upload);
    upload.go();
  }

  problem(file) {
    const end = file.name.slice(file.name.lastIndexOf(".") + 1).toLowerCase();
    if (!this.types.includes(`.${end}`)) return `“${file.name}”：不接受这种文件，请选 ${this.types.join("、")}。`;
    const most = Number(JSON.parse(this.box.dataset.limits)[end === "jpeg" ? "jpg" : end]);
    if (file.size > most) return `“${file.name}”${size(file.size)}，超过 ${size(most)}，请压缩或剪辑后再选。`;
    return file.size ? "" : `“${file.name}”是空文件，请检查后重新选择。`;
  }

  line(file, mark) {
    const line = this.box.querySelector("template").content.firstElementChild.cloneNode(true);
    line.dataset.mark = mark;
    line.querySelector("b").textContent = file.name;
    this.list.append(line);
    this.known(line);
    return line;
  }

  show(line, upload) {
    line.dataset.where = upload.where;
    line.dataset.state = upload.phase;
    const bar = line.querySelector("progress"), button = line.querySelector("[data-pause]");
    bar.max = upload.file.size;
    bar.value = ["checking", "ready"].includes(upload.phase) ? upload.file.size : upload.sent;
    bar.hidden = upload.phase === "ready";
    button.hidden = ["checking", "ready", "gone"].includes(upload.phase);
    button.textContent = ["paused", "refused"].includes(upload.phase) ? "继续" : "暂停";
    const done = `${Math.floor((100 * upload.sent) / upload.file.size)}%，${size(upload.sent)} / ${size(upload.file.size)}`;
    const going = upload.speed ? `${size(upload.speed)}/秒，剩余约 ${time(upload.rest)}` : "正在连接";
    line.querySelector("small").textContent = {
      waiting: "正在连接", sending: `${done}，${going}`, paused: `已暂停，${done}`,
      offline: upload.says || `网络中断，已收到 ${done}，恢复后自动继续`,
      checking: `已收齐，正在检查内容 ${upload.says}`, ready: `${size(upload.file.size)}，已收齐并通过检查`, refused: upload.says, gone: "",
    }[upload.phase];
    this.after();
  }

  // Pressed before all was there: the form goes by itself when it is.
  after() {
    if (!this.wanted) return;
    if (this.live.some(([, upload]) => upload && ["paused", "refused"].includes(upload.phase))) {
      this.wanted = false;
      this.said.textContent = "有文件没有传完，请继续或移除后再提交。";
    } else if (!this.busy) {
      this.wanted = false;
      this.said.textContent = "";
      this.form.requestSubmit();
    }
  }

  submit(event) {
    const open = this.live.some(([, upload]) => upload && ["paused", "refused"].includes(upload.phase));
    if (this.busy || open) {
      event.preventDefault();
      this.wanted = this.busy && !open;
      this.said.textContent = open ? "有文件没有传完，请继续或移除后再提交。" : "文件收齐并检查后自动提交，请不要关闭本页。";
      return;
    }
    this.sent = true;
  }

  fill(data) {
    for (const [line] of this.live) data.append("uploads", line.dataset.where.split("/").filter(Boolean).pop());
  }
}

document.querySelectorAll("[data-picker]").forEach((box) => new Picker(box));
