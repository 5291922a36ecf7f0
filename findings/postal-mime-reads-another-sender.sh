#!/usr/bin/env bash
# postal-mime reads another address than was written, or none, where a sender has a comment in a comment, quotes or an IPv6 address.
#
# Bots that bring mail into a room read it with postal-mime at the edge of a network, and with mailparser of the same makers in Node.js. One
# would guess that the two read the addresses of RFC 5322 alike. postal-mime ends a comment at the first ")" (section 3.2.2 lets comments
# nest), and the rest becomes part of the address; it takes the quotes off a name that needs them (section 3.4.1), so that nothing can be
# sent to what is left; and at the ":" of an IPv6 literal it sees a group of addresses begin.
#
# Seen with postal-mime 4.0.0, and otherwise with mailparser 3.14.2.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages postal-mime@4.0.0 mailparser@3.14.2
cat >read.mjs <<'JS'
import { simpleParser } from 'mailparser';
import PostalMime from 'postal-mime';

for (const sender of [
  'Ann Lee <ann@a.example>',
  'ann@a.example (Ann Lee)',
  'ann@a.example (Ann (from Berlin))',
  '"ann lee"@a.example',
  'ann@[192.0.2.1]',
  'ann@[IPv6:2001:db8::1]',
]) {
  const mail = `From: ${sender}\r\nSubject: test\r\n\r\nhello\r\n`;
  console.log(sender);
  console.log(`  postal-mime: ${JSON.stringify((await PostalMime.parse(mail)).from)}`);
  console.log(`  mailparser: ${JSON.stringify((await simpleParser(mail)).from.value[0])}`);
}
JS
expect "$(node read.mjs)" <<'EXPECTED'
Ann Lee <ann@a.example>
  postal-mime: {"address":"ann@a.example","name":"Ann Lee"}
  mailparser: {"address":"ann@a.example","name":"Ann Lee"}
ann@a.example (Ann Lee)
  postal-mime: {"address":"ann@a.example","name":"Ann Lee"}
  mailparser: {"address":"ann@a.example","name":"Ann Lee"}
ann@a.example (Ann (from Berlin))
  postal-mime: {"address":"ann@a.example)","name":"Ann (from Berlin"}
  mailparser: {"address":"ann@a.example","name":"Ann (from Berlin)"}
"ann lee"@a.example
  postal-mime: {"address":"ann lee@a.example","name":""}
  mailparser: {"address":"\"ann lee\"@a.example","name":""}
ann@[192.0.2.1]
  postal-mime: {"address":"ann@[192.0.2.1]","name":""}
  mailparser: {"address":"ann@[192.0.2.1]","name":""}
ann@[IPv6:2001:db8::1]
  postal-mime: {"name":"ann@[IPv6","group":[{"address":"","name":"1]"}]}
  mailparser: {"address":"ann@[IPv6:2001:db8::1]","name":""}
EXPECTED
