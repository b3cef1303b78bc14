"""Whether a JSON value is what a schema of connector.openapi.json says: the keywords that stand there, no others."""

import json
import os
import re

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "../../../storage/registers/http/connector.openapi.json")
with open(FILE, encoding="utf-8") as opened:
    DOCUMENT = json.load(opened)
SCHEMAS = DOCUMENT["components"]["schemas"]
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "null": type(None)}
SAY_NOTHING = {"description", "default", "format", "contentEncoding"}


def is_type(value, name):
    return isinstance(value, TYPES[name]) and not (name == "integer" and isinstance(value, bool))


def faults(value, schema, where="$"):
    """Everything that is wrong, as texts; a keyword that is not known here is an error of the test."""
    if "$ref" in schema:
        return faults(value, SCHEMAS[schema["$ref"].rsplit("/", 1)[1]], where)
    found = []
    for keyword, said in schema.items():
        if keyword == "type":
            if not any(is_type(value, t) for t in ([said] if isinstance(said, str) else said)):
                return [f"{where} is not {said}"]
        elif keyword == "enum":
            found += [] if value in said else [f"{where} is not one of {said}"]
        elif keyword == "const":
            found += [] if value == said else [f"{where} is not {said}"]
        elif keyword == "pattern":
            found += [] if not isinstance(value, str) or re.search(said, value) else [f"{where} does not match {said}"]
        elif keyword == "required":
            found += [f"{where}.{name} is missing" for name in said if name not in value]
        elif keyword == "properties":
            for name, part in said.items():
                found += faults(value[name], part, f"{where}.{name}") if name in value else []
        elif keyword == "additionalProperties":
            for name in set(value) - set(schema.get("properties", {})):
                found += [f"{where}.{name} is not known"] if said is False else faults(value[name], said,
                                                                                      f"{where}.{name}")
        elif keyword == "items":
            for i, one in enumerate(value):
                found += faults(one, said, f"{where}[{i}]")
        elif keyword in ("minItems", "minLength", "minProperties"):
            found += [] if len(value) >= said else [f"{where} is too short"]
        elif keyword == "minimum":
            found += [] if value >= said else [f"{where} is too small"]
        elif keyword == "allOf":
            for part in said:
                found += faults(value, part, where)
        elif keyword == "oneOf":
            tried = [faults(value, part, where) for part in said]
            if sum(not wrong for wrong in tried) != 1:
                found.append(f"{where} is not one of its forms: {tried}")
        elif keyword not in SAY_NOTHING:
            raise KeyError(keyword)
    return found


def answer_schema(path, method, status):
    """The schema of an answer that the document names; None where it is no JSON."""
    answer = DOCUMENT["paths"][path][method]["responses"][str(status)]
    if "$ref" in answer:
        raise KeyError(answer)
    return answer["content"].get("application/json", {}).get("schema")
