"""Anthropic's client for Python."""
import anthropic
import driver


class Messages:
    tools_ = [{"name": driver.TOOL["name"], "description": driver.TOOL["description"],
               "input_schema": driver.TOOL["schema"]}]

    def __init__(self):
        self.client = anthropic.Anthropic(base_url=driver.URL, api_key=driver.KEY, timeout=driver.TIMEOUT_S)

    def of(self, asked):
        return self.client.with_options(api_key=asked["key"]) if "key" in asked else self.client

    @staticmethod
    def what(asked):
        return {"model": asked["model"], "max_tokens": driver.MOST_TOKENS, "messages": asked["turns"]}

    def models(self, asked):
        return {"models": [model.id for model in self.of(asked).models.list()]}

    def ask(self, asked):
        create = self.of(asked).messages.create
        if not asked["stream"]:
            answer = create(**self.what(asked))
            return driver.seen(answer.content[0].text, answer.usage.input_tokens, answer.usage.output_tokens)
        text, sent, received = "", 0, 0
        for event in create(**self.what(asked), stream=True):
            if event.type == "message_start":
                sent = event.message.usage.input_tokens
            if event.type == "content_block_delta":
                text += event.delta.text
            if event.type == "message_delta":
                received = event.usage.output_tokens
        return driver.seen(text, sent, received)

    def abort(self, asked):
        text, parts = "", 0
        with self.client.messages.stream(**self.what(asked)) as stream:
            for part in stream.text_stream:
                text, parts = text + part, parts + 1
                if parts == driver.PARTS:
                    break
        return driver.seen(text, 0, 0)

    def answer(self, asked):
        if not asked["stream"]:
            return self.client.messages.create(**self.what(asked), tools=self.tools_)
        with self.client.messages.stream(**self.what(asked), tools=self.tools_) as stream:
            return stream.get_final_message()

    def tools(self, asked):
        sent, received, calls = 0, 0, 0
        while True:
            answer = self.answer(asked)
            sent, received = sent + answer.usage.input_tokens, received + answer.usage.output_tokens
            if answer.stop_reason != "tool_use":
                return driver.seen(answer.content[0].text, sent, received, calls=calls)
            results = []
            for block in answer.content:
                calls += 1
                results.append({"type": "tool_result", "tool_use_id": block.id,
                                "content": driver.look_up(**block.input)})
            asked["turns"] += [{"role": "assistant", "content": answer.content}, {"role": "user", "content": results}]


driver.serve(Messages())
