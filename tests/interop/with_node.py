"""@xmpp/client (npm, pinned in node/package-lock.json) over TCP with STARTTLS, direct TLS and WebSocket."""
import asyncio
import os
import subprocess

from fixtures.client import Unexpected
from fixtures.server import ROOT

FOLDER = os.path.join(os.path.dirname(os.path.realpath(__file__)), 'node')
CASES = []


def installed():
    """npm ci, once for each version of the lock file."""
    stamp, lock = os.path.join(FOLDER, 'node_modules/.teahouse-stamp'), os.path.join(FOLDER, 'package-lock.json')
    if os.path.exists(stamp) and os.path.getmtime(stamp) >= os.path.getmtime(lock):
        return
    done = subprocess.run(['npm', 'ci', '--no-audit', '--no-fund'], cwd=FOLDER, check=False, capture_output=True, text=True)
    if done.returncode:
        raise Unexpected(f'npm ci in {os.path.relpath(FOLDER, ROOT)} failed:\n{done.stdout}{done.stderr}')
    with open(stamp, 'w', encoding='ascii'):
        pass


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


for way in ('xmpp', 'xmpps', 'ws', 'wss'):
    async def talk(stage, way=way):
        """It logs in, pings, chats with a user of the other tenant, talks in a room, loses its connection and comes back."""
        await asyncio.to_thread(installed)
        address = {'xmpp': f'127.0.0.1:{stage.port("c2s")}', 'xmpps': f'127.0.0.1:{stage.port("c2s_tls")}',
                   'ws': f'127.0.0.1:{stage.port("http")}/xmpp', 'wss': f'localhost:{stage.port("https")}/xmpp'}[way]
        room = f'den@rooms.{stage.domain("capulet")}'
        juliet = await stage.client('juliet')
        answering = asyncio.ensure_future(echo(stage, juliet, room))
        environment = {**os.environ, 'SERVICE': f'{way}://{address}', 'DOMAIN': stage.domain('montague'), 'USER': 'romeo',
                       'PASSWORD': stage.password('romeo'), 'PEER': stage.jid('juliet'), 'ROOM': room,
                       'NODE_EXTRA_CA_CERTS': stage.ca, 'NODE_TLS_REJECT_UNAUTHORIZED': '0', 'NODE_NO_WARNINGS': '1'}
        process = await asyncio.create_subprocess_exec('node', 'talk.mjs', cwd=FOLDER, env=environment,
                                                       stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        out = []
        try:
            async for line in process.stdout:
                out.append(line.decode().rstrip())
            await process.wait()
        except asyncio.CancelledError:
            raise Unexpected('it did not end; it said\n' + '\n'.join(out)) from None
        finally:
            answering.cancel()
            if process.returncode is None:
                process.kill()
        if process.returncode or 'done stop' not in out:
            raise Unexpected(f'it ended with status {process.returncode}, after\n' + '\n'.join(out))
    CASES.append((f'@xmpp/client: talk over {way}', talk))
