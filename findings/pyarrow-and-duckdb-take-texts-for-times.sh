#!/usr/bin/env bash
# PyArrow and DuckDB take texts of JSON for times, where all that they look at are such: an offset is lost, and a text is read as a day.
#
# JSON says by quotation marks what is a text (RFC 8259). One would guess that a column of texts is one, as with polars, and that only tables without
# types, as CSV, are guessed at. PyArrow makes a time of `2026-11-30T18:00:00+02:00`, which has no zone any more and says 16:00; with a
# fraction behind the seconds it is the text that it was, so that the type of a column depends on whether somebody wrote milliseconds. DuckDB makes
# days, times and UUIDs of texts, also of `1-2-2026`, as the first of February, and of a room that is called `20:15`; if behind the first 20480 lines
# there is another text, it refuses the file. A list of rooms, or of what people wrote, as an export or the API gives it, is such a column.
#
# Seen with PyArrow 26.0.1 and DuckDB 2.0.1, and otherwise with polars 2.1.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

python_packages pyarrow==26.0.1 duckdb==2.0.1 polars==2.1.0
cat >texts.py <<'PY'
import json

import duckdb
import polars
import pyarrow.json

duckdb.sql("set timezone = 'UTC'")


def lines(*texts):
    with open('texts.jsonl', 'w') as file:
        for text in texts:
            print(json.dumps({'text': text}), file=file)


for text in (
    '2026-11-30', '2026-11-30T18:00:00Z', '2026-11-30T18:00:00+02:00', '2026-11-30T18:00:00.5Z', '1-2-2026', '20:15',
    '00112233-4455-6677-8899-aabbccddeeff', '20261130', 'tea',
):
    lines(text)
    print(text)
    for name, value in {
        'PyArrow': pyarrow.json.read_json('texts.jsonl')['text'][0].as_py(),
        'DuckDB': duckdb.sql("select text from 'texts.jsonl'").fetchall()[0][0],
        'polars': polars.read_ndjson('texts.jsonl').item(),
    }.items():
        print(f'  {name}: {"as it is" if value == text else f"{type(value).__name__} {value}"}')
lines(*['20:15'] * 20480, 'tea')
print('tea behind 20480 times 20:15')
print('  PyArrow:', pyarrow.json.read_json('texts.jsonl')['text'][-1].as_py())
try:
    print('  DuckDB:', duckdb.sql("from 'texts.jsonl'").fetchall()[-1][0])
except duckdb.InvalidInputException as error:
    print(f'  DuckDB: {type(error).__name__}')
print('  polars:', polars.read_ndjson('texts.jsonl')['text'][-1])
PY
expect "$("$python" texts.py)" <<'EXPECTED'
2026-11-30
  PyArrow: datetime 2026-11-30 00:00:00
  DuckDB: date 2026-11-30
  polars: as it is
2026-11-30T18:00:00Z
  PyArrow: datetime 2026-11-30 18:00:00
  DuckDB: datetime 2026-11-30 18:00:00+00:00
  polars: as it is
2026-11-30T18:00:00+02:00
  PyArrow: datetime 2026-11-30 16:00:00
  DuckDB: datetime 2026-11-30 16:00:00+00:00
  polars: as it is
2026-11-30T18:00:00.5Z
  PyArrow: as it is
  DuckDB: datetime 2026-11-30 18:00:00.500000+00:00
  polars: as it is
1-2-2026
  PyArrow: as it is
  DuckDB: date 2026-02-01
  polars: as it is
20:15
  PyArrow: as it is
  DuckDB: time 20:15:00
  polars: as it is
00112233-4455-6677-8899-aabbccddeeff
  PyArrow: as it is
  DuckDB: UUID 00112233-4455-6677-8899-aabbccddeeff
  polars: as it is
20261130
  PyArrow: as it is
  DuckDB: as it is
  polars: as it is
tea
  PyArrow: as it is
  DuckDB: as it is
  polars: as it is
tea behind 20480 times 20:15
  PyArrow: tea
  DuckDB: InvalidInputException
  polars: tea
EXPECTED
