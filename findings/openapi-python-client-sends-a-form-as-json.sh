#!/usr/bin/env bash
# openapi-python-client makes a client that sends a form and says that it is JSON, where a call takes both.
#
# A request's body may have several media types, each with its schema (OpenAPI 3.1, Request Body Object), and a form and JSON of one schema is
# what a call has that pages and programs use. One would guess that the client sends one of the two, or lets its caller choose by the
# type of the body, as it does where the schemas are two. Of one schema for both, the function makes the body twice and keeps the header of the
# last: given both, httpx sends the form, so that a form goes out as JSON, which no server reads. With JSON first in the description, the header
# fits. A call without a parameter that may be left out can't even be imported. In a form an object is what Python prints of it,
# `{'color': 'red'}`. Our own description has a form before JSON in nearly each call that has a body; without the forms a client of it works.
#
# Seen with openapi-python-client 0.29.1.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

python_packages openapi-python-client==0.29.1
export PATH=$folder/python/bin:$PATH
cat >make.py <<'PY'
import json
import subprocess
import sys

FORM, JSON = 'application/x-www-form-urlencoded', 'application/json'
KINDS = {'form': [FORM], 'json': [JSON], 'form_and_json': [FORM, JSON], 'json_and_form': [JSON, FORM]}
KEY = [{'name': 'Idempotency-Key', 'in': 'header', 'schema': {'type': 'string'}}]
properties = {'title': {'type': 'string'}, 'guests': {'type': 'boolean'}, 'theme': {'type': 'object'}}


def call(name, schemas, parameters=KEY):
    content = {kind: {'schema': {'$ref': f'#/components/schemas/{schema}'}} for kind, schema in schemas.items()}
    return {f'/{name}': {'post': {
        'operationId': name, 'parameters': parameters, 'requestBody': {'required': True, 'content': content},
        'responses': {'204': {'description': 'Changed.'}}}}}


paths = {}
for name, kinds in KINDS.items():
    paths |= call(name, dict.fromkeys(kinds, 'Fields'))
paths |= call('two_schemas', {FORM: 'Fields', JSON: 'Others'})
paths |= call('without_parameters', {FORM: 'Fields', JSON: 'Fields'}, [])
schemas = {name: {'type': 'object', 'properties': properties} for name in ('Fields', 'Others')}
with open('description.json', 'w') as file:
    json.dump({'openapi': '3.1.0', 'info': {'title': 'Tea', 'version': '1'}, 'paths': paths, 'components': {'schemas': schemas}}, file)
subprocess.run(
    ['openapi-python-client', 'generate', '--path', 'description.json', '--meta', 'none', '--output-path', 'made'],
    check=True, stdout=sys.stderr)
PY
cat >send.py <<'PY'
import importlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from made.client import Client
from made.models import Fields, Others


class Says(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['content-length'])).decode()
        print(f'{self.path}: {self.headers["content-type"]}: {body}', flush=True)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(('127.0.0.1', 0), Says)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = Client(base_url=f'http://127.0.0.1:{server.server_port}')
for name, schema in (
    ('form', Fields), ('json', Fields), ('form_and_json', Fields), ('json_and_form', Fields), ('two_schemas', Fields), ('two_schemas', Others),
):
    body = schema.from_dict({'title': 'Tea', 'guests': True, 'theme': {'color': 'red'}})
    importlib.import_module(f'made.api.default.{name}').sync_detailed(client=client, body=body)
try:
    importlib.import_module('made.api.default.without_parameters')
except NameError as error:
    print(f'/without_parameters: NameError: {error}')
PY
"$python" make.py
expect "$("$python" send.py)" <<'EXPECTED'
/form: application/x-www-form-urlencoded: title=Tea&guests=true&theme=%7B%27color%27%3A+%27red%27%7D
/json: application/json: {"title":"Tea","guests":true,"theme":{"color":"red"}}
/form_and_json: application/json: title=Tea&guests=true&theme=%7B%27color%27%3A+%27red%27%7D
/json_and_form: application/x-www-form-urlencoded: title=Tea&guests=true&theme=%7B%27color%27%3A+%27red%27%7D
/two_schemas: application/x-www-form-urlencoded: title=Tea&guests=true&theme=%7B%27color%27%3A+%27red%27%7D
/two_schemas: application/json: {"title":"Tea","guests":true,"theme":{"color":"red"}}
/without_parameters: NameError: name 'Unset' is not defined
EXPECTED
