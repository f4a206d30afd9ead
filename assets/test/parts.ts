// What needs no page, for tests.
export * as bytes from "../src/ts/vault/bytes";
export * as key from "../src/ts/vault/key";
export * as lock from "../src/ts/vault/lock";
export * as manifest from "../src/ts/vault/manifest";
export * as note from "../src/ts/vault/note";
export * as send from "../src/ts/vault/send";
export * as stream from "../src/ts/vault/stream";
