"""http_ece (npm, pinned in node/package-lock.json): the library under web-push reads what we push."""
import asyncio
import json
import os
import subprocess
import sys
import tempfile

from fixtures.client import Unexpected
from fixtures.push_service import Device, PushService, encode
from fixtures.server import Server

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.append(os.path.join(HERE, '../service'))
from authority import Authority  # noqa: E402


def read(push):
    number = push.device.key.private_numbers().private_value.to_bytes(32, 'big')
    told = {'body': encode(push.body), 'key': encode(number), 'auth': encode(push.device.auth)}
    done = subprocess.run(['node', 'read_push.mjs'], cwd=os.path.join(HERE, 'node'), input=json.dumps(told), capture_output=True, text=True,
                          check=False)
    if done.returncode:
        raise Unexpected(f'http_ece can not read it: {done.stderr}')
    return json.loads(done.stdout)


async def reads(_stage):
    """RFC 8291: any library for the receiving side reads a push; here one with the longest text, and one without any."""
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(folder)
        ours = ['push.allow_private=true', f'push.ca_file="{authority.path("root.pem")}"']
        async with PushService(authority.issue('localhost'), folder) as service:
            async with Server('web-push', ours) as server:
                key = (await asyncio.to_thread(server.api.create_tenant, 'montague', 'montague.example'))['api_key']
                await asyncio.to_thread(server.api.create_account, 'montague', 'romeo', 'pw-romeo')
                await asyncio.to_thread(server.api.must, 'GET', '/v1/users/romeo/push', None, key)
                for text, said in ((True, '\u8336' * 200), (False, None)):
                    device = Device(service, 'phone')
                    await asyncio.to_thread(server.api.must, 'POST', '/v1/users/romeo/push', device.subscription(text=text), key)
                    await asyncio.to_thread(server.api.must, 'POST', '/v1/users/romeo/push/test', None, key)
                    tried = await asyncio.to_thread(read, await device.next())
                    if tried['kind'] != 'test':
                        raise Unexpected(f'a test push was expected; it is {tried}')
                    if text:
                        await asyncio.to_thread(server.api.must, 'POST', '/v1/messages', {'to': 'user:romeo', 'text': '\u8336' * 1000}, key)
                        told = await asyncio.to_thread(read, await device.next())
                        if told.get('text') != said:
                            raise Unexpected(f'the beginning of the message was expected; it is {told}')

CASES = [('http_ece: reads a push', reads)]
