#!/usr/bin/env bash
# smtp-server refuses an address whose name is quoted because of a blank or an "@" in it, and takes one with another reason for quotes.
#
# In quotes a mailbox's name may have any printable character (RFC 5321 section 4.1.2), and such names stand in old directories of firms and
# behind gateways. One would guess that a server which takes "a" and "a\"b" in quotes takes all. It looks for a blank and for a second "@"
# without a look at the quotes, so that it answers 501 where these are what the quotes are for; nodemailer, of the same makers, sends both.
#
# Seen with smtp-server 3.21.6 and nodemailer 10.6.1.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages smtp-server@3.21.6 nodemailer@10.6.1
cat >send.mjs <<'JS'
import { once } from 'node:events';

import nodemailer from 'nodemailer';
import { SMTPServer } from 'smtp-server';

const server = new SMTPServer({ disabledCommands: ['AUTH', 'STARTTLS'] });
server.listen(0, '127.0.0.1');
await once(server.server, 'listening');
const client = nodemailer.createTransport({ host: '127.0.0.1', port: server.server.address().port });
for (const to of ['"ann"@a.example', '"ann\\"tea"@a.example', '"ann tea"@a.example', '"ann@tea"@a.example']) {
  const answer = await client.sendMail({ from: 'bob@a.example', to, text: 'Hello' }).then(() => 'accepted', (error) => error.response);
  console.log(`${to}: ${answer}`);
}
process.exit();
JS
expect "$(node send.mjs)" <<'EXPECTED'
"ann"@a.example: accepted
"ann\"tea"@a.example: accepted
"ann tea"@a.example: 501 Error: Bad recipient address syntax
"ann@tea"@a.example: 501 Error: Bad recipient address syntax
EXPECTED
