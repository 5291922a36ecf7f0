"""What the attacks share: two tenants, a victim in each, attackers on demand, and words for what must come of it."""
import itertools

import fixtures.stage
from fixtures.client import Unexpected
from fixtures.poll import poll
from fixtures.shown import END, LOST, show
from fixtures.stage import case_table

STREAM_ERROR = '{http://etherx.jabber.org/streams}error'
STREAMS = '{urn:ietf:params:xml:ns:xmpp-streams}'
STANZAS = '{urn:ietf:params:xml:ns:xmpp-stanzas}'
HEADER = ("<?xml version='1.0'?><stream:stream to='{0}' version='1.0' xmlns='jabber:client' "
          "xmlns:stream='http://etherx.jabber.org/streams'>")
CASES, case = case_table()
addresses = itertools.count(1)


class Stage(fixtures.stage.Stage):
    """Of the whole run. Each client has an address of its own (127.9.x.y), since what fails is counted by address."""

    users = {'mallory': 'a', 'alice': 'a', 'victor': 'b', 'wendy': 'b'}
    plan = 'open'
    victor = None   # of the other tenant: always answered

    async def set_up(self):
        await super().set_up()
        await self.mend()

    async def mend(self):
        """The victim is there (again)."""
        if self.victor is None or self.victor.lost:
            self.victor = await self.client('victor').login()
            self.clients.remove(self.victor)  # it does not leave with the attackers
        self.victor.inbox.clear()

    def client(self, user, transport='tcp', **details):
        number = next(addresses)
        return super().client(user, transport, source=f'127.9.{number // 250}.{2 + number % 250}', mechanism='SCRAM-SHA-1', **details)

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
        self.leave()

    def close(self):
        self.leave()
        self.victor.abort()


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
