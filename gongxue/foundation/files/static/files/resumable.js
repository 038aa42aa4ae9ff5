// One file on its way to the platform, piece by piece (tus 1.0), wherever it broke off before. No framework.
//
// Our own and not tus-js-client: its package has no ES module that a page could load as it is (bare imports, or one
// UMD script of several times this size), and what is wanted beside the protocol, pieces that fit the line and the
// wait for the check, would have to be written anyway.
const VERSION = "1.0.0";
const LEAST = 256 * 1024, MOST = 8 * 1024 * 1024;
const PIECE_SECONDS = 4; // a piece is made so large that it takes about this long: little is lost when the line breaks
const SILENCE = 60000; // without a byte for so long, a piece is given up and sent again
const WAITS = [1000, 2000, 4000, 8000, 15000, 30000];

// Name, size and date of a file as one short word: by it a file is known again after the browser was closed.
export function markOf(file) {
  let high = 0xdeadbeef, low = 0x41c6ce57;
  for (const ch of `${file.name}|${file.size}|${file.lastModified}`) {
    high = Math.imul(high ^ ch.codePointAt(0), 2654435761);
    low = Math.imul(low ^ ch.codePointAt(0), 1597334677);
  }
  return (high >>> 0).toString(16).padStart(8, "0") + (low >>> 0).toString(16).padStart(8, "0");
}

const encoded = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

class Failed extends Error {
  constructor(status, says) { super(says); this.status = status; }
}

// phases: waiting, sending, offline, paused, checking, ready, refused, gone
export class Resumable {
  constructor(file, { door, slot, token, where = "", onchange }) {
    Object.assign(this, { file, door, slot, token, where, onchange });
    Object.assign(this, { phase: "waiting", sent: 0, says: "", speed: 0, piece: 1024 * 1024, marks: [] });
  }

  get rest() { return this.speed > 0 ? (this.file.size - this.sent) / this.speed : Infinity; }

  tell(phase, says = "") { this.phase = phase; this.says = says; this.onchange(this); }

  // Until the time has passed, the line is back, or somebody pauses or goes on: a press of a button never waits.
  sleep(ms) {
    return new Promise((resolve) => { this.wake = resolve; setTimeout(resolve, ms); addEventListener("online", resolve, { once: true }); });
  }

  pause() {
    this.stopped = true;
    this.request?.abort();
    this.wake?.();
    this.tell("paused");
  }

  async cancel() {
    this.stopped = true;
    this.request?.abort();
    this.tell("gone");
    if (this.where) await this.ask("DELETE", this.where).catch(() => {});
  }

  // Send what is missing, however often the line breaks, then wait for the check.
  async go() {
    this.stopped = false;
    this.again = this.running; // paused a moment ago: what broke off then was no failure of the line
    this.wake?.();
    if (this.running) return;
    this.running = true;
    try {
      for (let tries = 0; !this.stopped;) {
        try {
          await this.once(() => { tries = 0; });
          return;
        } catch (error) {
          if (this.stopped) return;
          if (!(error instanceof Failed)) throw error;
          if (this.again) { this.again = false; continue; }
          if (!this.retried(error)) return;
          await this.sleep(WAITS[Math.min(tries++, WAITS.length - 1)]);
        }
      }
    } finally {
      this.running = false;
    }
  }

  // Whether a failure passes by itself.
  retried(error) {
    if (error.status === 0 || error.status >= 500) {
      this.marks = [];
      this.speed = 0;
      this.tell("offline", error.status === 507 ? error.message : "");
      return true;
    }
    if ([409, 423, 460].includes(error.status)) return true; // somebody else was there, or a piece was garbled
    if ([404, 410].includes(error.status) && this.where) { this.where = ""; this.sent = 0; return true; } // begin anew
    this.tell("refused", error.status === 403 ? "登录已失效或页面已过期，请刷新页面后重新选择同一文件，会从断点继续。" : error.message);
    return false;
  }

