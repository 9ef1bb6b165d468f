#!/usr/bin/env python3
"""validate.py SCHEMA FILE...: checks JSON files by the part of JSON Schema that our schema uses."""
import json
import re
import sys

KNOWN = {"$schema", "title", "definitions", "$ref", "type", "required", "additionalProperties", "properties",
         "items", "const", "enum", "pattern", "minimum", "maximum"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "number": (int, float), "integer": int}


def check(value, schema, root, at):
    unknown = set(schema) - KNOWN
    if unknown:
        sys.exit(f"this validator does not know {unknown}")
    if "$ref" in schema:
        part = root
        for name in schema["$ref"].split("/")[1:]:
            part = part[name]
        return check(value, part, root, at)
    faults = []
    kind = schema.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or (kind in ("number", "integer") and isinstance(value, bool))):
        return [f"{at}: {value!r} is no {kind}"]
    if "const" in schema and value != schema["const"]:
        faults.append(f"{at}: {value!r} is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        faults.append(f"{at}: {value!r} is none of {schema['enum']}")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        faults.append(f"{at}: {value!r} does not match {schema['pattern']}")
    if "minimum" in schema and value < schema["minimum"] or "maximum" in schema and value > schema["maximum"]:
        faults.append(f"{at}: {value!r} is out of range")
    if isinstance(value, dict):
        faults += [f"{at}: {name} is missing" for name in schema.get("required", []) if name not in value]
        for name, member in value.items():
            inner = schema.get("properties", {}).get(name, schema.get("additionalProperties", True))
            if inner is False:
                faults.append(f"{at}: {name} is unknown")
            elif inner is not True:
                faults += check(member, inner, root, f"{at}.{name}")
    if isinstance(value, list) and "items" in schema:
        for i, member in enumerate(value):
            faults += check(member, schema["items"], root, f"{at}[{i}]")
    return faults


def unique(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        sys.exit(f"a member stands twice: {names}")
    return dict(pairs)


def main():
    schema = json.load(open(sys.argv[1], encoding="utf-8"))
    faults = []
    for name in sys.argv[2:]:
        with open(name, encoding="utf-8") as f:
            faults += check(json.load(f, object_pairs_hook=unique), schema, schema, name)
    print("\n".join(faults), end="")
    sys.exit(bool(faults))


main()
