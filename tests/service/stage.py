"""What the cases share: two tenants made afresh for each, with two users each, who come on stage when a case calls them."""
import asyncio

from fixtures.client import Client, Unexpected, show
from fixtures.sentinel import settle

USERS = {'romeo': 'montague', 'benvolio': 'montague', 'juliet': 'capulet', 'nurse': 'capulet'}
TENANTS = ('montague', 'capulet')
UNLIMITED = dict.fromkeys(('accounts', 'sessions', 'sessions_per_account', 'rooms', 'rooms_per_account', 'room_members', 'stanzas_per_s', 'archive_bytes',
                           'archive_days', 'offline_messages', 'api_calls_per_min'), -1)
CASES = []


def case(name):
    """Adds an async function to the table; its doc string says the behaviour and who promises it."""
    def keep(function):
        CASES.append((name, function))
        return function
    return keep


def must_equal(what, found, wanted):
    if found != wanted:
        raise Unexpected(f'{what} should be {wanted!r}; it is {found!r}')


class Stage:
    """Owns the clients of one case."""

    def __init__(self, server, number):
        self.server, self.api, self.number = server, server.api, number
        self.names = {tenant: f'{tenant}-{number}' for tenant in TENANTS}
        self.domains = {tenant: f'{tenant}.n{number}.example' for tenant in TENANTS}
        self.tenants = {}   # alias -> what the API said when it was made
        self.clients = []

    async def set_up(self):
        await asyncio.to_thread(self.api.set_plan, 'service', {**UNLIMITED, 'stanza_bytes': 262144})
        for tenant in TENANTS:
            await self.make_tenant(tenant)

    async def make_tenant(self, tenant):
        self.tenants[tenant] = await asyncio.to_thread(self.api.create_tenant, self.names[tenant], self.domains[tenant], plan='service')
        for user in (u for u, home in USERS.items() if home == tenant):
            await asyncio.to_thread(self.api.create_account, self.names[tenant], user, 'pw-' + user)

    def client(self, user, transport='tcp', password=None, resource=None):
        tenant = USERS[user]
        client = Client(self.server, user, user, self.domains[tenant], password or 'pw-' + user, resource, transport,
                        f'127.7.{self.number}.{2 + len(self.clients)}', 'SCRAM-SHA-1')
        self.clients.append(client)
        return client

    async def enter(self, user, transport='tcp', **details):
        """Logged in and available."""
        client = await self.client(user, transport, **details).login()
        client.send('<presence/>')
        await client.pick(lambda e: e.tag.endswith('}presence') and e.get('from') == client.jid)
        return client

    async def enter_all(self, transport='tcp'):
        return [await self.enter(user, transport) for user in USERS]

    async def call(self, method, path, body=None, key=None, headers=None):
        return await asyncio.to_thread(self.api.call, method, path, body, key, headers)

    async def must_say(self, sender, receiver, text):
        """A message from one to the other arrives, and the answer too."""
        for one, other in ((sender, receiver), (receiver, sender)):
            one.send(f"<message to='{other.jid}' type='headline'><body>{text}</body></message>")
            element = await other.receive()
            if element.get('from') != one.jid or element.findtext('{jabber:client}body') != text:
                raise Unexpected(f'{other.name} should have received {text!r} of {one.name}; it received\n{show(element)}')

    async def nobody_received_more(self):
        await settle(self.clients)
        left = [(c, e) for c in self.clients for e in c.inbox if not c.lost]
        if left:
            raise Unexpected('\n'.join(f'{c.name} should have received nothing more; it received\n{show(e)}' for c, e in left))

    def leave(self):
        for client in self.clients:
            client.abort()


def must_refuse(answer, status, *words):
    """A problem (RFC 9457) with this status and a sentence that has the words."""
    problem = answer.json if answer.headers.get('Content-Type', '').startswith('application/problem+json') else None
    detail = problem.get('detail', '') if isinstance(problem, dict) else ''
    if answer.status != status or not is_sentence(detail) or any(word not in detail for word in words):
        raise Unexpected(f'a problem with status {status} and a sentence with {words} was expected; the answer is {answer}')


def is_sentence(text):
    """Three words or more, a capital or a quote at its begin, a full stop at its end."""
    return len(text.split()) > 2 and text.endswith(('.', '.)')) and '\n' not in text and (text[0].isupper() or text[0] in '\'"')
