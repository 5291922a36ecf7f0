"""nginx, Apache and Caddy of Debian in front of the server, each with its file of integrations/proxies."""
import asyncio
import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import tempfile

from fixtures import limits
from fixtures.api import ANY_CERTIFICATE
from fixtures.bosh import Bosh
from fixtures.client import Unexpected
from fixtures.files import ask_slot
from fixtures.poll import poll
from fixtures.sentinel import settle
from fixtures.server import ROOT, Server
from fixtures.transport import WebSocket

RECIPES = os.path.join(ROOT, 'integrations/proxies')
ADDRESS = '127.0.0.1'
GUESTS_MAX = 60              # of one visitor in an hour, by the default plan
FILE = bytes(range(256)) * (3 << 12)   # 3 MiB: more than nginx takes unless it is told
CASES = []


def free_port():
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return probe.getsockname()[1]


def replaced(text, *changes):
    for what, by in changes:
        found = re.search(what, text)
        if not found:
            raise Unexpected(f'the recipe has no {what!r} any more')
        text = re.sub(what, by, text)
    return text


class Proxy:
    """The process, in a folder of its own. A subclass says how the recipe is taken to ports, paths and names of a test."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix=f'teahouse-{self.name}-')
        self.port = free_port()
        self.url = f'https://{ADDRESS}:{self.port}'
        self.process = None

    def recipe(self, *changes):
        with open(os.path.join(RECIPES, self.file), encoding='ascii') as file:
            return replaced(file.read(), *changes)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, text):
        with open(self.path(name), 'w', encoding='ascii') as file:
            file.write(text)

    def start(self, upstream):
        """`upstream`: address and port of listen.http."""
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj',
                        '/CN=im.example', '-addext', f'subjectAltName=IP:{ADDRESS}', '-keyout', self.path('key.pem'), '-out', self.path('cert.pem')],
                       check=True, capture_output=True)
        self.write(self.file, self.configuration(upstream))
        with open(self.path('log'), 'wb') as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder.name,
                                            env={**os.environ, 'HOME': self.folder.name, 'XDG_DATA_HOME': self.folder.name,
                                                 'XDG_CONFIG_HOME': self.folder.name})

    def is_listening(self):
        if self.process.poll() is not None:
            raise Unexpected(f'{self.name} ended with status {self.process.returncode}:\n{self.words()}')
        try:
            socket.create_connection((ADDRESS, self.port), limits.ANSWER_S).close()
            return True
        except OSError:
            return False

    def words(self):
        found = ''
        for name in ('log', 'error.log'):
            if os.path.exists(self.path(name)):
                with open(self.path(name), encoding='utf-8', errors='replace') as file:
                    found += file.read()[-2000:]
        return found

    def close(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(limits.STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.folder.cleanup()


class Nginx(Proxy):
    name, file = 'nginx', 'nginx.conf'

    def configuration(self, upstream):
        folder = self.folder.name
        site = self.recipe(('server 127.0.0.1:8080', f'server {upstream}'), (r'listen 443', f'listen {ADDRESS}:{self.port}'),
                           (r'  listen \[::\]:443 ssl http2;\n', ''), ('/etc/letsencrypt/live/im.example/fullchain.pem', self.path('cert.pem')),
                           ('/etc/letsencrypt/live/im.example/privkey.pem', self.path('key.pem')))
        paths = ''.join(f'{kind}_temp_path {folder}/{kind};' for kind in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
        return (f'daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n'
                f'http {{ access_log off; {paths}\n{site}}}\n')

    def command(self):
        return ['/usr/sbin/nginx', '-p', self.folder.name, '-c', self.path(self.file), '-e', self.path('error.log')]


class Apache(Proxy):
    name, file = 'Apache', 'apache.conf'

    def configuration(self, upstream):
        modules = ''.join(f'LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n'
                          for name in ('mpm_event', 'authz_core', 'ssl', 'headers', 'proxy', 'proxy_http', 'socache_shmcb'))
        site = self.recipe((r'http://127\.0\.0\.1:8080/', f'http://{upstream}/'), (r'\*:443', f'{ADDRESS}:{self.port}'),
                           ('/etc/letsencrypt/live/im.example/fullchain.pem', self.path('cert.pem')),
                           ('/etc/letsencrypt/live/im.example/privkey.pem', self.path('key.pem')))
        folder = self.folder.name
        user = 'User nobody\nGroup nogroup\n' if os.geteuid() == 0 else ''
        return (f'ServerRoot {folder}\nServerName im.example\nPidFile {folder}/pid\nErrorLog {folder}/error.log\nDefaultRuntimeDir {folder}\n'
                f'{user}{modules}Listen {ADDRESS}:{self.port}\n{site}')

    def command(self):
        return ['/usr/sbin/apache2', '-f', self.path(self.file), '-DFOREGROUND']


class Caddy(Proxy):
    name, file = 'Caddy', 'Caddyfile'

    def configuration(self, upstream):
        site = self.recipe((r'127\.0\.0\.1:8080', upstream),
                           (r'im\.example {\n', f'{self.url} {{\n\ttls {self.path("cert.pem")} {self.path("key.pem")}\n'))
        return '{\n  admin off\n  auto_https disable_redirects\n}\n' + site

    def command(self):
        return ['/usr/bin/caddy', 'run', '--config', self.path(self.file), '--adapter', 'caddyfile']


def must_be(what, found, wanted):
    if found != wanted:
        raise Unexpected(f'{what} should be {str(wanted)[:200]}; it is {str(found)[:200]}')


async def enter(stage, proxy, user, transport, source):
    """By PLAIN, which is offered where the proxy is believed that it speaks TLS."""
    client = stage.client(user, 'websocket', mechanism='PLAIN')
    client.make_transport = lambda: transport(proxy.url, ADDRESS, source)
    await client.login()
    client.send('<presence/>')
    await client.pick(lambda e: e.tag.endswith('}presence') and e.get('from') == client.jid)
    return client


async def talk(stage, proxy):
    romeo, benvolio = await enter(stage, proxy, 'romeo', WebSocket, '127.78.0.1'), await enter(stage, proxy, 'benvolio', Bosh, '127.78.0.2')
    juliet, nurse = await enter(stage, proxy, 'juliet', Bosh, '127.78.0.3'), await enter(stage, proxy, 'nurse', WebSocket, '127.78.0.4')
    for sender, hearer, others in ((romeo, benvolio, (juliet, nurse)), (juliet, nurse, (romeo, benvolio))):
        large = 'x' * 100000
        sender.send(f"<message to='{hearer.jid}' type='chat'><body>{large}</body></message>")
        heard = await hearer.pick(lambda e: e.findtext('{jabber:client}body'))
        must_be('the sender', heard.get('from'), sender.jid)
        must_be('the text', heard.findtext('{jabber:client}body'), large)
        await settle([sender, hearer])
        await settle(others)
        for other in others:
            must_be(f'what {other.name} hears', [e for e in other.inbox if hasattr(e, 'tag') and e.findtext('{jabber:client}body')], [])


async def send_files(stage, proxy):
    for user, tenant in (('romeo', 'montague'), ('juliet', 'capulet')):
        client = await stage.client(user).login()
        slot = await ask_slot(client, 'upload.' + stage.domains[tenant], 'leaves', len(FILE))
        must_be('the address', slot.url.startswith(proxy.url + '/upload/'), True)
        at = (proxy.url, None)
        put = await asyncio.to_thread(stage.api.call, 'PUT', slot.path, FILE, slot.token, None, at)
        must_be('the answer to a file', put.status, 201)
        got = await asyncio.to_thread(stage.api.call, 'GET', slot.path, None, '', None, at)
        must_be('the file', got.body == FILE, True)
        part = await asyncio.to_thread(stage.api.call, 'GET', slot.path, None, '', {'Range': 'bytes=1048576-1048831'}, at)
        must_be('a part', (part.status, part.body), (206, bytes(range(256))))


async def call_api(stage, proxy):
    """A path comes as it was written: `staff%2Fbo` is one user of the one tenant."""
    def call(method, tenant, body=None):
        return stage.api.call(method, '/v1/users/staff%2Fbo', body, stage.tenants[tenant]['api_key'], None, (proxy.url, None))
    made = await asyncio.to_thread(call, 'PUT', 'montague', {'name': 'Bo'})
    must_be('the answer', (made.status, made.json.get('id')), (201, 'staff/bo'))
    must_be('the user', (await asyncio.to_thread(call, 'GET', 'montague')).json['id'], 'staff/bo')
    must_be('the other tenant', (await asyncio.to_thread(call, 'GET', 'capulet')).status, 404)


def ask_for_guest(stage, proxy, tenant, source):
    """The status; who asks says of themselves that they are somebody else each time."""
    connection = http.client.HTTPSConnection(ADDRESS, proxy.port, timeout=limits.ANSWER_S, source_address=(source, 0), context=ANY_CERTIFICATE)
    try:
        ask_for_guest.number += 1
        connection.request('POST', f"/v1/sites/{stage.tenants[tenant]['site']}/guests", json.dumps({}),
                           {'Content-Type': 'application/json', 'Origin': 'https://shop.example',
                            'X-Forwarded-For': f'192.0.2.{ask_for_guest.number}'})
        return connection.getresponse().status
    finally:
        connection.close()


ask_for_guest.number = 0


async def count_visitors(stage, proxy):
    for name in stage.names.values():
        await asyncio.to_thread(stage.api.change_tenant, name, guests=True, origins=['https://shop.example'])
    found = [await asyncio.to_thread(ask_for_guest, stage, proxy, 'montague', '127.78.1.1') for _ in range(GUESTS_MAX + 1)]
    must_be('the answers to one visitor', (set(found[:-1]), found[-1]), ({201}, 429))
    must_be('the answer to another', await asyncio.to_thread(ask_for_guest, stage, proxy, 'montague', '127.78.1.2'), 201)


def case(kind):
    async def play(stage):
        """integrations/proxies: two tenants by WebSocket and BOSH, files, paths as they came, visitors told apart."""
        proxy = kind()
        try:
            settings = ['server.loops=2', f'public.url="{proxy.url}"', f'public.trusted_proxies=["{ADDRESS}"]']
            async with Server(f'behind-{proxy.name}', settings) as server:
                await asyncio.to_thread(proxy.start, server.addresses['http'].split('//')[1].rstrip('/'))
                await poll(lambda: asyncio.to_thread(proxy.is_listening), what=f'{proxy.name} to listen')
                own = type(stage)(server, stage.number)
                await own.set_up()
                try:
                    for each in (talk, send_files, call_api, count_visitors):
                        await each(own, proxy)
                except (OSError, ssl.SSLError, Unexpected) as error:
                    raise Unexpected(f'{error}\n{proxy.words()}') from error
                finally:
                    await own.close()
        finally:
            await asyncio.to_thread(proxy.close)
    return f'proxy: {kind.name} in front', play


CASES += [case(Nginx), case(Apache), case(Caddy)]
