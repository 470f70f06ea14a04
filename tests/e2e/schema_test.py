#!/usr/bin/env python3
"""Every verb that prints JSON has a schema in docs/schemas, and what it prints is what the schema says.

A schema names in "x-commands" the commands whose answers it describes. They run in the repository's root.
usage: schema_test.py TURNOUT
"""
import copy
import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

import jsonschema

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCHEMAS = {file.name: json.loads(file.read_text()) for file in sorted((ROOT / "docs/schemas").glob("*.json"))}


def validator(name: str) -> jsonschema.Draft202012Validator:
    resolver = jsonschema.RefResolver(name, SCHEMAS[name], store=SCHEMAS)
    return jsonschema.Draft202012Validator(SCHEMAS[name], resolver=resolver)


def kind_of(schema: dict, answer: dict) -> dict:
    """The schema of this answer: a verb that gives answers of several kinds has one for each."""
    return next(kind for kind in schema.get("oneOf", [schema])
                if kind["properties"]["schema"]["const"] == answer["schema"])


@functools.cache
def run(command: str) -> str:
    environment = {**os.environ, "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, env=environment,
                          check=False)
    assert done.returncode in (0, 3), f"{command}: {done.stderr}"
    return done.stdout


def verbs_with_json() -> list[str]:
    """Verbs whose help offers --json, and the same of their sub-verbs: "solve", "log stats"."""
    def named(text: str) -> list[str]:
        text = re.sub(r"^Arguments:\n(?:  .*\n)*", "", text, flags=re.M)  # "shell" is no verb
        return re.findall(r"^  ([a-z][a-z-]*)  +\S", text, re.M)

    found = []
    for verb in named(run("turnout --help")):
        for name in [f"{verb} {part}" for part in named(run(f"turnout {verb} --help"))] or [verb]:
            if re.search(r"^ +--json\b", run(f"turnout {name} --help"), re.M):
                found.append(name)
    return found


class Schemas(unittest.TestCase):
    def test_each_is_a_schema(self):
        for schema in SCHEMAS.values():
            jsonschema.Draft202012Validator.check_schema(schema)

    def test_each_verb_has_one(self):
        without = [verb for verb in verbs_with_json() if verb.replace(" ", "-") + ".json" not in SCHEMAS]
        self.assertEqual(without, [])

    def test_answers_are_as_they_say(self):
        for name, schema in SCHEMAS.items():
            if name == "common.json":
                continue
            self.assertTrue(schema.get("x-commands"), name)
            for command in schema["x-commands"]:
                with self.subTest(command):
                    answer = json.loads(run(command))
                    problems = [f"{error.json_path}: {error.message}" for error in validator(name).iter_errors(answer)]
                    self.assertEqual(problems[:5], [])
                    self.assertEqual(next(iter(answer)), "schema", "the version comes first")

    def test_an_answer_with_another_key_or_without_one_is_refused(self):
        for name, schema in SCHEMAS.items():
            if name == "common.json":
                continue
            met = set()
            for answer in (json.loads(run(command)) for command in schema["x-commands"]):
                kind = kind_of(schema, answer)
                if answer["schema"] in met:
                    continue
                met.add(answer["schema"])
                more = {**copy.deepcopy(answer), "unheard_of": 1}
                self.assertFalse(validator(name).is_valid(more), name)
                self.assertTrue(kind["required"], name)
                for key in kind["required"]:
                    less = {k: v for k, v in answer.items() if k != key}
                    self.assertFalse(validator(name).is_valid(less), f"{name}: {key}")
            kinds = {kind["properties"]["schema"]["const"] for kind in schema.get("oneOf", [schema])}
            self.assertEqual(met, kinds, f"{name}: each kind of answer has a command")


if __name__ == "__main__":
    unittest.main(verbosity=0)
