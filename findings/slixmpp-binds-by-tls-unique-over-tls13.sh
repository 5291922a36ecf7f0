#!/usr/bin/env bash
# slixmpp binds by tls-unique over TLS 1.3, where no such thing is defined, though the server says that it takes tls-exporter only.
#
# RFC 9266 says that tls-unique is not for TLS 1.3, and XEP-0440 lets a server say which types it takes. One would guess that a client without
# tls-exporter then passes -PLUS over and says "y" ("I could, but you did not offer it") or "n". Python's get_channel_binding('tls-unique') gives bytes over
# TLS 1.3 all the same (the first Finished message), and slixmpp sends them; after the failure it tries -PLUS with SHA-1, and only then "y".
#
# Seen with slixmpp 1.8.3:
#   TLSv1.3
#   SCRAM-SHA-256-PLUS p=tls-unique
#   SCRAM-SHA-1-PLUS p=tls-unique
#   SCRAM-SHA-256 y
#   SCRAM-SHA-1 y
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

python_packages slixmpp==1.8.3
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=a.example -days 2 -keyout key.pem -out cert.pem 2>/dev/null
cat >server.py <<'PY'
import asyncio
import base64
import re
import ssl

import slixmpp

HEADER = ("<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
          "from='a.example' id='1' version='1.0'>")
FEATURES = ("<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-256-PLUS</mechanism>"
            '<mechanism>SCRAM-SHA-1-PLUS</mechanism><mechanism>SCRAM-SHA-256</mechanism><mechanism>SCRAM-SHA-1</mechanism></mechanisms>'
            "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-exporter'/></sasl-channel-binding></stream:features>")
FAILURE = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><malformed-request/></failure>"


async def serve(reader, writer):
    print(writer.get_extra_info('ssl_object').version(), flush=True)
    seen = ''
    while data := await reader.read(4096):
        seen += data.decode()
        if '<stream:stream' in seen and 'version=' in seen:
            seen = ''
            writer.write((HEADER + FEATURES).encode())
        for auth in re.findall(r'<auth .*?</auth>', seen):
            seen = ''
            first = base64.b64decode(re.search(r'>([^<]*)<', auth)[1]).decode()
            print(re.search(r'''mechanism=["']([^"']+)''', auth)[1], first.split(',')[0], flush=True)
            writer.write(FAILURE.encode())


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain('cert.pem', 'key.pem')
    server = await asyncio.start_server(serve, '127.0.0.1', 0, ssl=context)
    client = slixmpp.ClientXMPP('ann@a.example', 'secret')
    client.ssl_context.check_hostname = False
    client.ssl_context.verify_mode = ssl.CERT_NONE
    over = asyncio.Event()
    for event in ('failed_all_auth', 'no_auth', 'disconnected'):
        client.add_event_handler(event, lambda _: over.set())
    client.connect(server.sockets[0].getsockname()[:2], use_ssl=True, force_starttls=False, disable_starttls=True)
    await asyncio.wait_for(over.wait(), 30)


asyncio.get_event_loop().run_until_complete(main())
PY
expect "$("$python" server.py 2>/dev/null || true)" <<'EXPECTED'
TLSv1.3
SCRAM-SHA-256-PLUS p=tls-unique
SCRAM-SHA-1-PLUS p=tls-unique
SCRAM-SHA-256 y
SCRAM-SHA-1 y
EXPECTED
