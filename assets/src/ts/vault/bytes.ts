// Bytes and their texts: small hexadecimal, standard Base64 with padding, UTF-8.
import { base64, base64urlnopad, hex } from "@scure/base";

export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

// Every buffer here is this page's own and never shared, which some type declarations leave open.
const own = (bytes: Uint8Array): Bytes => bytes as Bytes;

export const utf8 = (text: string): Bytes => encoder.encode(text);
export const toHex = (bytes: Uint8Array): string => hex.encode(bytes);
export const fromHex = (text: string): Bytes => own(hex.decode(text));
export const toBase64 = (bytes: Uint8Array): string => base64.encode(bytes);
export const fromBase64 = (text: string): Bytes => own(base64.decode(text));
export const fromBase64Url = (text: string): Bytes => own(base64urlnopad.decode(text));
export const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

export function join(...parts: Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
