// Anthropic's client for Node.
import Anthropic from "@anthropic-ai/sdk";
import * as driver from "./driver.mjs";

const client = new Anthropic({ baseURL: driver.url, apiKey: driver.key, timeout: driver.timeoutMs });
const of = (asked) => (asked.key ? client.withOptions({ apiKey: asked.key }) : client);
const what = (asked) => ({ model: asked.model, max_tokens: driver.mostTokens, messages: asked.turns });
const { name, description, schema } = driver.tool;

await driver.serve({
  async models(asked) {
    const ids = [];
    for await (const model of of(asked).models.list()) ids.push(model.id);
    return { models: ids };
  },
  async ask(asked) {
    if (!asked.stream) {
      const answer = await of(asked).messages.create(what(asked));
      return driver.seen(answer.content[0].text, answer.usage.input_tokens, answer.usage.output_tokens);
    }
    let text = "", sent = 0, received = 0;
    for await (const event of await of(asked).messages.create({ ...what(asked), stream: true })) {
      if (event.type === "message_start") sent = event.message.usage.input_tokens;
      if (event.type === "content_block_delta") text += event.delta.text;
      if (event.type === "message_delta") received = event.usage.output_tokens;
    }
    return driver.seen(text, sent, received);
  },
  async abort(asked) {
    const stream = await client.messages.create({ ...what(asked), stream: true });
    let text = "", parts = 0;
    for await (const event of stream) {
      if (event.type !== "content_block_delta") continue;
      text += event.delta.text;
      if (++parts === driver.partsBeforeAbort) stream.controller.abort();
    }
    return driver.seen(text, 0, 0);
  },
  async tools(asked) {
    const tools = [{ name, description, input_schema: schema }];
    let sent = 0, received = 0, calls = 0;
    for (;;) {
      const answer = asked.stream
        ? await client.messages.stream({ ...what(asked), tools }).finalMessage()
        : await client.messages.create({ ...what(asked), tools });
      sent += answer.usage.input_tokens;
      received += answer.usage.output_tokens;
      if (answer.stop_reason !== "tool_use") return driver.seen(answer.content[0].text, sent, received, { calls });
      const results = answer.content.map((block) => ({ type: "tool_result", tool_use_id: block.id, content: driver.lookUp(block.input) }));
      calls += results.length;
      asked.turns.push({ role: "assistant", content: answer.content }, { role: "user", content: results });
    }
  },
});
