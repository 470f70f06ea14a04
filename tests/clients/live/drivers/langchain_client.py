"""LangChain for Python, over OpenAI's or Anthropic's client."""
import driver
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import ToolMessage
from langchain_openai import ChatOpenAI


def model_of(asked):
    key = asked.get("key", driver.KEY)
    if driver.API == "anthropic":
        return ChatAnthropic(model=asked["model"], base_url=driver.URL, api_key=key, timeout=driver.TIMEOUT_S,
                             max_tokens=driver.MOST_TOKENS)
    return ChatOpenAI(model=asked["model"], base_url=driver.URL + "/v1", api_key=key, timeout=driver.TIMEOUT_S,
                      stream_usage=True)


def seen(messages, text, **more):
    usages = [message.usage_metadata for message in messages]
    return driver.seen(text, sum(one["input_tokens"] for one in usages), sum(one["output_tokens"] for one in usages),
                       **more)


class LangChain:
    @staticmethod
    def answer(model, turns, stream):
        if not stream:
            return model.invoke(turns)
        whole = None
        for chunk in model.stream(turns):
            whole = chunk if whole is None else whole + chunk
        return whole

    def ask(self, asked):
        answer = self.answer(model_of(asked), asked["turns"], asked["stream"])
        return seen([answer], answer.text)

    def abort(self, asked):
        text, parts = "", 0
        stream = model_of(asked).stream(asked["turns"])
        for chunk in stream:
            text, parts = text + chunk.text, parts + bool(chunk.text)
            if parts == driver.PARTS:
                break
        stream.close()
        return driver.seen(text, 0, 0)

    def tools(self, asked):
        def look_up(city: str) -> str:
            """The weather of a city."""
            return driver.look_up(city)

        model, turns, answers = model_of(asked).bind_tools([look_up]), asked["turns"], []
        while True:
            answers.append(self.answer(model, turns, asked["stream"]))
            if not answers[-1].tool_calls:
                return seen(answers, answers[-1].text, calls=len(answers) - 1)
            turns.append(answers[-1])
            turns += [ToolMessage(driver.look_up(**call["args"]), tool_call_id=call["id"])
                      for call in answers[-1].tool_calls]


driver.serve(LangChain())
