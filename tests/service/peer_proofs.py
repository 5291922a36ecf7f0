"""Servers whose certificates no authority vouches for, believed by their domains' own word: a file at their web servers (POSH)."""
import asyncio
import base64
import hashlib
import http.server
import json
import os
import socket
import ssl
import threading

from federation import SIDES, must_bounce, must_talk
from fixtures.client import Unexpected
from fixtures.federated import Network, People
from stage import case, must_equal

ADDRESS = '127.59.7.11'   # of the domains' web server, which has the standard port there
PATH = '/.well-known/posh/xmpp-server.json'


class Web:
    """The web server of some domains, with good certificates; `files` are by domain. Root may have its port."""

    def __init__(self, network, domains):
        self.files, self.asked = {}, []
        issued = network.authority.issue(*domains)
        name = os.path.join(network.folder.name, 'web.pem')
        with open(name, 'w', encoding='ascii') as file:
            file.write(issued.key + issued.chain)
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                domain = self.headers['Host']
                web.asked.append((domain, self.path))
                body = web.files.get(domain) if self.path == PATH else None
                self.send_response(200 if body else 404)
                self.send_header('Content-Length', str(len(body or '')))
                self.end_headers()
                self.wfile.write((body or '').encode())

            def log_message(self, *_):
                pass
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(name)
        self.server = http.server.ThreadingHTTPServer((ADDRESS, 443), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        for domain in domains:
            network.dns.records[(domain, 'A')] = [ADDRESS]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def fingerprint(network, name, domain):
    """Of the certificate that the server shows to other servers for this domain."""
    context = ssl._create_unverified_context()  # nobody vouches for it: that is what is tried
    server = network.servers[name]
    with context.wrap_socket(socket.create_connection((server.address, server.port('s2s_tls'))), server_hostname=domain) as peer:
        return base64.b64encode(hashlib.sha256(peer.getpeercert(binary_form=True)).digest()).decode()


@case('federation: servers whose certificates nobody vouches for are believed by the files of their domains (POSH)')
async def by_posh(_stage):
    """RFC 7711, RFC 7712: for those domains that say so, and not for the others of the same server; not once the file names another certificate."""
    async with Network(SIDES, certified=False) as network:
        web = await asyncio.to_thread(Web, network, ['alder.example', 'birch.example', 'beech.example'])
        people = People(network)
        try:
            for name, domain in (('east', 'alder.example'), ('west', 'birch.example')):
                known = await asyncio.to_thread(fingerprint, network, name, domain)
                web.files[domain] = json.dumps({'fingerprints': [{'sha-256': known}], 'expires': 3600})
            web.files['beech.example'] = web.files['alder.example']   # of another certificate
            ann, bob, _, friend = await people.enter_all('ann@alder.example', 'bob@birch.example', 'ann@acorn.example', 'bob@beech.example')
            await must_talk(ann, bob)
            await must_bounce(ann, friend.jid, 'remote-server-timeout')
            if 'the POSH document of its domain names another certificate' not in network.log('east'):
                raise Unexpected('the log should say why the other one is not believed')
            must_equal('who was asked for', {domain for domain, _ in web.asked}, {'alder.example', 'birch.example', 'beech.example'})
            await people.nobody_received_more()
        finally:
            people.leave()
            await asyncio.to_thread(web.close)
