#!/usr/bin/env bash
# fast-xml-parser and txml leave characters that XML writes by their numbers as they stand, so that people read &#10; where a line ends.
#
# Any character may be written as a reference, and a line break in an attribute must be (XML 1.0 sections 4.1 and 3.3.3). No document type
# is needed for that, so that XMPP has them, too. One would guess that fast-xml-parser, whose `processEntities` is on, reads them as it reads
# &amp;. It reads the five that have names in XML, and the others only with `htmlEntities`, which says HTML; txml reads none at all. A bot
# that reads stanzas or exports with them shows the codes to people. xml2js, xml-js and saxes read all.
#
# Seen with fast-xml-parser 5.12.1 and txml 6.0.3, and otherwise with xml2js 0.6.2, xml-js 1.6.11 and saxes 6.0.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages fast-xml-parser@5.12.1 txml@6.0.3 xml2js@0.6.2 xml-js@1.6.11 saxes@6.0.0
cat >read.mjs <<'JS'
import { XMLParser } from 'fast-xml-parser';
import { SaxesParser } from 'saxes';
import { parse } from 'txml';
import xmlJs from 'xml-js';
import { parseStringPromise } from 'xml2js';

const saxes = (text) => {
  const read = [];
  const parser = new SaxesParser();
  parser.on('opentag', ({ attributes }) => read.push(attributes.label));
  parser.on('text', (value) => read.push(value));
  parser.write(text).close();
  return read;
};
const fast = (text, options) => {
  const { option } = new XMLParser({ ignoreAttributes: false, ...options }).parse(text);
  return [option['@_label'], option['#text']];
};
const readers = {
  'fast-xml-parser': fast,
  'fast-xml-parser with htmlEntities': (text) => fast(text, { htmlEntities: true }),
  txml: (text) => [parse(text)[0].attributes.label, parse(text)[0].children[0]],
  xml2js: async (text) => (({ option }) => [option.$.label, option._])(await parseStringPromise(text)),
  'xml-js': (text) => (({ option }) => [option._attributes.label, option._text])(xmlJs.xml2js(text, { compact: true })),
  saxes,
};
for (const text of ['<option label="a&amp;b">a&lt;b</option>', '<option label="a&#10;b">&#x2764; &#38; more</option>']) {
  console.log(text);
  for (const [name, read] of Object.entries(readers)) console.log(`  ${name}: ${JSON.stringify(await read(text))}`);
}
JS
expect "$(node read.mjs)" <<'EXPECTED'
<option label="a&amp;b">a&lt;b</option>
  fast-xml-parser: ["a&b","a<b"]
  fast-xml-parser with htmlEntities: ["a&b","a<b"]
  txml: ["a&amp;b","a&lt;b"]
  xml2js: ["a&b","a<b"]
  xml-js: ["a&b","a<b"]
  saxes: ["a&b","a<b"]
<option label="a&#10;b">&#x2764; &#38; more</option>
  fast-xml-parser: ["a&#10;b","&#x2764; &#38; more"]
  fast-xml-parser with htmlEntities: ["a\nb","❤ & more"]
  txml: ["a&#10;b","&#x2764; &#38; more"]
  xml2js: ["a\nb","❤ & more"]
  xml-js: ["a\nb","❤ & more"]
  saxes: ["a\nb","❤ & more"]
EXPECTED
