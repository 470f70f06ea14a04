// The Vercel AI SDK, over OpenAI's responses, its chat completions, or Anthropic's messages.
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, jsonSchema, stepCountIs, streamText, tool } from "ai";
import * as driver from "./driver.mjs";

function modelOf({ model, key: apiKey = driver.key }) {
  if (driver.api === "anthropic") return createAnthropic({ baseURL: `${driver.url}/v1`, apiKey })(model);
  const openai = createOpenAI({ baseURL: `${driver.url}/v1`, apiKey });
  return driver.api === "chat" ? openai.chat(model) : openai.responses(model);
}

const lookUp = tool({
  description: driver.tool.description,
  inputSchema: jsonSchema(driver.tool.schema),
  execute: async (input) => driver.lookUp(input),
});

/** An answer, or all steps to it; of a stream the text as it came. */
async function answer(asked, more = {}) {
  const what = { model: modelOf(asked), messages: asked.turns, ...more };
  if (!asked.stream) return await generateText(what);
  let failure, text = "";
  const stream = streamText({ ...what, onError: ({ error }) => (failure = error) });
  for await (const part of stream.textStream) text += part;
  if (failure) throw failure;
  return { text, steps: await stream.steps, totalUsage: await stream.totalUsage };
}

await driver.serve({
  async ask(asked) {
    const { text, totalUsage } = await answer(asked);
    return driver.seen(text, totalUsage.inputTokens, totalUsage.outputTokens);
  },
  async abort(asked) {
    const abort = new AbortController();
    let text = "", parts = 0;
    const stream = streamText({ model: modelOf(asked), messages: asked.turns, abortSignal: abort.signal, onError: () => {} });
    for await (const part of stream.textStream) {
      text += part;
      if (++parts === driver.partsBeforeAbort) abort.abort();
    }
    return driver.seen(text, 0, 0);
  },
  async tools(asked) {
    const { text, steps, totalUsage } = await answer(asked, { tools: { look_up: lookUp }, stopWhen: stepCountIs(5) });
    return driver.seen(text, totalUsage.inputTokens, totalUsage.outputTokens, { calls: steps.flatMap((step) => step.toolResults).length });
  },
});
