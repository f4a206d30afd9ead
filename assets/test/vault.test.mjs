// What the browser seals, opens, locks and signs, against the fixed vectors of crates/evidence, those of the C2SP for `age`,
// and the command `age` where it is installed.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { openAsBlob } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import { load } from "./vault.mjs";

const { bytes, key, lock, manifest, note, stream } = await load();
const evidence = new URL("../../crates/evidence/tests/", import.meta.url);
const json = (name) => JSON.parse(readFileSync(new URL(name, evidence), "utf8"));
const sha256 = (content) => createHash("sha256").update(content).digest("hex");
const whole = async (readable) => new Uint8Array(await new Response(readable).arrayBuffer());

function sink() {
  const parts = [];
  const to = new WritableStream({ write: (part) => void parts.push(part) });
  return { to, content: () => Buffer.concat(parts) };
}

test("the fixed vectors open, and lead to the same keys", async () => {
  const v = json("sealing.json");
  const known = await key.Key.of("hybrid", bytes.fromHex(v.seed));
  assert.equal(known.text(), v.identity);
  assert.equal(known.recipient, v.recipient);
  assert.deepEqual(await key.Key.read(v.identity), known);
  const byCode = await lock.unlock("code", lock.readCode(v.code), bytes.fromHex(v.locked_by_code), v.recipient);
  assert.deepEqual(byCode, known);
  const byPasskey = await lock.unlock("passkey", bytes.fromHex(v.passkey_secret), bytes.fromHex(v.locked_by_passkey), v.recipient);
  assert.deepEqual(byPasskey, known);
  assert.equal(note.verifierText(note.verifier(v.signer_name, known.signingPublic())), v.signer);
  assert.equal(bytes.toHex(known.signingPublic()), v.signing_public);
  assert.equal(lock.codeText(lock.readCode(v.code)), v.code);
  assert.equal(lock.codeText(lock.readCode(` ${v.code.toUpperCase()}\n`)), v.code);
  assert.throws(() => lock.readCode(v.code.replace(/.$/, (last) => (last === "q" ? "p" : "q"))));
});

for (const kind of ["classic", "hybrid"]) {
  test(`a ${kind} key that is locked here opens with its own secret only`, async () => {
    const mine = await key.Key.generate(kind);
    const other = await key.Key.generate(kind);
    const [code, secret] = [lock.newCode(), randomBytes(32)];
    const [byCode, byPasskey] = [lock.lock("code", code, mine), lock.lock("passkey", secret, mine)];
    assert.equal(byCode.length, 98);
    assert.deepEqual(await lock.unlock("code", code, byCode, mine.recipient), mine);
    assert.deepEqual(await lock.unlock("passkey", secret, byPasskey, mine.recipient), mine);
    await assert.rejects(lock.unlock("code", lock.newCode(), byCode, mine.recipient));
    await assert.rejects(lock.unlock("passkey", secret, byPasskey, other.recipient));
    await assert.rejects(lock.unlock("passkey", secret, byCode, mine.recipient));
    for (const at of [0, 15, 16, 17, 48, 49, 97]) {
      const changed = byPasskey.slice();
      changed[at] ^= 1;
      await assert.rejects(lock.unlock("passkey", secret, changed, mine.recipient), String(at));
    }
  });
}

test("the fixed manifest is written byte for byte, and read", async () => {
  const fixed = json("manifest.json");
  const signer = note.readVerifier(fixed.signer);
  const mine = await key.Key.of("hybrid", bytes.fromHex(fixed.seed));
  const written = manifest.signed(fixed.manifest, signer.name, mine.signingSeed());
  assert.equal(written, fixed.note);
  assert.deepEqual(manifest.read(bytes.utf8(fixed.note), [signer]), fixed.manifest);
  const other = note.verifier(signer.name, (await key.Key.generate("hybrid")).signingPublic());
  assert.throws(() => manifest.read(bytes.utf8(fixed.note), [other]), /no known key/);
});

