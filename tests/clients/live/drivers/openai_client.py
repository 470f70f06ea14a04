"""OpenAI's client for Python: chat completions or responses."""
import driver
import openai


class Client:
    def __init__(self):
        self.client = openai.OpenAI(base_url=driver.URL + "/v1", api_key=driver.KEY, timeout=driver.TIMEOUT_S)

    def of(self, asked):
        return self.client.with_options(api_key=asked["key"]) if "key" in asked else self.client

    def models(self, asked):
        return {"models": [model.id for model in self.of(asked).models.list()]}


class Chat(Client):
    tools_ = [{"type": "function", "function": {"name": driver.TOOL["name"], "description": driver.TOOL["description"],
                                                "parameters": driver.TOOL["schema"], "strict": True}}]
    usage = {"stream_options": {"include_usage": True}}

    def ask(self, asked):
        create = self.of(asked).chat.completions.create
        if not asked["stream"]:
            answer = create(model=asked["model"], messages=asked["turns"])
            return driver.seen(answer.choices[0].message.content, answer.usage.prompt_tokens,
                               answer.usage.completion_tokens)
        text, usage = "", None
        for chunk in create(model=asked["model"], messages=asked["turns"], stream=True, **self.usage):
            text += chunk.choices[0].delta.content or "" if chunk.choices else ""
            usage = chunk.usage or usage
        return driver.seen(text, usage.prompt_tokens, usage.completion_tokens)

    def abort(self, asked):
        stream, text, parts = self.client.chat.completions.create(model=asked["model"], messages=asked["turns"],
                                                                  stream=True, **self.usage), "", 0
        for chunk in stream:
            text += chunk.choices[0].delta.content or ""
            parts += bool(chunk.choices[0].delta.content)
            if parts == driver.PARTS:
                break
        stream.close()
        return driver.seen(text, 0, 0)

    def answer(self, asked, messages):
        completions = self.client.chat.completions
        if not asked["stream"]:
            return completions.create(model=asked["model"], messages=messages, tools=self.tools_)
        with completions.stream(model=asked["model"], messages=messages, tools=self.tools_, **self.usage) as stream:
            return stream.get_final_completion()

    def tools(self, asked):
        messages, sent, received, calls = asked["turns"], 0, 0, 0
        while True:
            answer = self.answer(asked, messages)
            sent, received = sent + answer.usage.prompt_tokens, received + answer.usage.completion_tokens
            message = answer.choices[0].message
            if not message.tool_calls:
                return driver.seen(message.content, sent, received, calls=calls)
            messages.append({"role": "assistant", "content": message.content, "tool_calls": [
                {"id": call.id, "type": "function", "function": {"name": call.function.name,
                                                                 "arguments": call.function.arguments}}
                for call in message.tool_calls]})
            for call in message.tool_calls:
                calls += 1
                result = driver.look_up(**driver.json.loads(call.function.arguments))
                messages.append({"role": "tool", "tool_call_id": call.id, "content": result})


class Responses(Client):
    tools_ = [{"type": "function", "name": driver.TOOL["name"], "description": driver.TOOL["description"],
               "parameters": driver.TOOL["schema"], "strict": True}]

    def ask(self, asked):
        create = self.of(asked).responses.create
        if not asked["stream"]:
            answer = create(model=asked["model"], input=asked["turns"])
            return driver.seen(answer.output_text, answer.usage.input_tokens, answer.usage.output_tokens)
        text, usage = "", None
        for event in create(model=asked["model"], input=asked["turns"], stream=True):
            text += event.delta if event.type == "response.output_text.delta" else ""
            usage = event.response.usage if event.type == "response.completed" else usage
        return driver.seen(text, usage.input_tokens, usage.output_tokens)

    def abort(self, asked):
        stream, text, parts = self.client.responses.create(model=asked["model"], input=asked["turns"],
                                                           stream=True), "", 0
        for event in stream:
            is_text = event.type == "response.output_text.delta"
            text += event.delta if is_text else ""
            parts += is_text
            if parts == driver.PARTS:
                break
        stream.close()
        return driver.seen(text, 0, 0)

    def answer(self, asked, items):
        if not asked["stream"]:
            return self.client.responses.create(model=asked["model"], input=items, tools=self.tools_)
        with self.client.responses.stream(model=asked["model"], input=items, tools=self.tools_) as stream:
            return stream.get_final_response()

    def tools(self, asked):
        items, sent, received, calls = asked["turns"], 0, 0, 0
        while True:
            answer = self.answer(asked, items)
            sent, received = sent + answer.usage.input_tokens, received + answer.usage.output_tokens
            called = [item for item in answer.output if item.type == "function_call"]
            if not called:
                return driver.seen(answer.output_text, sent, received, calls=calls)
            for item in called:
                calls += 1
                result = driver.look_up(**driver.json.loads(item.arguments))
                items.append({"type": "function_call", "call_id": item.call_id, "name": item.name,
                              "arguments": item.arguments})
                items.append({"type": "function_call_output", "call_id": item.call_id, "output": result})


driver.serve({"chat": Chat, "responses": Responses}[driver.API]())
