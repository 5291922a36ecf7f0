"""POST under an Idempotency-Key while the server is killed: who sends until it is answered has sent once."""
import asyncio
import itertools
import random

from fixtures import limits
from fixtures.client import Unexpected

TURNS, SENDERS = 8, 4
TO = {'montague': ('user:romeo', 'user:benvolio', 'room:square'), 'capulet': ('user:juliet', 'user:nurse', 'room:square')}


class Senders:
    """Each sends one message after the other, every one of them until there is an answer: `sent` says which was given."""

    def __init__(self, server, keys):
        self.server, self.keys = server, keys
        self.numbers = itertools.count(1)
        self.sent = {}    # (tenant, to, text) -> the id that was answered
        self.done = False

    async def send(self, tenant):
        while not self.done:
            number = next(self.numbers)
            to, text = random.choice(TO[tenant]), f'number {number}'
            answer = await self.until_answered(tenant, {'to': to, 'text': text}, f'"key {number}"')
            self.sent[tenant, to, text] = answer.json['id']

    async def until_answered(self, tenant, body, key):
        while True:
            try:
                answer = await asyncio.to_thread(self.server.api.call, 'POST', '/v1/messages', body, self.keys[tenant],
                                                 {'Idempotency-Key': key})
            except OSError:
                await self.server_is_back()
                continue
            if answer.status == 201:
                return answer
            if answer.status not in (409, 503):
                raise Unexpected(f'{body} under {key} was answered {answer}')

    async def server_is_back(self):
        await self.back.wait()

    async def run(self):
        tasks = [asyncio.ensure_future(self.send(tenant)) for tenant in TO for _ in range(SENDERS)]
        for turn in range(TURNS):
            enough = len(self.sent) + 20 * (turn + 1)
            while len(self.sent) < enough:
                done, _ = await asyncio.wait(tasks, timeout=0.001 * random.random(), return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            self.back = asyncio.Event()
            await asyncio.to_thread(self.server.kill)
            await asyncio.to_thread(self.server.start)
            self.back.set()
        self.done = True
        await asyncio.wait_for(asyncio.gather(*tasks), limits.EXCHANGE_S)

    back = asyncio.Event()


def said(api, key, path):
    """(text, ids) of every message there."""
    cursor, found = '', []
    while cursor is not None:
        page = api.call('GET', f'{path}?limit=200' + (f'&cursor={cursor}' if cursor else ''), key=key).json
        found += [(m['text'], (m['id'], m.get('message_id'))) for m in page['messages']]
        cursor = page.get('next_cursor')
    return found


async def once(server):
    """Every message that was answered with 201 is in its archive exactly once, under the id of the answer; nothing else is, and nothing with
    the other tenant."""
    keys = {}
    await asyncio.to_thread(server.api.set_plan, 'repeats', dict.fromkeys(('stanzas_per_s', 'api_calls_per_min', 'archive_bytes'), -1))
    for tenant in TO:
        keys[tenant] = (await asyncio.to_thread(server.api.create_tenant, tenant, f'{tenant}.example', plan='repeats'))['api_key']
        await asyncio.to_thread(server.api.call, 'PUT', '/v1/rooms/square', {'name': 'Square'}, keys[tenant])
    senders = Senders(server, keys)
    await senders.run()
    for tenant, addresses in TO.items():
        for to in addresses:
            kind, name = to.split(':')
            found = await asyncio.to_thread(said, server.api, keys[tenant], f'/v1/{kind}s/{name}/messages')
            wanted = {text: answered for (whose, where, text), answered in senders.sent.items() if (whose, where) == (tenant, to)}
            texts = [text for text, _ in found]
            if sorted(texts) != sorted(wanted):
                twice = sorted({t for t in texts if texts.count(t) > 1})
                raise Unexpected(f'{to} of {tenant}: {twice} are there twice, {sorted(set(wanted) - set(texts))} are not there, '
                                 f'{sorted(set(texts) - set(wanted))} were not answered')
            wrong = [text for text, ids in found if wanted[text] not in ids]
            if wrong:
                raise Unexpected(f'{to} of {tenant}: {wrong} were answered with other ids than they have')


CASES = [('kill -9: a POST under an Idempotency-Key is done once', once)]
