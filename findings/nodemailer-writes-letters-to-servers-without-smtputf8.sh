#!/usr/bin/env bash
# nodemailer sends an address with letters beyond ASCII to a server that has not said that it takes any, and says that it was accepted.
#
# SMTPUTF8 (RFC 6531) is for servers that offer it: to others such an address must not be sent (section 3.5). One would guess that a library
# which asks for SMTPUTF8 where it is offered, as nodemailer does, otherwise fails before it sends, as Python's smtplib does with
# SMTPNotSupportedError. It writes the bytes of UTF-8 into RCPT without a word about them. What a server makes of these is its own: one
# refuses, another takes them for its own alphabet or drops them, and the program that invited öl@a.example was told that all is well.
# Of such a domain it takes care by itself (xn--), unless the name before it has such letters, too.
#
# Seen with nodemailer 10.6.1, and Python's smtplib.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages nodemailer@10.6.1
cat >server.py <<'PY'
"""A server that offers nothing beside 8BITMIME, and tells what it is given."""
import socket
import sys

server = socket.create_server(('127.0.0.1', 0))
print(server.getsockname()[1], flush=True)
while True:
    connection, _ = server.accept()
    with connection, connection.makefile('rwb', buffering=0) as stream:
        stream.write(b'220 mail.example\r\n')
        while line := stream.readline():
            command = line[:4].upper()
            if command in (b'MAIL', b'RCPT'):
                print('  ' + line.decode().strip(), file=sys.stderr, flush=True)
            if command == b'DATA':
                stream.write(b'354 go on\r\n')
                while stream.readline() != b'.\r\n':
                    pass
            stream.write({b'EHLO': b'250-mail.example\r\n250 8BITMIME\r\n', b'QUIT': b'221 bye\r\n'}.get(command, b'250 ok\r\n'))
            if command == b'QUIT':
                break
PY
cat >send.mjs <<'JS'
import nodemailer from 'nodemailer';

const [, , port, to] = process.argv;
const client = nodemailer.createTransport({ host: '127.0.0.1', port, ignoreTLS: true });
console.error(`nodemailer, ${to}:`);
console.error(await client.sendMail({ from: 'bob@a.example', to, text: 'Hello' }).then((info) => `  accepted: ${info.accepted}`, String));
process.exit();
JS
cat >send.py <<'PY'
import email.message
import smtplib
import sys

message = email.message.EmailMessage()
message['From'], message['To'] = 'bob@a.example', sys.argv[2]
print(f'smtplib, {sys.argv[2]}:', file=sys.stderr)
with smtplib.SMTP('127.0.0.1', int(sys.argv[1])) as client:
    try:
        client.send_message(message)
    except smtplib.SMTPNotSupportedError:
        print('  SMTPNotSupportedError', file=sys.stderr)
PY
mkfifo port
python3 server.py >port 2>>seen &
server=$!
trap 'kill $server; rm -rf "$folder"' EXIT
read -r port <port
for address in ann@bücher.example öl@a.example öl@bücher.example; do node send.mjs "$port" "$address" 2>>seen; done
python3 send.py "$port" öl@a.example 2>>seen
expect "$(cat seen)" <<'EXPECTED'
nodemailer, ann@bücher.example:
  MAIL FROM:<bob@a.example>
  RCPT TO:<ann@xn--bcher-kva.example>
  accepted: ann@xn--bcher-kva.example
nodemailer, öl@a.example:
  MAIL FROM:<bob@a.example>
  RCPT TO:<öl@a.example>
  accepted: öl@a.example
nodemailer, öl@bücher.example:
  MAIL FROM:<bob@a.example>
  RCPT TO:<öl@bücher.example>
  accepted: öl@bücher.example
smtplib, öl@a.example:
  SMTPNotSupportedError
EXPECTED
