#!/usr/bin/env bash
# linkify-it 6, and markdown-it 15 with it, make a link to the host "ann" of https://ann@a.example/files, which was linked whole before.
#
# Web clients use them to make links of what people write, where an address with a user (RFC 3986 section 3.2.1) comes from calendars,
# repositories and shared folders. Since 6.0 they leave users out unless `urlAuth` says otherwise. One would guess that such an address then
# stays text, as xmpp: addresses do. It is linked up to the "@", and "ann" is a valid host of its own: that is where a click leads, the rest
# stands behind as text. With `urlAuth: true` it is as it was.
#
# Seen with linkify-it 6.1.0 and markdown-it 15.0.3, and otherwise with linkify-it 5.0.2.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages linkify-it@6.1.0 markdown-it@15.0.3 linkify-it-5@npm:linkify-it@5.0.2
cat >links.mjs <<'JS'
import { LinkifyIt } from 'linkify-it';
import LinkifyIt5 from 'linkify-it-5';
import MarkdownIt from 'markdown-it';

const found = (library, text) => (library.match(text) ?? []).map(({ url }) => url).join(' ') || 'no link';
for (const text of ['https://a.example/files', 'https://ann@a.example/files', 'https://ann.lee@a.example/files', 'xmpp:ann@a.example']) {
  console.log(text);
  console.log(`  linkify-it 5: ${found(new LinkifyIt5(), text)}`);
  console.log(`  linkify-it 6: ${found(new LinkifyIt({ fuzzyEmail: false }), text)}`);
  console.log(`  with urlAuth: ${found(new LinkifyIt({ fuzzyEmail: false, urlAuth: true }), text)}`);
}
console.log(new MarkdownIt({ linkify: true }).renderInline('https://ann@a.example/files'));
JS
expect "$(node links.mjs)" <<'EXPECTED'
https://a.example/files
  linkify-it 5: https://a.example/files
  linkify-it 6: https://a.example/files
  with urlAuth: https://a.example/files
https://ann@a.example/files
  linkify-it 5: https://ann@a.example/files
  linkify-it 6: https://ann
  with urlAuth: https://ann@a.example/files
https://ann.lee@a.example/files
  linkify-it 5: https://ann.lee@a.example/files
  linkify-it 6: https://ann.lee
  with urlAuth: https://ann.lee@a.example/files
xmpp:ann@a.example
  linkify-it 5: no link
  linkify-it 6: no link
  with urlAuth: no link
<a href="https://ann">https://ann</a>@a.example/files
EXPECTED
