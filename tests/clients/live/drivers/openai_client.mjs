// OpenAI's client for Node: chat completions or responses.
import OpenAI from "openai";
import * as driver from "./driver.mjs";

const client = new OpenAI({ baseURL: `${driver.url}/v1`, apiKey: driver.key, timeout: driver.timeoutMs });
const of = (asked) => (asked.key ? client.withOptions({ apiKey: asked.key }) : client);

async function models(asked) {
  const ids = [];
  for await (const model of of(asked).models.list()) ids.push(model.id);
  return { models: ids };
}

const { name, description, schema } = driver.tool;
const includeUsage = { stream_options: { include_usage: true } };
const chat = {
  models,
  async ask(asked) {
    const what = { model: asked.model, messages: asked.turns };
    const completions = of(asked).chat.completions;
    if (!asked.stream) {
      const answer = await completions.create(what);
      return driver.seen(answer.choices[0].message.content, answer.usage.prompt_tokens, answer.usage.completion_tokens);
    }
    let text = "", usage;
    for await (const chunk of await completions.create({ ...what, stream: true, ...includeUsage })) {
      text += chunk.choices[0]?.delta.content ?? "";
      usage = chunk.usage ?? usage;
    }
    return driver.seen(text, usage.prompt_tokens, usage.completion_tokens);
  },
  async abort(asked) {
    const stream = await client.chat.completions.create({ model: asked.model, messages: asked.turns, stream: true, ...includeUsage });
    let text = "", parts = 0;
    for await (const chunk of stream) {
      const part = chunk.choices[0]?.delta.content;
      text += part ?? "";
      if (part && ++parts === driver.partsBeforeAbort) stream.controller.abort();
    }
    return driver.seen(text, 0, 0);
  },
  async tools(asked) {
    const messages = asked.turns;
    const tools = [{ type: "function", function: { name, description, parameters: schema, strict: true } }];
    let sent = 0, received = 0, calls = 0;
    for (;;) {
      const what = { model: asked.model, messages, tools };
      const answer = asked.stream
        ? await client.chat.completions.stream({ ...what, ...includeUsage }).finalChatCompletion()
        : await client.chat.completions.create(what);
      sent += answer.usage.prompt_tokens;
      received += answer.usage.completion_tokens;
      const message = answer.choices[0].message;
      if (!message.tool_calls?.length) return driver.seen(message.content, sent, received, { calls });
      messages.push(message);
      for (const call of message.tool_calls) {
        ++calls;
        messages.push({ role: "tool", tool_call_id: call.id, content: driver.lookUp(JSON.parse(call.function.arguments)) });
      }
    }
  },
};

const responses = {
  models,
  async ask(asked) {
    const what = { model: asked.model, input: asked.turns };
    if (!asked.stream) {
      const answer = await of(asked).responses.create(what);
      return driver.seen(answer.output_text, answer.usage.input_tokens, answer.usage.output_tokens);
    }
    let text = "", usage;
    for await (const event of await of(asked).responses.create({ ...what, stream: true })) {
      if (event.type === "response.output_text.delta") text += event.delta;
      if (event.type === "response.completed") usage = event.response.usage;
    }
    return driver.seen(text, usage.input_tokens, usage.output_tokens);
  },
  async abort(asked) {
    const stream = await client.responses.create({ model: asked.model, input: asked.turns, stream: true });
    let text = "", parts = 0;
    for await (const event of stream) {
      if (event.type !== "response.output_text.delta") continue;
      text += event.delta;
      if (++parts === driver.partsBeforeAbort) stream.controller.abort();
    }
    return driver.seen(text, 0, 0);
  },
  async tools(asked) {
    const input = asked.turns;
    const tools = [{ type: "function", name, description, parameters: schema, strict: true }];
    let sent = 0, received = 0, calls = 0;
    for (;;) {
      const what = { model: asked.model, input, tools };
      const answer = asked.stream ? await client.responses.stream(what).finalResponse() : await client.responses.create(what);
      sent += answer.usage.input_tokens;
      received += answer.usage.output_tokens;
      const called = answer.output.filter((item) => item.type === "function_call");
      if (!called.length) return driver.seen(answer.output_text, sent, received, { calls });
      for (const item of called) {
        ++calls;
        input.push({ type: "function_call", call_id: item.call_id, name: item.name, arguments: item.arguments });
        input.push({ type: "function_call_output", call_id: item.call_id, output: driver.lookUp(JSON.parse(item.arguments)) });
      }
    }
  },
};

await driver.serve({ chat, responses }[driver.api]);