test("a manifest that was changed, or is written otherwise, is refused", async () => {
  const { manifest: body, seed, signer: text } = json("manifest.json");
  const signer = note.readVerifier(text);
  const secret = (await key.Key.of("hybrid", bytes.fromHex(seed))).signingSeed();
  const line = (value) => note.sign(`${JSON.stringify(value)}\n`, signer.name, secret);
  const read = (signed) => manifest.read(bytes.utf8(signed), [signer]);
  const good = manifest.signed(body, signer.name, secret);
  assert.throws(() => read(good.replace("subscriber 1", "subscriber 3")), /does not hold/);
  assert.throws(() => read(`${good}— ${signer.name} AAAA\n`));
  assert.throws(() => read(line({ type: "comity manifest v1", body })), /canonically/);
  assert.throws(() => read(line({ body: { ...body }, type: "comity manifest v2" })), /version/);
  const said = (change) => () => manifest.signed({ ...body, ...change }, signer.name, secret);
  assert.throws(said({ delivery: "" }));
  assert.throws(said({ purpose: "x\u202egpj.exe" }));
  assert.throws(said({ files: [] }));
  assert.throws(said({ files: [{ ...body.files[0], name: "../a" }] }));
  assert.throws(said({ files: [body.files[0], { ...body.files[1], name: body.files[0].name }] }));
  assert.throws(said({ encryption: { ...body.encryption, mode: "sealed-by-server" } }));
  assert.throws(said({ made: "2026-11-20T14:03:05-00:00" }));
  const more = manifest.canonical({ body: { ...body, more: 1 }, type: "comity manifest v1" });
  assert.throws(() => read(note.sign(`${more}\n`, signer.name, secret)), /canonically/);
});

test("the canonical form is that of RFC 8785", () => {
  const value = { b: "\u20ac$\u000f\nA'B\"\\\"/", a: [null, true, 9007199254740991], "": 0 };
  assert.equal(manifest.canonical(value), '{"":0,"a":[null,true,9007199254740991],"b":"€$\\u000f\\nA\'B\\"\\\\\\"/"}');
  for (const wrong of [1.5, -1, 2 ** 53, "\ud800"]) assert.throws(() => manifest.canonical(wrong), String(wrong));
});

test("a moment has the offset of the clock that told it", () => {
  assert.match(manifest.when(new Date()), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/);
  assert.equal(Date.parse(manifest.when(new Date(1_763_647_385_000))), 1_763_647_385_000);
});

test("every vector of the specification ends as it says", async () => {
  const folder = new URL("vectors/", evidence);
  let seen = 0;
  for (const name of readdirSync(folder).filter((name) => !name.endsWith(".json"))) {
    const file = readFileSync(new URL(name, folder));
    const end = file.indexOf("\n\n");
    const head = file.subarray(0, end).toString().split("\n").map((line) => line.split(": "));
    const field = (wanted) => head.find(([name]) => name === wanted)?.[1];
    const content = field("compressed") ? inflateSync(file.subarray(end + 2)) : file.subarray(end + 2);
    const results = [];
    for (const [, text] of head.filter(([name]) => name === "identity")) {
      const { to } = sink();
      const opened = stream.unseal(new Blob([content]).stream(), await key.Key.read(text), to);
      results.push(await opened.then(({ plain }) => plain.sha256, (error) => error));
    }
    const good = results.filter((result) => typeof result === "string");
    assert.deepEqual(good, field("expect") === "success" ? [field("payload")] : [], `${name}: ${results}`);
    seen += 1;
  }
  assert.ok(seen > 60, String(seen));
});

test("a header that would not end is not read on", async () => {
  const mine = await key.Key.generate("classic");
  let given = 0;
  const endless = (text) => new ReadableStream({ pull: (out) => ((given += text.length), out.enqueue(Buffer.from(text))) });
  for (const text of ["-> a\n".repeat(1000), "x".repeat(5000), `age-encryption.org/v1\n-> X25519 ${"a".repeat(70_000)}`]) {
    given = 0;
    await assert.rejects(stream.unseal(endless(text), mine, sink().to));
    assert.ok(given < 300_000, String(given));
  }
});