  async once(progressed) {
    if (!this.where) await this.announce();
    this.sent = Number((await this.ask("HEAD", this.where)).getResponseHeader("Upload-Offset"));
    this.tell("sending");
    while (this.sent < this.file.size) {
      await this.send();
      progressed();
    }
    await this.checked();
  }

  async announce() {
    const said = { filename: this.file.name, slot: this.slot, mark: markOf(this.file) };
    const metadata = Object.entries(said).map(([key, value]) => `${key} ${encoded(value)}`).join(",");
    const made = await this.ask("POST", this.door, { "Upload-Length": this.file.size, "Upload-Metadata": metadata });
    this.where = new URL(made.getResponseHeader("Location"), location.href).pathname;
  }

  async send() {
    const begun = this.sent, began = performance.now();
    const piece = this.file.slice(begun, Math.min(begun + this.piece, this.file.size));
    const headers = { "Upload-Offset": begun, "Content-Type": "application/offset+octet-stream" };
    if (globalThis.crypto?.subtle) { // not there on plain http
      const digest = await crypto.subtle.digest("SHA-256", await this.bytes(piece));
      headers["Upload-Checksum"] = `sha256 ${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
    }
    const answer = await this.ask("PATCH", this.where, headers, piece, (bytes) => { this.sent = begun + bytes; this.measure(); });
    this.sent = Number(answer.getResponseHeader("Upload-Offset"));
    this.measure();
    const speed = (this.sent - begun) / Math.max(0.001, (performance.now() - began) / 1000);
    this.piece = Math.max(LEAST, Math.min(MOST, 2 * this.piece, Math.round(speed * PIECE_SECONDS)));
  }

  async bytes(piece) {
    try {
      return await piece.arrayBuffer();
    } catch {
      throw new Failed(400, "文件读不到了，可能已被移动或修改，请重新选择。");
    }
  }

  // Bytes per second over the last ten seconds.
  measure() {
    const now = performance.now();
    this.marks = [...this.marks.filter(([at]) => now - at < 10000), [now, this.sent]];
    const [[first, from]] = this.marks;
    if (now - first > 500) this.speed = Math.max(0, (this.sent - from) / ((now - first) / 1000));
    this.tell("sending");
  }

  async checked() {
    this.tell("checking");
    if (this.stopped) return;
    for (;;) {
      const status = JSON.parse((await this.ask("GET", this.where)).responseText);
      if (status.state === "receiving") { // the last word was lost: say once more that all is there
        await this.ask("PATCH", this.where, { "Upload-Offset": this.file.size, "Content-Type": "application/offset+octet-stream" }, new Blob([]));
      } else if (status.state === "ready") { this.tell("ready"); return; } else if (status.state === "refused") { this.tell("refused", status.problem); return; }
      this.tell("checking", status.of ? `${Math.floor((100 * status.done) / status.of)}%` : "");
      await this.sleep(700);
      if (this.stopped) return;
    }
  }

  ask(method, where, headers = {}, body = null, progressed = null) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      this.request = request;
      let alive = setTimeout(() => request.abort(), SILENCE);
      const living = () => { clearTimeout(alive); alive = setTimeout(() => request.abort(), SILENCE); };
      request.upload.onprogress = (event) => { living(); progressed?.(event.loaded); };
      request.onloadend = () => {
        clearTimeout(alive);
        const strayed = request.responseURL && new URL(request.responseURL).pathname !== new URL(where, location.href).pathname;
        if (strayed) reject(new Failed(403, ""));
        else if (request.status >= 200 && request.status < 300) resolve(request);
        else reject(new Failed(request.status, request.responseText.length < 300 ? request.responseText : ""));
      };
      request.open(method, where);
      request.setRequestHeader("Tus-Resumable", VERSION);
      request.setRequestHeader("X-CSRFToken", this.token);
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      request.send(body);
    });
  }
}
