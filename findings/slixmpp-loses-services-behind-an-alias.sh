#!/usr/bin/env bash
# slixmpp with aiodns 4 loses a domain's SRV records when their name is an alias, and connects to the website instead.
#
# Who has their chat elsewhere may well point _xmpp-client._tcp at their host's records by a CNAME (RFC 1034 section 3.6.2), and the answer
# then holds the CNAME before the SRV record. One would guess that a look-up of SRV gives SRV records, as aiodns 3 does. aiodns 4, for
# which slixmpp has code of its own, hands over the whole answer, and slixmpp takes each record in it for one of SRV: an error, which is
# noted at its level "debug", and all records are gone. It goes on as if there were none, with the address and port 5222 of the domain itself.
#
# Seen with slixmpp 1.17.0, and aiodns 4.0.4 and 3.6.1.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

python_packages slixmpp==1.17.0 aiodns==4.0.4 dnspython==2.9.2
"$python" -m pip --quiet --disable-pip-version-check install --target older aiodns==3.6.1 pycares==4.11.0 >&2
cat >look_up.py <<'PY'
import asyncio
import socket
import sys
import threading
import warnings

import aiodns
import dns.message
import dns.rdatatype
import dns.zone
from slixmpp.xmlstream.resolver import resolve

warnings.simplefilter('ignore')
zone = dns.zone.from_text('''
_xmpp-client._tcp.plain 60 IN SRV 0 0 5999 xmpp.host
_xmpp-client._tcp.alias 60 IN CNAME _xmpp-client._tcp.plain
plain 60 IN A 192.0.2.80
alias 60 IN A 192.0.2.80
xmpp.host 60 IN A 192.0.2.52
''', origin='example.', relativize=False, check_origin=False)
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(('127.0.0.1', 0))


def answer():
    while True:
        data, client = server.recvfrom(4096)
        question = dns.message.from_wire(data)
        name, kind = question.question[0].name, question.question[0].rdtype
        reply = dns.message.make_response(question, recursion_available=True)
        while alias := zone.get_rrset(name, dns.rdatatype.CNAME):
            reply.answer.append(alias)
            name = alias[0].target
        if found := zone.get_rrset(name, kind):
            reply.answer.append(found)
        server.sendto(reply.to_wire(), client)


async def main():
    loop = asyncio.get_running_loop()
    resolver = aiodns.DNSResolver(loop=loop, nameservers=['127.0.0.1'], udp_port=server.getsockname()[1])
    for domain in ('plain.example', 'alias.example'):
        places = await resolve(domain, 5222, loop=loop, services=['xmpp-client'], resolver=resolver, use_ipv6=False)
        print(f'aiodns {sys.argv[1]}, {domain}:', *(f'{address} port {port}' for _, _, address, port in places))


threading.Thread(target=answer, daemon=True).start()
asyncio.run(main())
PY
expect "$("$python" look_up.py 4.0.4; PYTHONPATH=older "$python" look_up.py 3.6.1)" <<'EXPECTED'
aiodns 4.0.4, plain.example: 192.0.2.52 port 5999
aiodns 4.0.4, alias.example: 192.0.2.80 port 5222
aiodns 3.6.1, plain.example: 192.0.2.52 port 5999
aiodns 3.6.1, alias.example: 192.0.2.52 port 5999
EXPECTED
