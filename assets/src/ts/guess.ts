// What an identifier looks like. A guess only: the person confirms it and the server checks it.
const GUESSES: readonly (readonly [string, RegExp])[] = [
  ["IPV4", /^(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?$/],
  ["IPV6", /^\[?(?=[0-9a-f:.]*:[0-9a-f:.]*:)[0-9a-f:.]{2,45}\]?(?::\d{1,5})?$/i],
  ["URL", /^https?:\/\/\S+$/i],
  ["EMAIL", /^[^\s@]+@[^\s@]+\.[^\s@]+$/],
  ["IMEI", /^\d{15}$/],
  ["PHONE_E164", /^\+[\d ().-]{6,24}$/],
  ["DOMAIN", /^(?=.{4,253}$)(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}$/i],
  ["USER_ID", /^@?[\w.-]{2,64}$/],
];

/** The type value of the first pattern that fits, or nothing. */
export function guessType(text: string): string | undefined {
  const value = text.trim();
  return GUESSES.find(([, pattern]) => pattern.test(value))?.[0];
}
