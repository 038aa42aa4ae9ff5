// Checks a certificate's file or code in this browser; nothing is sent. The steps are those of verify_certificate.py.
const card = document.getElementById("offline");
const part = (name) => card.querySelector(`[data-${name}]`);
const keys = JSON.parse(card.dataset.keys);
const TITLES = {
  holder: "姓名", id_end: "身份证号后四位", number: "证书编号", serial: "证书序列号", first_day: "培训开始", last_day: "培训结束",
  periods: "培训课时", courses: "课程内容", result: "考核结果", issued_on: "发证日期",
};
const SHA_256 = hex("300d06096086480165030402010500"), ECDSA = hex("300a06082a8648ce3d040302");
const SIGNED = hex("06092a864886f70d010702"), DATA = hex("06092a864886f70d010701"), DIGEST = hex("06092a864886f70d010904");

class Bad extends Error {}
const need = (holds, says) => { if (!holds) throw new Bad(says); };
function hex(text) { return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16)); }
const base64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const utf8 = (text) => new TextEncoder().encode(text);
const sha256 = async (data) => new Uint8Array(await crypto.subtle.digest("SHA-256", data));
function join(...parts) {
  const all = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of parts) { all.set(one, at); at += one.length; }
  return all;
}
const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
function find(data, wanted, from = 0) {
  for (let at = from; at + wanted.length <= data.length; at += 1) {
    let i = 0;
    while (i < wanted.length && data[at + i] === wanted[i]) i += 1;
    if (i === wanted.length) return at;
  }
  return -1;
}

function der(tag, ...parts) {
  const body = join(...parts), size = body.length;
  if (size < 128) return join([tag, size], body);
  return size < 256 ? join([tag, 129, size], body) : join([tag, 130, size >> 8, size & 255], body);
}
function content(data, at) {
  let size = data[at + 1], begin = at + 2;
  if (size & 128) {
    const more = size & 127;
    size = data.slice(begin, begin + more).reduce((sum, byte) => sum * 256 + byte, 0);
    begin += more;
  }
  need(begin + size <= data.length, "签名结构不完整");
  return { inside: data.slice(begin, begin + size), begin, end: begin + size };
}
// Issuer, serial number and public key of a certificate: the fourth, second and seventh value of what it certifies.
function partsOf(certificate) {
  const body = content(certificate, content(certificate, 0).begin);
  const values = [];
  for (let at = body.begin; at < body.end;) {
    const { end } = content(certificate, at);
    values.push(certificate.slice(at, end));
    at = end;
  }
  return { serial: values[1], issuer: values[3], key: values[6] };
}
function envelope(raw, attributes, signature) {
  const { serial, issuer } = partsOf(raw), one = der(2, [1]);
  const signer = der(0x30, one, der(0x30, issuer, serial), SHA_256, der(0xa0, attributes), ECDSA, der(4, signature));
  return der(0x30, SIGNED, der(0xa0, der(0x30, one, der(0x31, SHA_256), der(0x30, DATA), der(0xa0, raw), der(0x31, signer))));
}
// WebCrypto wants the two numbers of an ECDSA signature side by side, 32 bytes each.
function plain(signature) {
  const first = content(signature, content(signature, 0).begin), second = content(signature, first.end);
  const fit = (number) => join(new Uint8Array(32), number).slice(-32);
  return join(fit(first.inside), fit(second.inside));
}