for (const kind of ["classic", "hybrid"]) {
  test(`what is sealed to two ${kind} keys opens with each, and with no other`, async () => {
    const [one, two, other] = await Promise.all([1, 2, 3].map(() => key.Key.generate(kind)));
    for (const length of [0, 1, 65_535, 65_536, 65_537, 200_000]) {
      const content = randomBytes(length);
      const sealing = await stream.seal(new Blob([content]), [one.recipient, two.recipient]);
      const file = await whole(sealing.stream);
      assert.equal(file.length, sealing.size);
      const weights = sealing.weights();
      assert.deepEqual(weights, { plain: { bytes: length, sha256: sha256(content) }, cipher: { bytes: file.length, sha256: sha256(file) } });
      for (const mine of [one, two]) {
        const { to, content: opened } = sink();
        assert.deepEqual(await stream.unseal(new Blob([file]).stream(), mine, to), weights);
        assert.deepEqual(opened(), content);
      }
      await assert.rejects(stream.unseal(new Blob([file]).stream(), other, sink().to));
      await assert.rejects(stream.unseal(new Blob([file.slice(0, -1)]).stream(), one, sink().to));
    }
  });
}

test("kinds of keys are never mixed", async () => {
  const [classic, hybrid] = [await key.Key.generate("classic"), await key.Key.generate("hybrid")];
  await assert.rejects(stream.seal(new Blob(["x"]), [classic.recipient, hybrid.recipient]));
  await assert.rejects(stream.seal(new Blob(["x"]), []));
  for (const wrong of ["age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e", "ssh-ed25519 AAAA", "age1"]) {
    await assert.rejects(stream.seal(new Blob(["x"]), [wrong]), wrong);
  }
});

test("a file of 64 MiB passes in little memory", async () => {
  const folder = mkdtempSync(join(tmpdir(), "comity-memory-"));
  try {
    const path = join(folder, "content");
    writeFileSync(path, randomBytes(64 * 1024 * 1024));
    const mine = await key.Key.generate("hybrid");
    const sealing = await stream.seal(await openAsBlob(path), [mine.recipient]);
    let most = 0;
    const before = process.memoryUsage().rss;
    const watched = new TransformStream({ transform: (part, out) => ((most = Math.max(most, process.memoryUsage().rss - before)), out.enqueue(part)) });
    const opened = new WritableStream({});
    const weights = await stream.unseal(sealing.stream.pipeThrough(watched), mine, opened);
    assert.equal(weights.plain.sha256, sha256(readFileSync(path)));
    assert.ok(most < 40 * 1024 * 1024, `${most} bytes more`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const debian = spawnSync("age", ["--version"]).status === 0;

test("the command age opens what is sealed here, and the reverse", { skip: debian ? false : "age is not installed" }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "comity-age-"));
  const path = (name) => join(folder, name);
  try {
    for (const length of [0, 5, 65_536, 300_000]) {
      const content = randomBytes(length);
      const [mine, theirs] = [await key.Key.generate("classic"), await key.Key.generate("classic")];
      writeFileSync(path("key"), `${mine.text()}\n`);
      const sealing = await stream.seal(new Blob([content]), [theirs.recipient, mine.recipient]);
      writeFileSync(path("sealed.age"), await whole(sealing.stream));
      // It makes no file of no content, so it writes to the console.
      assert.deepEqual(execFileSync("age", ["-d", "-i", path("key"), path("sealed.age")]), content);

      writeFileSync(path("plain"), content);
      execFileSync("age", ["-r", theirs.recipient, "-r", mine.recipient, "-o", path("their.age"), path("plain")]);
      const file = readFileSync(path("their.age"));
      const { to, content: opened } = sink();
      const weights = await stream.unseal(new Blob([file]).stream(), mine, to);
      assert.deepEqual(opened(), content);
      assert.equal(weights.cipher.bytes, statSync(path("their.age")).size);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what is small is sealed and opened whole", async () => {
  const mine = await key.Key.generate("hybrid");
  const { file, weights } = await stream.sealSmall(bytes.utf8("a grant"), [mine.recipient]);
  assert.equal(weights.cipher.sha256, sha256(file));
  assert.equal(Buffer.from(await stream.unsealSmall(file, mine)).toString(), "a grant");
});
