#!/usr/bin/env python3
"""validate.py SCHEMA FILE [EXPRESSION...]: checks a run record by the part of JSON Schema that our schema uses.

The expressions are of Python and must be true; r is the record, s its streams by role.
"""
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
    with open(sys.argv[1], encoding="utf-8") as f:
        schema = json.load(f)
    with open(sys.argv[2], encoding="utf-8") as f:
        r = json.load(f, object_pairs_hook=unique)
    faults = check(r, schema, schema, sys.argv[2])
    s = {entry["role"]: entry for entry in r.get("opened", [])}
    for expression in sys.argv[3:]:
        if not eval(expression, {"r": r, "s": s}):
            faults.append(f"not so: {expression}\n{r}")
    sys.exit("\n".join(faults) or 0)


main()
