"""teahouse.toml and --set: what cannot work is refused at the start with one sentence that names the setting; what can, works."""
import asyncio
import os
import re
import subprocess
import tempfile

from fixtures import limits
from fixtures.client import Unexpected
from fixtures.server import Server, binary
from stage import case, must_equal

LISTENERS = [f'listen.{name}=127.0.0.1:0' for name in ('c2s', 'c2s_tls', 'http', 'https')]
BAD = {
    'public.url': ['chat.example.com', 'localhost:8080', 'https://chat.example.com/chat', 'https://chat.example.com//', 'https://', '/', 'x',
                   'https://a b', 'https://chat.example.com?x', 'wss://chat.example.com', 'capacitor://localhost', '*', '1', 'true', '[]',
                   'https://chat.example.com:99999', 'https://*.example.com', 'https://user@chat.example.com'],
    'listen.http': ['8080', '127.0.0.1', ':8080', 'localhost:8080', '127.0.0.1:65536', '127.0.0.1:-1', '127.0.0.1:http', '[::1', '::1:80', 'true',
                    '["127.0.0.1:8080"]', 'http://127.0.0.1:8080', ' 127.0.0.1:8080', '[]:80'],
    'listen.c2s': ['5222', '*'], 'listen.c2s_tls': ['5223', '*:x'], 'listen.https': ['8443', '*:8443/'],
    'public.trusted_proxies': ['127.0.0.1', '["localhost"]', '["10.0.0.0/33"]', '[1]', '[""]'],
    'tls.names': ['chat.example.com', '["https://chat.example.com"]', '["a b"]', '[""]', '[1]', '["*.*.example"]', '["-a.example"]'],
    'c2s.require_tls': ['yes', '1', '"true"'], 'c2s.login_timeout_s': ['0', '-1', '3601', '1.5', 'true', '"5"', '30s'],
    'c2s.refused_timeout_s': ['0', '86401', 'ten'], 'c2s.probe_after_s': ['-1', '86401', '10m'],
    'c2s.bosh_inactivity_s': ['0', '601', '1m'],
    'c2s.device_days': ['-1', '366', 'ever'], 'server.loops': ['-1', '257', '2.5', 'two', 'true', '"2"'], 'server.log': ['loud', '1', '""'],
    'modules.muc.history_messages': ['-1', '101', 'many', 'true', '[]', '1.5'], 'modules.muc.unconfigured_time': ['59s', '2d', '15 m', 'm'],
    'modules.muc.rooms_made_by': ['nobody', '1'], 'modules.muc.magic': ['1'], 'modules.magic.history_messages': ['1'], 'modules.muc': ['1'],
    'files.store': ['bucket', '1', 'true', ''], 'files.s3.endpoint': ['1', '[]', 'true'], 'files.s3.path_style': ['yes', '1'],
    'files.s3.secret': ['x'], 'files.s3.secret_file': ['1'], 'files.s3.magic': ['1'],
    'listen.turn': ['3478', '*'], 'public.turn': ['https://relay.example.com', '1'], 'calls.relay_ports': ['80-90', '50000-40000', '50000', 'x', '[]'],
    'calls.relay_address': ['relay.example.com', '203.0.113.5:3478', '["203.0.113.5", "203.0.113.6"]', '1', '[1]'], 'calls.private_peers': ['yes', 'true'],
    'mail.server': ['mail.example.com', 'http://mail.example.com', 'smtp://', 'smtp://me@mail.example.com', '1', '[]'], 'mail.from': ['1', '[]'],
    'sign_up.plan': ['1', '[]'], 'sign_up.domain': ['1', 'a b', '192.0.2.1', '[]'], 'sign_up.per_address_per_h': ['0', '1001', 'many'],
    'sign_up.per_h': ['0', '5001', '1.5'], 'sign_up.tenants_per_person': ['0', '101'], 'sign_up.disposable_mail': ['1', '/nowhere/at/all'],
    'sign_up.reserved': ['tea', '[1]', '["a b"]', '["-x"]'], 'sign_up.magic': ['x'],
    'mail.magic': ['x'], 'public.address': ['x'], 'listen': ['x'], '': ['x'],
}
PLAIN_TEXT = [('public.url', 'url = "chat.example.com"'), ('public.url', 'url = 8080'), ('public.url', 'url = ["https://a"]')]


