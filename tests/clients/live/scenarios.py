"""What clients do to the gateway, and what must come of it.

A scenario is a list of steps, each a request of a user to a client, and what the gateway makes of them:
  client     what the client must see, step by step: OK (a whole answer), or an error: its name in Client.errors and its
  status
  requests   how many HTTP requests of which status it took: the client's own retries are seen here
  rules      how the gateway placed them (docs/identity.md)
  passes     [task, attempt] of each row of the store, in order; tasks are numbered within the scenario
Where clients differ, CLIENTS says how, and why that is right.
"""
import dataclasses
import random

OK = "an answer"
ABORTED = "a beginning"
CALLED = "an answer, and a call of the tool"


@dataclasses.dataclass(frozen=True)
class Step:
    do: str = "ask"
    text: str = "{0}"  # {0}, {1}: prompts that are like nothing else
    stream: bool = False
    history: bool = False  # behind the turns and answers so far
    model: str = ""
    key: str = ""


@dataclasses.dataclass(frozen=True)
class Scenario:
    steps: list
    client: list
    requests: dict
    rules: dict
    passes: list


def prompt(seed):
    words = random.Random(seed)
    return f"task {seed}: " + " ".join("".join(words.choices("abcdefghijklmnopqrstuvwxyz", k=7)) for _ in range(12))


def retried(what, status):
    """One request fails, the client sends it again: one task, one attempt, whatever it took."""
    requests = {"2xx": 2} if status == "2xx" else {status: 1, "2xx": 1}
    return Scenario([Step(text="{0} [turnout:fail %s 1]" % what)], [OK], requests, {"new_task": 1, "retry": 1},
                    [[1, 1]])


TOOLS = "{0} [turnout:call look_up {{\"city\": \"Oslo\"}}]"
SLOW = "{0} [turnout:slow 1]"
LOOPED = ({"2xx": 2}, {"new_task": 1, "step": 1}, [[1, 1]])
SCENARIOS = {
    "plain": Scenario([Step()], [OK], {"2xx": 1}, {"new_task": 1}, [[1, 1]]),
    "stream": Scenario([Step(stream=True)], [OK], {"2xx": 1}, {"new_task": 1}, [[1, 1]]),
    "tools": Scenario([Step("tools", TOOLS)], [CALLED], *LOOPED),
    "tools in a stream": Scenario([Step("tools", TOOLS, stream=True)], [CALLED], *LOOPED),
    "aborted five times, then asked again": Scenario(
        [Step("abort", SLOW, stream=True)] * 5 + [Step(text=SLOW, stream=True)], [ABORTED] * 5 + [OK],
        {"2xx": 6}, {"new_task": 1, "certain": 5}, [[1, attempt] for attempt in range(1, 7)]),
    "re-prompted, then another task": Scenario(
        [Step(), Step(text="No, that is wrong. {0}", history=True),
         Step(text="Thanks! Now another one: {1}", history=True)], [OK, OK, OK],
        {"2xx": 3}, {"new_task": 1, "further_turn": 2}, [[1, 1], [1, 2], [2, 1]]),
    "asked again": Scenario([Step(), Step()], [OK, OK], {"2xx": 2}, {"new_task": 1, "certain": 1}, [[1, 1], [1, 2]]),
    "retried after 429": retried(429, "4xx"),
    "retried after 500": retried(500, "5xx"),
    "retried after 503": retried(503, "5xx"),
    "retried after 529": retried(529, "5xx"),
    "retried after a time-out": retried("hang", "other"),
    "retried after a cut": retried("cut", "2xx"),
    "cut in a stream, then asked again": Scenario(
        [Step(text="{0} [turnout:fail cut 1]", stream=True), Step(text="{0} [turnout:fail cut 1]", stream=True)],
        ["cut", OK],
        {"2xx": 2}, {"new_task": 1, "certain": 1}, [[1, 1], [1, 2]]),
    "an unknown model": Scenario([Step(model="nobody")], ["not_found 404"], {"4xx": 1}, {}, []),
    "an unknown key": Scenario([Step(key="sk-wrong")], ["unauthorized 401"], {"4xx": 1}, {}, []),
    "an upstream that stays down": Scenario([Step(text="{0} [turnout:fail 503 9]")], ["down 503"], {"5xx": 3},
                                            {"new_task": 1, "retry": 2}, []),
    "an upstream that the gateway has tried twice": Scenario(
        [Step(text="{0} [turnout:fail 500 99]", model="patient")], ["failed 500"], {"5xx": 1}, {"new_task": 1}, []),
    "the list of models": Scenario([Step("models")], [OK], {}, {}, []),
}


