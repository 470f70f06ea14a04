// LangChain for JavaScript, over OpenAI's or Anthropic's client.
import { ChatAnthropic } from "@langchain/anthropic";
import { ToolMessage } from "@langchain/core/messages";
import { ChatOpenAI } from "@langchain/openai";
import * as driver from "./driver.mjs";

function modelOf({ model, key: apiKey = driver.key }) {
  if (driver.api === "anthropic")
    return new ChatAnthropic({
      model, apiKey, anthropicApiUrl: driver.url, maxTokens: driver.mostTokens, maxRetries: 2, clientOptions: { timeout: driver.timeoutMs },
    });
  return new ChatOpenAI({ model, apiKey, maxRetries: 2, timeout: driver.timeoutMs, configuration: { baseURL: `${driver.url}/v1` } });
}

async function answer(model, turns, stream) {
  if (!stream) return await model.invoke(turns);
  let whole;
  for await (const chunk of await model.stream(turns)) whole = whole ? whole.concat(chunk) : chunk;
  return whole;
}

function seen(answers, more = {}) {
  const sum = (name) => answers.reduce((sum, one) => sum + one.usage_metadata[name], 0);
  return driver.seen(answers.at(-1).text, sum("input_tokens"), sum("output_tokens"), more);
}

await driver.serve({
  async ask(asked) {
    return seen([await answer(modelOf(asked), asked.turns, asked.stream)]);
  },
  async abort(asked) {
    const abort = new AbortController();
    let text = "", parts = 0;
    try {
      for await (const chunk of await modelOf(asked).stream(asked.turns, { signal: abort.signal })) {
        text += chunk.text;
        if (chunk.text && ++parts === driver.partsBeforeAbort) abort.abort();
      }
    } catch (error) {
      if (!abort.signal.aborted) throw error;
    }
    return driver.seen(text, 0, 0);
  },
  async tools(asked) {
    const { name, description, schema } = driver.tool;
    const model = modelOf(asked).bindTools([{ type: "function", function: { name, description, parameters: schema } }]);
    const answers = [];
    for (;;) {
      const one = await answer(model, asked.turns, asked.stream);
      answers.push(one);
      if (!one.tool_calls.length) return seen(answers, { calls: answers.length - 1 });
      asked.turns.push(one);
      for (const call of one.tool_calls) asked.turns.push(new ToolMessage({ content: driver.lookUp(call.args), tool_call_id: call.id }));
    }
  },
});
