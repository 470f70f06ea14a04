// What the Node drivers have in common; driver.py says what is asked and seen.
import { createInterface } from "node:readline";

export const [url, key, api] = process.argv.slice(2);
export const timeoutMs = 3000;
export const mostTokens = 1000;
export const partsBeforeAbort = 2;
export const tool = {
  name: "look_up",
  description: "The weather of a city.",
  schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false },
};
export const lookUp = ({ city }) => `4 degrees and rain in ${city}`;
export const seen = (text, input_tokens, output_tokens, more = {}) => ({ text, input_tokens, output_tokens, ...more });

/** An error's class, and the HTTP status that it says. */
function errorOf(error) {
  const name = error.name && error.name !== "Error" ? error.name : error.constructor.name;
  const status = error.status ?? error.statusCode ?? error.lastError?.statusCode ?? null;
  return { error: name, status, said: String(error.message).slice(0, 500) };
}

/** Does what is asked, by the functions of `driver`, until standard input ends. */
export async function serve(driver) {
  for await (const line of createInterface({ input: process.stdin })) {
    const asked = JSON.parse(line);
    asked.turns = (asked.turns ?? []).map(([role, content]) => ({ role, content }));
    const result = await driver[asked.do](asked).catch(errorOf);
    console.log(JSON.stringify(result));
  }
}
