#!/usr/bin/env bash
# Prosody answers a question to its rooms by the stream of its main domain, where both were asked by one stream, and strict servers drop it.
#
# Servers may prove several pairs of domains on one connection (RFC 6120 section 4.7 and XEP-0220 section 2.5, as jabberd2 does), and Prosody
# takes each of them. A stanza's domain must be one that its stream has been proved for (RFC 6120 section 8.1.2.2). One would guess
# that an answer goes the way that any other stanza from its sender goes: what a user is sent by rooms.p.example does, by a stream of that
# domain. But what answers a question at once, such as disco, leaves by the stream of the pair that was proved first, p.example: without a
# proof, though Prosody says "not-authorized" of others who do so. jabberd2 2.7 writes "dropping packet on unvalidated route" in its log, and
# the user who asked waits.
#
# Seen with Prosody 0.12.3 (Debian 12).
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

debian_packages prosody=0.12.3-1+deb12u1 lua5.4=5.4.4-3+deb12u1 liblua5.4-0=5.4.4-3+deb12u1 lua-expat=1.5.1-3 lua-filesystem=1.8.0-3 \
  lua-socket=3.1.0-1+b1 lua-sec=1.2.0-2 lua-unbound=1.0.0-2 lua-bitop=1.0.2-7
python_packages dnspython==2.9.2
cat >peer.py <<'PY'
"""a.example: its name server, its port for servers, and a stream of its own to Prosody, in plain text and by dialback (XEP-0220)."""
import os
import re
import socket
import subprocess
import sys
import threading

import dns.message
import dns.rdatatype
import dns.zone

HEAD = ("<stream:stream xmlns='jabber:server' xmlns:db='jabber:server:dialback' xmlns:stream='http://etherx.jabber.org/streams' "
        "version='1.0' from='{}' to='{}' id='1'>")
names, port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.create_server(('127.0.0.1', 0))
names.bind(('127.0.0.1', 0))
zone = dns.zone.from_text(f'''
_xmpp-server._tcp.a 60 IN SRV 0 0 {port.getsockname()[1]} a.example.
a 60 IN A 127.0.0.1
''', origin='example.', relativize=False, check_origin=False)


def answer_names():
    while True:
        data, client = names.recvfrom(4096)
        question = dns.message.from_wire(data)
        reply = dns.message.make_response(question, recursion_available=True)
        if found := zone.get_rrset(question.question[0].name, question.question[0].rdtype):
            reply.answer.append(found)
        names.sendto(reply.to_wire(), client)


class Stream:
    def __init__(self, connection):
        self.connection, self.text = connection, ''

    def send(self, text):
        self.connection.sendall(text.encode())

    def hear(self, pattern):
        while not (found := re.search(pattern, self.text, re.DOTALL)):
            if not (data := self.connection.recv(4096)):
                return None
            self.text += data.decode()
        self.text = self.text[found.end():]
        return found


def attribute(text, name):
    return re.search(rf"\b{name}=['\"]([^'\"]*)", text)[1]


heard = threading.Event()


def serve(stream):
    """Says that each key is right, whoever's, and tells what comes afterwards."""
    proved = []
    head = stream.hear(r'<stream:stream[^>]*>')[0]
    stream.send(HEAD.format('a.example', attribute(head, 'from')) + "<stream:features><dialback xmlns='urn:xmpp:features:dialback'/></stream:features>")
    while element := stream.hear(r'<(db:result|db:verify|iq|message)\b[^>]*>.*?</\1>'):
        kind, sender = element[1], attribute(element[0], 'from')
        if kind.startswith('db:'):
            number = f" id='{attribute(element[0], 'id')}'" if kind == 'db:verify' else ''
            if not number:
                proved.append(sender)
            stream.send(f"<{kind} from='a.example' to='{sender}'{number} type='valid'/>")
        else:
            print(f'{kind} {attribute(element[0], "id")} from {sender}, by a stream that was proved for:', *proved, flush=True)
            heard.set()


def accept():
    while True:
        threading.Thread(target=serve, args=(Stream(port.accept()[0]),), daemon=True).start()


for task in (answer_names, accept):
    threading.Thread(target=task, daemon=True).start()
with socket.create_server(('127.0.0.1', 0)) as free:
    prosody_port = free.getsockname()[1]
root = os.getcwd() + '/debian'
with open('prosody.cfg.lua', 'w') as file:
    file.write(f'''
run_as_root = true
data_path = "data"
log = {{ {{ levels = {{ min = "debug" }}, to = "file", filename = "log" }} }}
unbound = {{ resolvconf = false, hoststxt = false, forward = "127.0.0.1@{names.getsockname()[1]}", options = {{ ["do-not-query-localhost:"] = "no" }} }}
interfaces = {{ "127.0.0.1" }}
c2s_ports, s2s_ports, http_ports, https_ports = {{}}, {{ {prosody_port} }}, {{}}, {{}}
modules_enabled = {{ "dialback", "disco" }}
s2s_require_encryption, s2s_secure_auth = false, false
VirtualHost "p.example"
Component "rooms.p.example" "muc"
''')
library = root + '/usr/lib/x86_64-linux-gnu/lua/5.4/?.so;;'
prosody = subprocess.Popen(
    [root + '/usr/bin/lua5.4', 'prosody', '-F', '--config', 'prosody.cfg.lua'], stdout=subprocess.DEVNULL, env={
        **os.environ, 'LUA_PATH': f'{root}/usr/share/lua/5.4/?.lua;{root}/usr/share/lua/5.4/?/init.lua;;', 'LUA_CPATH': library,
        'LD_LIBRARY_PATH': root + '/usr/lib/x86_64-linux-gnu'})
try:
    while prosody.poll() is None:
        try:
            stream = Stream(socket.create_connection(('127.0.0.1', prosody_port)))
            break
        except ConnectionRefusedError:
            pass
    stream.send(HEAD.format('a.example', 'p.example'))
    stream.hear(r'</stream:features>')
    for host in ('p.example', 'rooms.p.example'):
        stream.send(f"<db:result from='a.example' to='{host}'>key</db:result>")
        print(f'Prosody on a.example to {host}:', attribute(stream.hear(r'<db:result[^>]*>')[0], 'type'), flush=True)
    for host in sys.argv[1:]:
        heard.clear()
        stream.send(f"<iq type='get' from='ann@a.example/x' to='{host}' id='to-{host}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>")
        heard.wait(30)
finally:
    prosody.kill()
    prosody.wait()
PY
sed "s|/usr/lib/prosody|$folder/debian/usr/lib/prosody|" debian/usr/bin/prosody >prosody
expect "$("$python" peer.py p.example rooms.p.example)" <<'EXPECTED'
Prosody on a.example to p.example: valid
Prosody on a.example to rooms.p.example: valid
iq to-p.example from p.example, by a stream that was proved for: p.example
iq to-rooms.p.example from rooms.p.example, by a stream that was proved for: p.example
EXPECTED
