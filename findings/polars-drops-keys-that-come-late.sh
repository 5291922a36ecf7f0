#!/usr/bin/env bash
# polars drops a key of JSON lines that no line before the 101st has, without an error.
#
# Lines of JSON need not have the same keys: a tenant's export writes `value64` for `value` where a text is not UTF-8, perhaps in one line
# of many thousands. polars makes its columns of the first hundred lines. One would guess that a line which does not fit them is an error, as a
# text is where there were numbers and anything where there was null, or that there is one more column. But of a key that is new the value is gone,
# with read_ndjson and with scan_ndjson; with `infer_schema_length=None` it is there. DuckDB, of 20480 lines, says in which line the unknown key is;
# PyArrow and pandas have it.
#
# Seen with polars 2.1.0, and otherwise with DuckDB 2.0.1, PyArrow 26.0.1 and pandas 3.1.1.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

python_packages polars==2.1.0 duckdb==2.0.1 pyarrow==26.0.1 pandas==3.1.1
cat >lines.py <<'PY'
import json

import duckdb
import pandas
import polars
import pyarrow.json

LIBRARIES = {
    'polars': lambda name: polars.read_ndjson(name).to_dicts()[-1],
    'polars, scanning': lambda name: polars.scan_ndjson(name).tail(1).collect().to_dicts()[-1],
    'polars, told to look at all': lambda name: polars.read_ndjson(name, infer_schema_length=None).to_dicts()[-1],
    'DuckDB': lambda name: duckdb.sql(f"from '{name}'").fetchall()[-1],
    'PyArrow': lambda name: pyarrow.json.read_json(name).to_pylist()[-1],
    'pandas': lambda name: pandas.read_json(name, lines=True).to_dict('records')[-1],
}


def lines(count, value, last):
    print(f'{last} behind {count} lines with the value {value!r}')
    with open('lines.jsonl', 'w') as file:
        for row in [{'key': 'ann', 'value': value}] * count + [last]:
            print(json.dumps(row), file=file)


def read(*libraries):
    for library in libraries:
        try:
            print(f'  {library}: {LIBRARIES[library]("lines.jsonl")}')
        except (polars.exceptions.ComputeError, duckdb.InvalidInputException) as error:
            print(f'  {library}: {type(error).__name__}')


late = {'key': 'bob', 'value64': '/w=='}
lines(99, 'tea', late)
read('polars', 'polars, scanning')
lines(100, 'tea', late)
read(*LIBRARIES)
lines(20480, 'tea', late)
read('DuckDB', 'PyArrow')
lines(100, 5, {'key': 'bob', 'value': 'tea'})
read('polars')
lines(100, None, {'key': 'bob', 'value': 'tea'})
read('polars')
PY
expect "$("$python" lines.py)" <<'EXPECTED'
{'key': 'bob', 'value64': '/w=='} behind 99 lines with the value 'tea'
  polars: {'key': 'bob', 'value': None, 'value64': '/w=='}
  polars, scanning: {'key': 'bob', 'value': None, 'value64': '/w=='}
{'key': 'bob', 'value64': '/w=='} behind 100 lines with the value 'tea'
  polars: {'key': 'bob', 'value': None}
  polars, scanning: {'key': 'bob', 'value': None}
  polars, told to look at all: {'key': 'bob', 'value': None, 'value64': '/w=='}
  DuckDB: ('bob', None, '/w==')
  PyArrow: {'key': 'bob', 'value': None, 'value64': '/w=='}
  pandas: {'key': 'bob', 'value': nan, 'value64': '/w=='}
{'key': 'bob', 'value64': '/w=='} behind 20480 lines with the value 'tea'
  DuckDB: InvalidInputException
  PyArrow: {'key': 'bob', 'value': None, 'value64': '/w=='}
{'key': 'bob', 'value': 'tea'} behind 100 lines with the value 5
  polars: ComputeError
{'key': 'bob', 'value': 'tea'} behind 100 lines with the value None
  polars: ComputeError
EXPECTED