def start(data, settings):
    command = [binary(), 'serve', '--data', data]
    for setting in settings:
        command += ['--set', setting]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=limits.START_S, stdin=subprocess.DEVNULL)


def must_be_refused(what, name, done):
    """One sentence, for people; no crash."""
    if done.returncode != 1 or 'ready' in done.stdout or not re.fullmatch(r"teahouse serve: [^\n]+\.\n", done.stderr) or name not in done.stderr:
        raise Unexpected(f'{what} should have been refused with a sentence; it ended with {done.returncode}: {done.stdout!r} {done.stderr!r}')


@case('settings: what cannot work is refused at the start')
async def refused(stage):
    """On the command line and in the file."""
    with tempfile.TemporaryDirectory(prefix='teahouse-settings-') as data:
        for name, values in BAD.items():
            for value in values:
                setting = f'{name}={value}'
                must_be_refused(setting, name, await asyncio.to_thread(start, data, [*LISTENERS, setting]))
        for name, line in PLAIN_TEXT:
            with open(os.path.join(data, 'teahouse.toml'), 'w', encoding='utf-8') as file:
                file.write(f'[public]\n{line}\n')
            must_be_refused(line, name, await asyncio.to_thread(start, data, LISTENERS))


def socket_of(url):
    """What the widget is told, by a server whose public.url this is."""
    with Server('settings', ['server.loops=1', f'public.url={url}', 'tls.names=["bücher.example", "*.shop.example", "::1"]']) as server:
        tenant = server.api.create_tenant('shop', 'shop.example')
        answer = server.api.call('GET', f"/v1/sites/{tenant['site']}/widget")
        must_equal('the answer', answer.status, 200)
        return answer.json['websocket']


@case('settings: the public address as people write it')
async def public_url(stage):
    """With a slash behind it, in capitals, in Unicode, with the scheme's own port: the widget gets the address of the WebSocket."""
    for url, wanted in (('https://chat.example.com/', 'wss://chat.example.com/xmpp'), ('HTTPS://Chat.Example.com:443', 'wss://chat.example.com/xmpp'),
                        ('http://my_chat.test:8080', 'ws://my_chat.test:8080/xmpp'), ('https://bücher.example', 'wss://xn--bcher-kva.example/xmpp')):
        must_equal(f'the WebSocket under {url}', await asyncio.to_thread(socket_of, url), wanted)


@case('settings: an option of a module holds for all tenants but those that set it')
async def module_options(stage):
    """By --set and in the file, for two tenants, of which one has a value of its own, which stays over a restart."""
    def play():
        with Server('options', ['server.loops=1', 'modules.muc.new_rooms_listed=false']) as server:
            made = [server.api.create_tenant(name, f'{name}.example') for name in ('shop', 'forum')]
            server.api.change_tenant('forum', modules={'muc': {'new_rooms_listed': True}})
            listed = [server.api.must('PUT', '/v1/rooms/hall', {}, tenant['api_key'])['public'] for tenant in made]
            server.terminate()
            server.settings.pop()
            with open(os.path.join(server.data, 'teahouse.toml'), 'w', encoding='utf-8') as file:
                file.write('[modules.muc]\nhistory_messages = 5\nunconfigured_time = "1h"\n')
            server.start()
            return listed, [server.api.must('GET', f'/operator/v1/tenants/{name}').get('modules') for name in ('shop', 'forum')]
    listed, shown = await asyncio.to_thread(play)
    must_equal('whether new rooms are listed', listed, [False, True])
    must_equal('what is set of the tenants', shown, [None, {'muc': {'new_rooms_listed': True}}])
