#!/usr/bin/env python3
"""openapi.py openapi.txt OUT: the description of the interface (OpenAPI 3.1) out of its table."""
import json
import re
import sys

PARTS = {"id": {"type": "string", "pattern": "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$"},
         "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
         "number": {"type": "integer", "minimum": 1, "maximum": 999999999}}
BODIES = {"/v1/screens/{id}/reports": "application/x-ndjson", "/v1/enrol": "application/json", "/v1/time": "application/json",
          "/v1/screens/{id}/picture": "image/png", "/uploads/{id}": "application/octet-stream"}
OPEN = {"/sign-in", "/invitation/{sha256}", "/api/openapi.json"}  # nobody needs to be signed in
TEXT = {"type": "string"}
SCHEMAS = {
    "Done": {"type": "object", "required": ["ok", "location"],
             "properties": {"ok": {"const": True}, "location": dict(TEXT, description="where a browser is sent to"),
                            "token": dict(TEXT, description="after a password, where a code is asked for: the token of its form")}},
    "Page": {"type": "object", "required": ["ok", "html"],
             "properties": {"ok": {"const": True}, "title": TEXT, "html": dict(TEXT, description="the page's <main>, or the part"),
                            "proposal": {"type": "object", "description": "of a proposal's page: what `proposal show --json` prints"}}},
    "Refused": {"type": "object", "required": ["error"],
                "properties": {"ok": {"const": False}, "error": dict(TEXT, description="words for people"), "html": TEXT, "location": TEXT}},
}
WHAT = ("The forms of the operators' page are its interface: the same fields, urlencoded. With \"Accept: application/json\" the "
        "answer is one of Done, Page and Refused instead of HTML. Sign in, keep the cookie, ask /api/session for the token, and "
        "send it with every form. What boards ask for (/v1) needs no account.")


def ref(name):
    return {"$ref": "#/components/schemas/" + name}


def operation(method, path, fields, summary, kind, group):
    made = {"tags": [group], "summary": summary, "operationId": re.sub(r"\W+", "-", method.lower() + path).strip("-")}
    names = [(field.strip("[]"), not field.startswith("[")) for field in fields.split()]
    parts = [{"name": part, "in": "path", "required": True, "schema": PARTS[part]} for part in re.findall(r"{(\w+)}", path)]
    if method == "GET":
        parts += [{"name": name, "in": "query", "required": needed, "schema": TEXT} for name, needed in names]
    elif names:
        form = {"type": "object", "properties": {name: TEXT for name, _ in names}, "required": [name for name, needed in names if needed]}
        made["requestBody"] = {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}}
    else:
        made["requestBody"] = {"required": True, "content": {BODIES[path]: {}}}
    if parts:
        made["parameters"] = parts
    shape = {"application/json": {"schema": {"oneOf": [ref("Done"), ref("Page")]}}, "text/html": {}}
    made["responses"] = {"200": {"description": "It was done.", "content": {kind: {}} if kind else shape},
                         "4XX": {"description": "It was refused.", "content": {"application/json": {"schema": ref("Refused")}}}}
    if path in OPEN or path.startswith(("/v1/", "/files/")):
        made["security"] = []
    return made


def document(table):
    paths, group = {}, ""
    for line in table.splitlines():
        if line.endswith(":") and not line.startswith("#"):
            group = line[:-1]
        elif line and not line.startswith("#"):
            way, fields, summary, *kind = [cell.strip() for cell in re.split(r" :(?= )", line)]
            method, path = way.split()
            paths.setdefault(path, {})[method.lower()] = operation(method, path, fields, summary, kind[0] if kind else None, group)
    return {"openapi": "3.1.0", "info": {"title": "Bangtin, the source", "version": "1", "description": WHAT},
            "components": {"schemas": SCHEMAS, "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "__Host-bangtin"}}},
            "security": [{"session": []}], "paths": paths}


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as table, open(sys.argv[2], "w", encoding="utf-8") as out:
        json.dump(document(table.read()), out, separators=(",", ":"))