@dataclasses.dataclass(frozen=True)
class Client:
    """A driver, and where what it sees differs from the scenarios."""

    driver: str
    api: str
    alias: str
    errors: dict  # the class of each error, in the SDK's own words
    # fields of a scenario that are otherwise; None: it has no such thing
    differs: dict = dataclasses.field(default_factory=dict)
    # of a stream's counts of output tokens it adds the first, 1, to the last, which is of all
    adds_beginnings: bool = False


def classes(not_found, unauthorized, down, failed, cut):
    return {"not_found": not_found, "unauthorized": unauthorized, "down": down, "failed": failed, "cut": cut}


# Both vendors' clients for Node let the error of a body that breaks off through as fetch throws it, and do not send the
# request again.
OPENAI = classes("NotFoundError", "AuthenticationError", "InternalServerError", "InternalServerError",
                 "APIConnectionError")
OPENAI_NODE = {**OPENAI, "cut": "TypeError"}
ANTHROPIC = {**OPENAI, "down": "ServiceUnavailableError", "cut": "RemoteProtocolError"}
ANTHROPIC_NODE = {**ANTHROPIC, "cut": "TypeError"}
VERCEL = classes("AI_APICallError", "AI_APICallError", "AI_RetryError", "AI_RetryError", "AI_APICallError")
LANGCHAIN_OPENAI = classes("OpenAIModelNotFoundError", "OpenAIAuthenticationError", "OpenAIAPIError", "OpenAIAPIError",
                           "OpenAIConnectionError")
LANGCHAIN_ANTHROPIC = classes(
    "AnthropicModelNotFoundError", "AnthropicAuthenticationError", "AnthropicAPIError", "AnthropicAPIError",
    "RemoteProtocolError")
CURL = classes(*["CurlError"] * 5)

NO_LIST = {"the list of models": None}
FAILS_AT_A_CUT = {"retried after a cut": {"client": ["cut"], "requests": {"2xx": 1}, "rules": {"new_task": 1},
                                          "passes": []}}
# These read no x-should-retry.
RETRIES_ALL = {"an upstream that the gateway has tried twice": {"requests": {"5xx": 3},
                                                                "rules": {"new_task": 1, "retry": 2}}}
AUTO, CLAUDE = "turnout/auto", "claude-turnout-auto"
CLIENTS = {
    "openai (Python), chat": Client("openai_client.py", "chat", AUTO, OPENAI),
    "openai (Python), responses": Client("openai_client.py", "responses", AUTO, OPENAI),
    "openai (Node), chat": Client("openai_client.mjs", "chat", AUTO, OPENAI_NODE, FAILS_AT_A_CUT),
    "openai (Node), responses": Client("openai_client.mjs", "responses", AUTO, OPENAI_NODE, FAILS_AT_A_CUT),
    "anthropic (Python)": Client("anthropic_client.py", "messages", CLAUDE, ANTHROPIC),
    "anthropic (Node)": Client("anthropic_client.mjs", "messages", CLAUDE, ANTHROPIC_NODE, FAILS_AT_A_CUT),
}
for api, alias in [("responses", AUTO), ("chat", AUTO), ("anthropic", CLAUDE)]:
    # It has no time-out, and counts a stream's broken end as an error of status 200.
    CLIENTS[f"Vercel AI SDK, {api}"] = Client(
        "vercel_client.mjs", api, alias, VERCEL,
        {"retried after a time-out": None, **NO_LIST, **RETRIES_ALL,
         "cut in a stream, then asked again": {"client": ["cut 200", OK]}})
# LangChain for JavaScript has an older client of Anthropic's in it, whose error of 503 is that of 500.
for api, alias, python in [("openai", AUTO, LANGCHAIN_OPENAI), ("anthropic", CLAUDE, LANGCHAIN_ANTHROPIC)]:
    CLIENTS[f"LangChain (Python), {api}"] = Client("langchain_client.py", api, alias, python, NO_LIST)
    CLIENTS[f"LangChain (JavaScript), {api}"] = Client(
        "langchain_client.mjs", api, alias, OPENAI_NODE, {**NO_LIST, **RETRIES_ALL}, api == "anthropic")
# It sends no request again after 529, nor after an answer that broke off; of that it tells by its exit code.
CLIENTS["curl"] = Client("curl_client.py", "chat", AUTO, CURL, {
    **NO_LIST, **RETRIES_ALL,
    "retried after 529": {"client": ["down 529"], "requests": {"5xx": 1}, "rules": {"new_task": 1}, "passes": []},
    "retried after a cut": {**FAILS_AT_A_CUT["retried after a cut"], "client": ["cut 200"]},
    "cut in a stream, then asked again": {"client": ["cut 200", OK]}})
