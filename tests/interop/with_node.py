"""@xmpp/client (npm, pinned in node/package-lock.json and, for Node.js 20, node20/) over TCP with STARTTLS, direct TLS and WebSocket; stanza
over BOSH."""
import asyncio
import os
import subprocess

from fixtures.client import Unexpected

HERE = os.path.dirname(os.path.realpath(__file__))
FOLDER = os.path.join(HERE, 'node')
CASES = []


async def echo(stage, client, room):
    """Answers each chat message and each groupchat message that does not begin with echo."""
    nick = room + '/Echo'
    client.send(f"<presence to='{nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
    while True:
        element = await client.receive(10000)
        body = element.findtext('{jabber:client}body')
        if element.get('from') == nick and element.find('.//{http://jabber.org/protocol/muc#user}status[@code="201"]') is not None:
            client.send(f"<iq type='set' id='cfg' to='{room}'><query xmlns='http://jabber.org/protocol/muc#owner'>"
                        "<x xmlns='jabber:x:data' type='submit'/></query></iq>")
        if body is None or body.startswith('echo') or not element.tag.endswith('}message'):
            continue
        to, kind = (room, 'groupchat') if element.get('type') == 'groupchat' else (element.get('from'), 'chat')
        client.send(f"<message to='{to}' type='{kind}'><body>echo: {body}</body></message>")


def address_of(stage, way):
    return {'xmpp': f'127.0.0.1:{stage.port("c2s")}', 'xmpps': f'127.0.0.1:{stage.port("c2s_tls")}',
            'ws': f'127.0.0.1:{stage.port("http")}/xmpp', 'wss': f'localhost:{stage.port("https")}/xmpp',
            'http': f'127.0.0.1:{stage.port("http")}/http-bind', 'https': f'localhost:{stage.port("https")}/http-bind'}[way]


async def run(program, stage, way, more):
    """A program of a folder here, as romeo, which must say that it stopped."""
    folder, program = os.path.split(os.path.join(HERE, program))
    if not os.path.isdir(os.path.join(folder, 'node_modules')):
        raise Unexpected(f'{folder}/node_modules is not there: run script/setup')
    environment = {**os.environ, 'SERVICE': f'{way}://{address_of(stage, way)}', 'DOMAIN': stage.domains['montague'], 'USER': 'romeo',
                   'PASSWORD': stage.password('romeo'), **more,
                   'NODE_EXTRA_CA_CERTS': stage.ca, 'NODE_TLS_REJECT_UNAUTHORIZED': '0', 'NODE_NO_WARNINGS': '1',
                   # Debian's Node.js 18 tries one address of localhost: let it not be ::1, where nobody listens.
                   'NODE_OPTIONS': '--dns-result-order=ipv4first'}
    process = await asyncio.create_subprocess_exec('node', program, cwd=folder, env=environment,
                                                   stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    out = []
    try:
        async for line in process.stdout:
            out.append(line.decode().rstrip())
        await process.wait()
    except asyncio.CancelledError:
        raise Unexpected('it did not end; it said\n' + '\n'.join(out)) from None
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode or 'done stop' not in out:
        raise Unexpected(f'it ended with status {process.returncode}, after\n' + '\n'.join(out))


for way in ('xmpp', 'xmpps', 'ws', 'wss'):
    async def talk(stage, way=way):
        """It logs in, pings, chats with a user of the other tenant, talks in a room, loses its connection and comes back."""
        room = f'den@rooms.{stage.domains["capulet"]}'
        juliet = await stage.enter('juliet')
        answering = asyncio.ensure_future(echo(stage, juliet, room))
        try:
            await run('node/talk.mjs', stage, way, {'PEER': stage.jid('juliet'), 'ROOM': room})
        finally:
            answering.cancel()
    CASES.append((f'@xmpp/client: talk over {way}', talk))

for way in ('http', 'https'):
    async def bosh(stage, way=way):
        """stanza logs in by BOSH, gets twenty answers of a user of the other tenant in order, and leaves."""
        juliet = await stage.enter('juliet')
        answering = asyncio.ensure_future(echo(stage, juliet, f'den@rooms.{stage.domains["capulet"]}'))
        try:
            await run('node/stanza_bosh.mjs', stage, way, {'PEER': stage.jid('juliet')})
        finally:
            answering.cancel()
    CASES.append((f'stanza: talk over BOSH, {way}', bosh))


def node_major():
    try:
        return int(subprocess.run(['node', '-p', 'process.versions.node'], capture_output=True, text=True, check=True).stdout.split('.')[0])
    except (OSError, ValueError, subprocess.CalledProcessError):
        return 0


# Debian 12 has Node.js 18, for which the library is too new; a WebSocket of its own comes with 22.
for way in (*(('xmpp', 'xmpps') if node_major() >= 20 else ()), *(('wss',) if node_major() >= 22 else ())):
    async def fast(stage, way=way):
        """It logs in by its password and gets a token, comes back by the token, is shut out by another device, and is refused."""
        await run('node20/fast.mjs', stage, way, {})
    CASES.append((f'@xmpp/client 0.14: SASL2 and FAST over {way}', fast))