async function checkFile(data) {
  const text = new TextDecoder("latin1").decode(data);
  const ranges = [...text.matchAll(/\/ByteRange \[(\d+) (\d+) (\d+) (\d+)\s*\]/g)];
  need(ranges.length === 1, "不是本平台的电子证书：没有数字签名，或有不止一个");
  const [first, begin, end, rest] = ranges[0].slice(1).map(Number);
  need(first === 0 && begin < end && end + rest === data.length, "签名没有覆盖整个文件");
  const written = text.slice(begin + 1, end - 1);
  need(text[begin] === "<" && text[end - 1] === ">" && /^[0-9A-F]+$/.test(written), "签名区被改动");
  const cms = hex(written), raw = base64(keys.document);
  const named = find(cms, raw), at = find(cms, join(SHA_256, [0xa0]), named + raw.length);
  need(named > 0 && at > 0, "不是本平台的签名证书签署的");
  const attributes = content(cms, at + SHA_256.length);
  const signature = content(cms, content(cms, attributes.end).end).inside;
  const wrapped = Array.from(envelope(raw, attributes.inside, signature), (byte) => byte.toString(16).padStart(2, "0")).join("");
  need(written === wrapped.toUpperCase().padEnd(written.length, "0"), "签名的封装被改动，或不是本平台签署的");
  const digest = await sha256(join(data.slice(0, begin), data.slice(end)));
  need(find(attributes.inside, der(0x30, DIGEST, der(0x31, der(4, digest)))) >= 0, "内容被改动：摘要不符");
  const key = await crypto.subtle.importKey("spki", partsOf(raw).key, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  const how = { name: "ECDSA", hash: "SHA-256" };
  need(await crypto.subtle.verify(how, key, plain(signature), der(0x31, attributes.inside)), "内容被改动：签名不符");
  const proofs = [...text.matchAll(/c2sp\.org\/tlog-proof@v1\n[\s\S]*?\n\n[\s\S]*?\n\n[^\n]+\n/g)];
  need(proofs.length === 1, "文件里没有存证证明（可能是启用存证之前核发的）");
  const proof = data.slice(proofs[0].index, proofs[0].index + proofs[0][0].length);
  return checkProof(new TextDecoder().decode(proof));
}

async function ed25519(key, signature, data) {
  const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", imported, signature, data);
}

async function checkProof(proof) {
  const cut = proof.indexOf("\n\n"), [, extra, index, ...nodes] = proof.slice(0, cut).split("\n");
  const note = proof.slice(cut + 2), gap = note.lastIndexOf("\n\n");
  const text = `${note.slice(0, gap)}\n`, line = note.slice(gap + 2).trim();
  const [name, tag, ...rest] = keys.log.split("+"), signature = base64(line.slice(line.lastIndexOf(" ") + 1));
  const [origin, size, root] = text.split("\n");
  need(origin === name && same(signature.slice(0, 4), hex(tag)), "校验点不是本平台的日志签署的");
  need(await ed25519(base64(rest.join("+")).slice(1), signature.slice(4), utf8(text)), "校验点的签名不符");
  const data = base64(extra.slice("extra ".length));
  let place = Number(index.slice("index ".length)), last = Number(size) - 1, found = await sha256(join([0], data));
  need(place >= 0 && place <= last, "存证证明不成立");
  for (const node of nodes.map(base64)) {
    need(last > 0, "存证证明不成立");
    const left = place % 2 === 1 || place === last;
    found = await sha256(left ? join([1], node, found) : join([1], found, node));
    while (left && place % 2 === 0 && place) { place /= 2; last = Math.floor(last / 2); }
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  }
  need(last === 0 && same(found, base64(root)), "存证证明不成立");
  return JSON.parse(new TextDecoder().decode(data));
}

async function checkCode(text) {
  const digits = text.slice(text.lastIndexOf("#") + 1).trim();
  need(/^[0-9]{200,900}$/.test(digits), "不是证书二维码的内容，请粘贴完整的网址");
  let written = BigInt(digits).toString(16);
  if (written.length % 2) written = `0${written}`;
  const raw = hex(written), data = raw.slice(1, -64), view = new DataView(data.buffer, data.byteOffset);
  need(await ed25519(hex(keys.code), raw.slice(-64), data), "二维码的签名不符：伪造的，或没有扫描完整");
  const whole = (from, to) => data.slice(from, to).reduce((sum, byte) => sum * 256 + byte, 0);
  const day = (at) => new Date(Date.UTC(2000, 0, 1 + view.getUint16(at))).toISOString().slice(0, 10);
  const number = String(whole(2, 9)).padStart(15, "0"), end = view.getUint16(23);
  return {
    holder: new TextDecoder().decode(data.slice(42)), serial: String(whole(9, 14)).padStart(10, "0"),
    number: `${number.slice(0, 11)}${number[11].replace("0", "G")}${number.slice(12)}`,
    first_day: day(14), last_day: day(16), issued_on: day(18), periods: view.getUint16(21),
    id_end: `${String(Math.floor(end / 11)).padStart(3, "0")}${"0123456789X"[end % 11]}`,
  };
}

function show(tone, verdict, findings, said) {
  part("answer").hidden = false;
  part("answer").className = `note ${tone}`;
  part("verdict").textContent = verdict;
  part("findings").replaceChildren(...findings.map((one) => Object.assign(document.createElement("li"), { textContent: one })));
  const rows = Object.entries(TITLES).filter(([key]) => said[key]).map(([key, title]) => {
    const row = document.createElement("div"), term = document.createElement("dt"), value = document.createElement("dd");
    term.textContent = title;
    value.textContent = said[key];
    row.append(term, value);
    return row;
  });
  part("said").replaceChildren(...rows);
  part("said").hidden = !rows.length;
}

async function answer(work, good) {
  try {
    const said = await work();
    show("good", "核对通过", [...good, "是否仍然有效，请用“证书查询”再查一次。"], said);
  } catch (problem) {
    const ours = problem instanceof Bad;
    show("bad", ours ? "没有通过" : "不能核对", [ours ? problem.message : "文件不完整，或这个浏览器太旧，请换新版浏览器。"], {});
  }
}

part("file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  const good = ["由本平台的签名证书签署。", "签名覆盖整个文件，内容未被改动。", "已列入证书存证日志，证明成立。"];
  await answer(async () => checkFile(new Uint8Array(await file.arrayBuffer())), good);
});
part("code").addEventListener("change", async (event) => {
  if (event.target.value.trim()) await answer(() => checkCode(event.target.value), ["二维码由本平台签名。"]);
});
part("keyfile").href = URL.createObjectURL(new Blob([JSON.stringify(keys, null, 1)], { type: "application/json" }));
