#!/usr/bin/env python3
"""The interface is what it is said to be: the document of /api/openapi.json and the tables of routes differ in nothing,
and a program that asks for JSON does with it what people do with the page."""
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import source_lib as lib
from source_page import Browser, form, with_user
from source_routes import names, routes

PARTS = {"ID": "{id}", "HASH": "{sha256}", "NUMBER": "{number}", "NOTHING": ""}
JSON = {"Accept": "application/json"}


def described(one):
    status, headers, body = one.get("/api/openapi.json")
    assert status == 200 and headers["Content-Type"] == "application/json"
    return json.loads(body)


def test_nothing_is_missing_or_made_up():
    with lib.source() as one:
        one.serve()
        document = described(one)
        said = {(method.upper(), path) for path, ways in document["paths"].items() for method in ways}
        there = {(route.method, route.path(PARTS[route.part])) for route in routes() + routes("serve")}
        assert len(there) > 20, there
        assert said == there, {"not described": sorted(there - said), "not there": sorted(said - there)}
        ways = [way for path in document["paths"].values() for way in path.values()]
        fields = {name for way in ways for content in way.get("requestBody", {}).get("content", {}).values()
                  for name in content.get("schema", {}).get("properties", {})}
        fields |= {part["name"] for way in ways for part in way.get("parameters", []) if part["in"] == "query"}
        assert fields == set(names()), {"not described": sorted(set(names()) - fields), "not read": sorted(fields - set(names()))}
        for way in ways:
            assert len(way["summary"]) > 8 and way["tags"] and way["responses"]


def test_the_document_is_whole():
    with lib.source() as one:
        one.serve()
        document = described(one)
        assert document["openapi"].startswith("3.1.")
        for pointer in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document))):
            at = document
            for name in pointer.split("/"):
                at = at[name]
        seen = set()
        for path, ways in document["paths"].items():
            for way in ways.values():
                declared = [part["name"] for part in way.get("parameters", []) if part["in"] == "path"]
                assert declared == re.findall(r"{(\w+)}", path), path
                assert way["operationId"] not in seen, way["operationId"]
                seen.add(way["operationId"])


def test_who_may_ask_and_what_comes_is_as_described():
    with lib.source() as one:
        one.add_screen()
        with_user(one)
        made = one.publish(lib.TEXT, "--key", one.key("publish"))
        invited = one.run("user link", "an", "--base", "https://bang.xa.vn")
        one.serve()
        there = {"/v1/root/{number}.json": "/v1/root/1.json", "/v1/screens/{id}/now.json": "/v1/screens/kp-01/now.json",
                 "/v1/manifests/{sha256}": "/v1/manifests/" + made["sha256"],
                 "/invitation/{sha256}": re.search(r"/invitation/\w+", invited)[0]}
        for path, ways in described(one)["paths"].items():
            if "get" not in ways or ("{" in path and path not in there):
                continue
            status, headers, _ = one.get(there.get(path, path))
            assert (status == 200) == (ways["get"].get("security") == []), (path, status)
            kinds = ways["get"]["responses"]["200"]["content"]
            assert status != 200 or headers["Content-Type"].split(";")[0] in kinds, (path, headers["Content-Type"])


def test_a_program_does_what_people_do():
    with lib.source() as one:
        with_user(one)
        one.give("an", "operator")
        one.serve()
        program = Browser(one)

        def ask(method, path, **fields):
            status, headers, text = program.ask(method, path, form(**fields) if fields else None, **JSON)
            assert headers["Content-Type"] == "application/json", (path, headers)
            return status, json.loads(text)

        status, said = ask("GET", "/api/session")
        assert status == 401 and said["ok"] is False and said["error"]
        assert program.sign_in()[0] == 303
        _, said = ask("GET", "/api/session")
        assert (said["ok"], said["user"], said["source"]) == (True, "an", "krongpa")
        token = said["token"]
        status, said = ask("GET", "/media")
        assert status == 200 and said["ok"] and said["title"] and "<" in said["html"] and "<html" not in said["html"]
        status, said = ask("POST", "/claim", token="0" * 64, code="x", screen="kp-01")
        assert status == 403 and said["error"]
        status, said = ask("POST", "/media/%s/name" % ("a" * 64), token=token, name="x")
        assert status >= 400 and said["ok"] is False and said["error"] and "<" not in said["error"], said
        status, said = ask("POST", "/sign-out", token=token)
        assert (status, said["ok"], said["location"]) == (200, True, "/sign-in")
        assert ask("GET", "/api/session")[0] == 401


if __name__ == "__main__":
    lib.run_tests(globals())
