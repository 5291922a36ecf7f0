"""What the attacks share: two tenants, a victim in each, attackers on demand, and words for what must come of it."""
import asyncio
import itertools

from fixtures.client import END, LOST, Client, Unexpected, show
from fixtures.poll import poll

STREAM_ERROR = '{http://etherx.jabber.org/streams}error'
STREAMS = '{urn:ietf:params:xml:ns:xmpp-streams}'
STANZAS = '{urn:ietf:params:xml:ns:xmpp-stanzas}'
HEADER = ("<?xml version='1.0'?><stream:stream to='{0}' version='1.0' xmlns='jabber:client' "
          "xmlns:stream='http://etherx.jabber.org/streams'>")
CASES = []
addresses = itertools.count(1)


def case(name):
    """Adds an async function to the table; its doc string says what the attack is."""
    def keep(function):
        CASES.append((name, function))
        return function
    return keep


class Stage:
    """Tenants a.example and b.example; mallory and alice in the first, victor and wendy in the second."""

    def __init__(self, server):
        self.server = server
        self.api = server.api
        self.tenants = {}
        self.left = []       # attackers, to be closed
        self.victor = None   # of the other tenant: always answered

    async def set_up(self):
        unlimited = dict.fromkeys(('accounts', 'sessions', 'sessions_per_account', 'rooms', 'rooms_per_account', 'stanzas_per_s',
                                   'archive_bytes', 'archive_days', 'offline_messages', 'api_calls_per_min'), -1)
        await asyncio.to_thread(self.api.set_plan, 'open', {**unlimited, 'stanza_bytes': 262144})
        for name, users in (('a', ('mallory', 'alice')), ('b', ('victor', 'wendy'))):
            self.tenants[name] = await asyncio.to_thread(self.api.create_tenant, name, f'{name}.example', plan='open')
            for user in users:
                await asyncio.to_thread(self.api.create_account, name, user, 'pw-' + user)
        await self.mend()

    async def mend(self):
        """The victims are there (again)."""
        if self.victor is None or self.victor.lost:
            self.victor = await self.client('victor', 'b', keep=False).login()
        self.victor.inbox.clear()

    def client(self, user, tenant='a', transport='tcp', keep=True, **details):
        """Each has an address of its own (127.x.y.z), since what fails is counted by address."""
        number = next(addresses)
        client = Client(self.server, user, user, f'{tenant}.example', 'pw-' + user, None, transport,
                        f'127.9.{number // 250}.{2 + number % 250}', 'SCRAM-SHA-1', **details)
        if keep:
            self.left.append(client)
        return client

    async def attacker(self, transport='tcp'):
        """Logged in."""
        return await self.client('mallory', transport=transport).login()

    async def stranger(self, transport='tcp'):
        """Inside TLS, not logged in."""
        client = self.client('mallory', transport=transport)
        await client.open()
        return client

    async def socket(self, transport='tls'):
        """Connected, nothing said."""
        client = self.client('mallory', transport=transport)
        await client.open_socket()
        return client

    async def others_are_answered(self):
        """A session of the other tenant is; and it got nothing from the attack."""
        answer = await self.victor.answer("<iq type='get' id='alive' to='b.example'><ping xmlns='urn:xmpp:ping'/></iq>")
        if answer.get('type') != 'result':
            raise Unexpected(f'the other tenant was answered\n{show(answer)}')
        if self.victor.inbox:
            raise Unexpected(f'the other tenant received\n{show(self.victor.inbox[0])}')
        for client in self.left:
            client.abort()
        self.left.clear()

    def close(self):
        for client in [*self.left, self.victor]:
            client.abort()


async def ends_with(client, *conditions):
    """A stream error of one of these names, then the end of the connection. What came before it is passed over, unless it is a
    stanza."""
    while True:
        element = await client.receive()
        if element is END or element is LOST:
            raise Unexpected(f'the stream should have ended with {" or ".join(conditions)}; it ended without an error')
        if element.tag == STREAM_ERROR:
            break
        if element.tag.startswith('{jabber:client}'):
            raise Unexpected(f'the stream should have ended with {" or ".join(conditions)}; it brought\n{show(element)}')
    found = [child.tag.removeprefix(STREAMS) for child in element]
    if not set(conditions) & set(found):
        raise Unexpected(f'the stream should have ended with {" or ".join(conditions)}; it ended with\n{show(element)}')
    await is_closed(client)


async def is_closed(client):
    """The server closes the connection by itself."""
    await client.until(lambda: client.lost, what='the end of the connection')


async def refused_iq(client, iq, *conditions):
    """The iq gets an error of one of these names."""
    answer = await client.answer(iq)
    error = answer.find('{jabber:client}error')
    found = [] if error is None else [child.tag.removeprefix(STANZAS) for child in error]
    if answer.get('type') != 'error' or not set(found) & set(conditions):
        raise Unexpected(f'{iq[:300]}\nshould have been refused with {" or ".join(conditions)}; the answer is\n{show(answer)}')
    return answer


async def alive(client):
    """The attacker's own session is answered, and nothing else had come before the answer."""
    answer = await client.answer("<iq type='get' id='still-there'><ping xmlns='urn:xmpp:ping'/></iq>")
    if answer.get('type') != 'result':
        raise Unexpected(f'a ping was answered\n{show(answer)}')
    if client.inbox:
        raise Unexpected(f'{client.name} should have received nothing; it received\n{show(client.inbox[0])}')


async def memory_is_back(server, before_kib, slack_kib=32768):
    """Bounded waiting: what the attack took is given back."""
    await poll(server.memory_kib, lambda kib: kib <= before_kib + slack_kib, f'the memory that the attack took, above {before_kib} KiB,')
