#!/usr/bin/env python3
"""Makes docs/xeps.md, docs/teahouse.doap, docs/modules.md and docs/api.md from what the program itself declares, and the pictures of docs/ from the text that they show, so that
they can't be wrong.

usage: generate_docs.py [--check] PROGRAM

PROGRAM is build/release/teahouse: `PROGRAM about xeps` lists the modules as JSON, `PROGRAM about api` prints openapi.json.
--check writes nothing and prints one TAP line a file: it fails where a file is not what would be made.
"""
import json
import pathlib
import subprocess
import sys
import xml.etree.ElementTree as ET

sys.dont_write_bytecode = True
import diagrams  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent


def about(program, what):
    return json.loads(subprocess.run([program, "about", what], check=True, capture_output=True, text=True).stdout)


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def xeps_page(modules):
    lines = ["# XEPs", "", "What each module declares of itself; made by `tools/generate_docs.py`. RFC 6120, 6121, 7395 and 7622 are the ground.",
             "", "| XEP | version | title | module | left out |", "| --- | --- | --- | --- | --- |"]
    rows = [(xep, module["name"]) for module in modules for xep in module["xeps"]]
    for xep, module in sorted(rows, key=lambda row: (row[0]["number"], row[1])):
        number = f"{xep['number']:04d}"
        lines.append(f"| [{number}](https://xmpp.org/extensions/xep-{number}.html) | {xep['version']} | {cell(xep['title'])} "
                     f"| {module} | {cell(xep['note'])} |")
    lines += ["", "## Modules", ""]
    lines += [f"- `{module['name']}`: {module['summary']}" for module in modules]
    return "\n".join(lines) + "\n"


RFCS = (6120, 6121, 7395, 7590, 7622)
RDF, DOAP, XMPP = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://usefulinc.com/ns/doap#", "https://linkmauve.fr/ns/xmpp-doap#"


def doap(modules):
    """The same for programs (XEP-0453): a XEP that several modules have part in stands there once, with the notes of all."""
    for prefix, namespace in (("rdf", RDF), ("", DOAP), ("xmpp", XMPP)):
        ET.register_namespace(prefix, namespace)
    root = ET.Element(f"{{{RDF}}}RDF")
    project = ET.SubElement(root, f"{{{DOAP}}}Project")
    for name, text in (("name", "Teahouse"), ("shortdesc", "A host of XMPP servers for websites"), ("programming-language", "C++"), ("os", "Linux")):
        ET.SubElement(project, f"{{{DOAP}}}{name}").text = text

    def refer(parent, name, to):
        ET.SubElement(parent, name, {f"{{{RDF}}}resource": to})
    refer(project, f"{{{DOAP}}}license", "https://www.apache.org/licenses/LICENSE-2.0")
    refer(project, f"{{{DOAP}}}category", f"{XMPP}category-server")
    for number in RFCS:
        refer(project, f"{{{DOAP}}}implements", f"https://xmpp.org/rfcs/rfc{number}.html")
    parts = {}
    for module in modules:
        for xep in module["xeps"]:
            parts.setdefault(xep["number"], []).append(xep)
    for number, shares in sorted(parts.items()):
        supported = ET.SubElement(ET.SubElement(project, f"{{{DOAP}}}implements"), f"{{{XMPP}}}SupportedXep")
        refer(supported, f"{{{XMPP}}}xep", f"https://xmpp.org/extensions/xep-{number:04d}.html")
        notes = "; ".join(dict.fromkeys(share["note"] for share in shares if share["note"]))
        for name, text in (("status", "partial" if notes else "complete"), ("version", shares[0]["version"]), ("note", notes)):
            if text:
                ET.SubElement(supported, f"{{{XMPP}}}{name}").text = text
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def modules_page(modules):
    """What can be set of modules, and what they count."""
    lines = ["# Modules: options and metrics", "", "What each module declares of itself; made by `tools/generate_docs.py`.", "",
             "## Options", "", "A tenant has the value of the server until it has one of its own:", "",
             "    teahouse tenant set shop --option muc.history_messages=50",
             "    teahouse tenant set shop --option muc.history_messages=      # the server's again",
             "    teahouse serve --data DIR --set modules.muc.history_messages=50   # for all that have none; also in teahouse.toml", "",
             "By the API: `PATCH /operator/v1/tenants/shop` with `{\"modules\": {\"muc\": {\"history_messages\": 50}}}`. A change holds at once, and no session",
             "ends by it. Times are written as `90s`, `15m`, `2h` or `1d`. An option stays while the tenant goes without its module.", "",
             "| option | takes | by itself | |", "| --- | --- | --- | --- |"]
    lines += [f"| `{module['name']}.{option['name']}` | {cell(option['takes'])} | `{option['standard']}` | {cell(option['summary'])} |"
              for module in modules for option in module["options"]]
    lines += ["", "## Metrics", "",
              "`GET /operator/v1/metrics` shows them, of all tenants and loops together; with `Accept: text/plain` as Prometheus reads them. Counters begin at 0",
              "when the server starts.", "", "| metric | kind | |", "| --- | --- | --- |"]
    for module in modules:
        for metric in module["metrics"]:
            total = "_total" if metric["kind"] == "counter" else ""
            lines.append(f"| `teahouse_{module['name']}_{metric['name']}{total}` | {metric['kind']} | {cell(metric['summary'])} |")
    return "\n".join(lines) + "\n"


