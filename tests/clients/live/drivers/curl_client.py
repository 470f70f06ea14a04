"""curl, with its own retries, as a shell script would use it: chat completions."""
import subprocess

import driver


class CurlError(Exception):
    def __init__(self, code, body):
        super().__init__(f"curl exited with {code}: {body}")
        status = body.rpartition("\n")[2]
        self.status_code = int(status) if status.isdigit() and status != "000" else None


class Curl:
    tools_ = [{"type": "function", "function": {"name": driver.TOOL["name"], "parameters": driver.TOOL["schema"]}}]

    @staticmethod
    def command(asked, more, stream=False):
        body = {"model": asked["model"], "messages": asked["turns"], "stream": stream, **more}
        return ["curl", "--silent", "--no-buffer", "--fail", "--retry", "2", "--retry-delay", "1", "--max-time",
                str(driver.TIMEOUT_S),
                "--write-out", "\n%{http_code}", "--header", f"Authorization: Bearer {asked.get('key', driver.KEY)}",
                "--json", driver.json.dumps(body), driver.URL + "/v1/chat/completions"]

    def run(self, asked, **more):
        done = subprocess.run(self.command(asked, more, asked["stream"]), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise CurlError(done.returncode, done.stdout)
        return done.stdout.rpartition("\n")[0]

    @staticmethod
    def events(text):
        """The data of a stream's events, but for its end."""
        return [driver.json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]

    def ask(self, asked):
        if not asked["stream"]:
            answer = driver.json.loads(self.run(asked))
            return driver.seen(answer["choices"][0]["message"]["content"], answer["usage"]["prompt_tokens"],
                               answer["usage"]["completion_tokens"])
        events = self.events(self.run(asked, stream_options={"include_usage": True}))
        text = "".join(event["choices"][0]["delta"].get("content") or "" for event in events if event["choices"])
        return driver.seen(text, events[-1]["usage"]["prompt_tokens"], events[-1]["usage"]["completion_tokens"])

    def abort(self, asked):
        process = subprocess.Popen(self.command(asked, {"stream_options": {"include_usage": True}}, stream=True),
                                   stdout=subprocess.PIPE, text=True)
        text, parts = "", 0
        for line in process.stdout:
            part = self.events(line)[0]["choices"][0]["delta"].get("content") if line.startswith("data: {") else None
            text, parts = text + (part or ""), parts + bool(part)
            if parts == driver.PARTS:
                break
        process.kill()
        process.communicate()
        return driver.seen(text, 0, 0)

    def tools(self, asked):
        sent, received, calls = 0, 0, 0
        asked["stream"] = False
        while True:
            answer = driver.json.loads(self.run(asked, tools=self.tools_))
            sent, received = sent + answer["usage"]["prompt_tokens"], received + answer["usage"]["completion_tokens"]
            message = answer["choices"][0]["message"]
            if not message.get("tool_calls"):
                return driver.seen(message["content"], sent, received, calls=calls)
            asked["turns"].append(message)
            for call in message["tool_calls"]:
                calls += 1
                result = driver.look_up(**driver.json.loads(call["function"]["arguments"]))
                asked["turns"].append({"role": "tool", "tool_call_id": call["id"], "content": result})


driver.serve(Curl())
