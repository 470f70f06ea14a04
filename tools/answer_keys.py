#!/usr/bin/env python3
"""Writes what the keys of the program's JSON mean into docs/formats.md, from docs/schemas.

Each schema becomes a heading, its description, its first command and a table of its keys. A part of
common.json that is an object has a table of its own, which others link to; a simple one (a
probability, say) is spelled out where it is used. The text stands between two marks of the page.
usage: answer_keys.py [--check]     --check: only say whether the page shows the schemas
"""
import json
import pathlib
import sys

import wrap_docs

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/formats.md"
BEGIN = "<!-- answers: made from docs/schemas by ./dev schemas -->\n"
END = "<!-- end of answers -->\n"
COMMON = "common.json"


def read_schemas() -> dict[str, dict]:
    """By file name. Each $ref names its file, also where it was to the schema's own."""
    found = {}
    for file in sorted((ROOT / "docs/schemas").glob("*.json")):
        text = file.read_text().replace('"$ref": "#', f'"$ref": "{file.name}#')
        found[file.name] = json.loads(text)
    return found


class Describer:
    """Turns one schema into rows of key, type and meaning."""

    def __init__(self, schemas: dict[str, dict]):
        self.schemas = schemas
        self.rows: list[tuple[str, str, str]] = []

    def resolve(self, reference: str) -> tuple[str, str, dict]:
        """The file, the last word and the schema of a $ref such as common.json#/$defs/game."""
        file, _, path = reference.partition("#")
        found = self.schemas[file]
        for step in filter(None, path.split("/")):
            found = found[step]
        return file, path.rsplit("/", 1)[-1], found

    def expanded(self, schema: dict) -> tuple[dict, str | None]:
        """The schema behind its $ref, with what stands beside the $ref; the name of a shared object."""
        if "$ref" not in schema:
            return schema, None
        file, name, found = self.resolve(schema["$ref"])
        shared = name if file == COMMON and is_object(found) else None
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        if "$ref" in found:
            found, shared = self.expanded(found)
        return {**found, **beside}, shared

    def add(self, key: str, schema: dict, required: bool, seen: tuple[str, ...] = ()):
        reference = schema.get("$ref")
        full, shared = self.expanded(schema)
        kind = self.type_of(schema)
        kind = kind if required else f"{kind}, optional"
        row = (f"`{key}`", kind, full.get("description", ""))
        if row not in self.rows:  # alternatives of an object have keys in common
            self.rows.append(row)
        if shared is None and reference not in seen:
            self.add_parts(key, full, (*seen, reference) if reference else seen)

    def add_parts(self, key: str, schema: dict, seen: tuple[str, ...]):
        """The keys within an object, a list of objects, or one of several alternatives."""
        required = schema.get("required", [])
        dot = f"{key}." if key else ""
        for name, part in schema.get("properties", {}).items():
            self.add(f"{dot}{name}", part, name in required, seen)
        others = schema.get("additionalProperties")
        if isinstance(others, dict):
            self.add(f"{dot}NAME", others, True, seen)
        if isinstance(schema.get("items"), dict):
            item, shared = self.expanded(schema["items"])
            if shared is None:
                self.add_parts(f"{key}[]", item, seen)
        choices = [self.expanded(choice) for choice in schema.get("oneOf", schema.get("anyOf", []))]
        objects = [choice for choice, shared in choices if shared is None and is_object(choice)]
        for choice in objects:
            if len(objects) > 1:
                what = choice.get("description", choice.get("title", "one of these forms"))
                self.rows.append((f"*either* `{key}`" if key else "*either*", "object", what))
            self.add_parts(key, choice, seen)

    def type_of(self, schema: dict) -> str:
        full, shared = self.expanded(schema)
        if shared is not None:
            return f"[{shared.replace('_', ' ')}](#{anchor(shared)})"
        if "const" in full:
            return f"`{json.dumps(full['const'])}`"
        if "enum" in full:
            return ", ".join(f"`{json.dumps(value)}`" for value in full["enum"])
        choices = full.get("oneOf", full.get("anyOf"))
        if choices and "type" not in full and "properties" not in full:
            return " or ".join(dict.fromkeys(self.type_of(choice) for choice in choices))
        kinds = full.get("type", "object" if is_object(full) else "any")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        return " or ".join(self.simple_type(kind, full) for kind in kinds)

    def simple_type(self, kind: str, schema: dict) -> str:
        if kind == "array":
            items = schema.get("items")
            return f"list of {plural(self.type_of(items))}" if isinstance(items, dict) else "list"
        if kind in ("number", "integer"):
            return kind + limits(schema)
        return kind


def is_object(schema: dict) -> bool:
    return "properties" in schema


def limits(schema: dict) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f" ({low} to {high})"
    if low is not None:
        return f" (at least {low})"
    if "exclusiveMinimum" in schema:
        return f" (above {schema['exclusiveMinimum']})"
    return "" if high is None else f" (at most {high})"


def plural(kind: str) -> str:
    return f"{kind}s" if kind in ("object", "number", "string", "integer", "boolean") else kind


def anchor(name: str) -> str:
    return f"answers-{name.replace('_', '-')}"


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def table(schemas: dict[str, dict], schema: dict) -> str:
    describer = Describer(schemas)
    describer.add_parts("", schema, ())
    rows = [f"| {key} | {cell(kind)} | {cell(text)} |\n" for key, kind, text in describer.rows]
    return "| key | type | meaning |\n|---|---|---|\n" + "".join(rows)


def sentence(text: str) -> str:
    return text if not text or text.endswith(".") else text + "."


def page_part() -> str:
    """All that stands between the marks."""
    schemas = read_schemas()
    text = ""
    for name, schema in schemas.items():
        if name == COMMON:
            continue
        command = schema.get("x-commands", [""])[0]
        example = f" Example: `{command}`." if command else ""
        text += f"\n### `{schema['title']}`\n\n{sentence(schema.get('description', ''))}{example}\n"
        text += f"Schema: [{name}](schemas/{name}).\n\n{table(schemas, schema)}"
    text += "\n### Parts that answers share\n"
    for name, part in schemas[COMMON]["$defs"].items():
        if is_object(part):
            text += f'\n<a id="{anchor(name)}"></a>\n\n**{name.replace("_", " ").capitalize()}.** '
            text += f"{sentence(part.get('description', ''))}\n\n"
            text += table(schemas, part)
    return wrap_docs.wrap_page(text)


def main() -> int:
    page = PAGE.read_text()
    before, found, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        print(f"{PAGE}: the marks {BEGIN.strip()} and {END.strip()} are missing")
        return 1
    made = before + BEGIN + page_part() + "\n" + END + after
    if "--check" not in sys.argv:
        PAGE.write_text(made)
    elif made != page:
        print("docs/formats.md does not show what docs/schemas say; run ./dev schemas")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