def resolve(api, node):
    while isinstance(node, dict) and "$ref" in node:
        path = node["$ref"].removeprefix("#/").split("/")
        node = api
        for part in path:
            node = node[part]
    return node


def type_of(api, schema):
    schema = resolve(api, schema)
    kind = schema.get("type", "object")
    if isinstance(kind, list):
        kind = " or ".join(kind)
    if kind == "array":
        return "list of " + type_of(api, schema.get("items", {}))
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    return kind


def fields_table(api, schema):
    schema = resolve(api, schema)
    rows = ["| field | type | |", "| --- | --- | --- |"]
    for name, field in schema.get("properties", {}).items():
        must = "**must** " if name in schema.get("required", []) else ""
        rows.append(f"| `{name}` | {cell(type_of(api, field))} | {must}{cell(resolve(api, field).get('description', ''))} |")
    return rows if len(rows) > 2 else []


def operation_lines(api, path, method, operation, shared):
    lines = [f"### `{method.upper()} {path}`", "", operation.get("summary", ""), ""]
    if operation.get("description"):
        lines += [operation["description"], ""]
    parameters = [resolve(api, p) for p in shared + operation.get("parameters", [])]
    if parameters:
        lines += ["| parameter | in | type | |", "| --- | --- | --- | --- |"]
        lines += [f"| `{p['name']}` | {p['in']} | {cell(type_of(api, p.get('schema', {})))} | {cell(p.get('description', ''))} |"
                  for p in parameters]
        lines.append("")
    content = resolve(api, operation.get("requestBody", {})).get("content", {})
    for media in list(content.values())[:1]:
        table = fields_table(api, media.get("schema", {}))
        if table:
            lines += [*table, ""]
    answers = [f"`{status}` {cell(resolve(api, answer).get('description', ''))}"
               for status, answer in operation.get("responses", {}).items()]
    return lines + ["Answers: " + "; ".join(answers), ""]


def api_page(api):
    lines = ["# HTTP API", "", "Made by `tools/generate_docs.py` from what the server serves at `/openapi.json`.", "",
             api["info"].get("description", ""), ""]
    for path, item in api["paths"].items():
        shared = item.get("parameters", [])
        for method in ("get", "post", "put", "patch", "delete"):
            if method in item:
                lines += operation_lines(api, path, method, item[method], shared)
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def main():
    check = "--check" in sys.argv
    program = [argument for argument in sys.argv[1:] if argument != "--check"][0]
    modules = about(program, "xeps")
    pages = {"docs/xeps.md": xeps_page(modules), "docs/teahouse.doap": doap(modules), "docs/modules.md": modules_page(modules), "docs/api.md": api_page(about(program, "api")),
             **diagrams.diagrams(ROOT)}
    failed = 0
    for number, (name, text) in enumerate(pages.items(), 1):
        path = ROOT / name
        if not check:
            path.write_text(text)
            print(f"{name} is made")
        elif path.is_file() and path.read_text() == text:
            print(f"ok {number} - {name} is what is declared")
        else:
            failed += 1
            print(f"not ok {number} - {name} is not what is declared: run tools/generate_docs.py build/release/teahouse")
    if check:
        print(f"1..{len(pages)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
