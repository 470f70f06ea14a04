"""What the Python drivers have in common: they read what to do from standard input, one JSON a line, and print what
they saw.

Asked: {"do": "ask", "tools", "abort" or "models", "turns": [[role, text], ...], "stream": bool, "model": name, "key":
key}
Seen:  {"text", "input_tokens", "output_tokens"} (of all calls), "calls" of the tool, "models"; or {"error": class,
"status", "said"}
"""
import json
import sys

URL, KEY, API = sys.argv[1:4]
TIMEOUT_S = 3
MOST_TOKENS = 1000
TOOL = {"name": "look_up", "description": "The weather of a city.",
        "schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"],
                   "additionalProperties": False}}
PARTS = 2  # of a stream that are seen before it is aborted


def look_up(city):
    return f"4 degrees and rain in {city}"


def seen(text, sent, received, **more):
    return {"text": text, "input_tokens": sent, "output_tokens": received, **more}


def serve(driver):
    """Does what is asked, by the methods of `driver`, until standard input ends."""
    for line in sys.stdin:
        asked = json.loads(line)
        asked["turns"] = [{"role": role, "content": text} for role, text in asked.get("turns", [])]
        try:
            result = getattr(driver, asked["do"])(asked)
        except Exception as error:  # what it is, the test says
            status = getattr(error, "status_code", None)
            result = {"error": type(error).__name__, "status": status, "said": str(error)[:500]}
        print(json.dumps(result), flush=True)
