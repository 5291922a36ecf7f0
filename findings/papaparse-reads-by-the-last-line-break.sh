#!/usr/bin/env bash
# Papa Parse tears a short table's rows at the semicolons in its texts, because the last row ends with a line break.
#
# A table with commas may end so or not (RFC 4180 section 2); most do. Papa Parse, told nothing, guesses the separator from the first ten
# rows. One would guess that what stands in quotation marks counts for none, and that a comma is taken where it fits each row. Behind the
# last line break it sees a row of one field, which speaks against the comma and not against ";", "|" or a tab, by which the header is one
# field, too: where each text has two of these, rows are torn in the middle of quotation marks, without an error. The same table without the
# line break, or with ten rows, is read right, and so is each with `skipEmptyLines` or `delimiter`, and by csv-parse.
#
# Seen with papaparse 5.7.1, and otherwise with csv-parse 7.0.3.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages papaparse@5.7.1 csv-parse@7.0.3
cat >read.mjs <<'JS'
import { parse } from 'csv-parse/sync';
import Papa from 'papaparse';

const said = (rows) => JSON.stringify(rows.slice(0, 2));
const table = (rows, end) => ['user,text', ...Array(rows).fill('ann,"tea; cake; jam"')].join('\r\n') + end;
for (const [name, text] of Object.entries({
  'two rows': table(2, ''),
  'two rows, and a line break': table(2, '\r\n'),
  'ten rows, and a line break': table(10, '\r\n'),
})) {
  const { data, errors } = Papa.parse(text);
  console.log(name);
  console.log(`  Papa Parse: ${said(data)}, ${errors.length} errors`);
  console.log(`  with skipEmptyLines: ${said(Papa.parse(text, { skipEmptyLines: true }).data)}`);
  console.log(`  csv-parse: ${said(parse(text))}`);
}
JS
expect "$(node read.mjs)" <<'EXPECTED'
two rows
  Papa Parse: [["user","text"],["ann","tea; cake; jam"]], 0 errors
  with skipEmptyLines: [["user","text"],["ann","tea; cake; jam"]]
  csv-parse: [["user","text"],["ann","tea; cake; jam"]]
two rows, and a line break
  Papa Parse: [["user,text"],["ann,\"tea"," cake"," jam\""]], 0 errors
  with skipEmptyLines: [["user","text"],["ann","tea; cake; jam"]]
  csv-parse: [["user","text"],["ann","tea; cake; jam"]]
ten rows, and a line break
  Papa Parse: [["user","text"],["ann","tea; cake; jam"]], 0 errors
  with skipEmptyLines: [["user","text"],["ann","tea; cake; jam"]]
  csv-parse: [["user","text"],["ann","tea; cake; jam"]]
EXPECTED
