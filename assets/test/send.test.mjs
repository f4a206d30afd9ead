// A sealed file on its way to a server that loses connections, is restarted, or refuses.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { load } from "./vault.mjs";

const { send } = await load();
const PART = 4 * 1024 * 1024;

// A server that keeps what it has confirmed; `fate` may break the n-th request, before or after it was kept.
async function instance(fate) {
  let [kept, number, complete] = [Buffer.alloc(0), 0, false];
  const server = createServer(async (asked, answer) => {
    const parts = [];
    for await (const part of asked) parts.push(part);
    const [body, offset, doom] = [Buffer.concat(parts), Number(asked.headers["upload-offset"]), fate((number += 1))];
    if (doom === "before") return answer.destroy();
    if (doom === "refused") return answer.writeHead(422, { "Content-Type": "application/problem+json" }).end('{"title":"no"}');
    if (offset === 0 && !asked.headers["upload-id"]) kept = Buffer.alloc(0);
    if (offset !== kept.length) return answer.writeHead(409, { "Upload-Offset": kept.length }).end();
    kept = Buffer.concat([kept, doom === "half" ? body.subarray(0, body.length / 2) : body]);
    complete = asked.headers["upload-complete"] === "?1" && doom !== "half";
    if (doom) return answer.destroy();
    answer.writeHead(204, { "Upload-Offset": kept.length, "Upload-Id": "u-1" }).end();
  });
  await new Promise((up) => server.listen(0, "127.0.0.1", up));
  const { port } = server.address();
  return { url: `http://127.0.0.1:${port}/`, state: () => ({ kept, complete, number }), close: () => (server.closeAllConnections(), server.close()) };
}

async function sent(fate, length, signal = new AbortController().signal) {
  const content = randomBytes(length);
  const server = await instance(fate);
  const seen = [];
  const to = { url: server.url, csrf: "x", name: "0001.age", size: length };
  const upload = await send.send(new Blob([content]).stream(), to, (now) => seen.push(now), signal).finally(server.close);
  const { kept, complete } = server.state();
  assert.equal(createHash("sha256").update(kept).digest("hex"), createHash("sha256").update(content).digest("hex"));
  assert.ok(complete);
  assert.equal(seen.at(-1).done, length);
  return { upload, seen };
}

test("a file goes in parts, and the server's name for it comes back", async () => {
  const { upload, seen } = await sent(() => undefined, 2 * PART + 5);
  assert.equal(upload, "u-1");
  assert.ok(seen.every(({ waiting }) => !waiting));
});

for (const doom of ["before", "half", "after"]) {
  for (const lost of [2, 3]) {
    test(`an answer that is lost at part ${lost} (${doom}) is no loss`, async () => {
      const { seen } = await sent((number) => (number === lost ? doom : undefined), 2 * PART + 5);
      assert.ok(seen.some(({ waiting }) => waiting));
    });
  }
}

test("a refusal is not tried again", async () => {
  const server = await instance((number) => (number === 2 ? "refused" : undefined));
  const to = { url: server.url, csrf: "x", name: "0001.age", size: 2 * PART };
  after(server.close);
  const failed = send.send(new Blob([randomBytes(2 * PART)]).stream(), to, () => undefined, new AbortController().signal);
  await assert.rejects(failed, (error) => error instanceof send.Refused && error.status === 422);
  assert.equal(server.state().number, 2);
});

test("what was cancelled stops", async () => {
  const stop = new AbortController();
  const cancelled = sent((number) => (stop.abort(new DOMException("cancelled", "AbortError")), number > 1 ? "before" : undefined), 3 * PART, stop.signal);
  await assert.rejects(cancelled, { name: "AbortError" });
});

test("a file that grew while it was read is not passed off as whole", async () => {
  const server = await instance(() => undefined);
  after(server.close);
  const to = { url: server.url, csrf: "x", name: "0001.age", size: PART };
  const failed = send.send(new Blob([randomBytes(PART + 1)]).stream(), to, () => undefined, new AbortController().signal);
  await assert.rejects(failed, /changed while it was read/);
});
