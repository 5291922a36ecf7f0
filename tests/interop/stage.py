"""Two tenants with two users each for one case, and a peer that answers what other people's clients say."""
import asyncio
import itertools
import os

from fixtures.client import Client

USERS = (('romeo', 'montague'), ('benvolio', 'montague'), ('juliet', 'capulet'), ('nurse', 'capulet'))
numbers = itertools.count(1)


class Stage:
    """Domains are new for each case; `domain('montague')` gives them."""

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.number = next(numbers)
        self.log = []
        self.closers = []

    def domain(self, tenant):
        return f'{tenant}{self.number}.example'

    def jid(self, user):
        return f'{user}@{self.domain(dict(USERS)[user])}'

    @staticmethod
    def password(user):
        return f'pw-{user}'

    @property
    def ca(self):
        return os.path.join(self.server.data, 'ca.pem')

    def port(self, listener='c2s'):
        return self.server.port(listener)

    async def set_up(self):
        for tenant in ('montague', 'capulet'):
            await asyncio.to_thread(self.server.api.create_tenant, f'{tenant}{self.number}', self.domain(tenant))
        for user, tenant in USERS:
            await asyncio.to_thread(self.server.api.create_account, f'{tenant}{self.number}', user, self.password(user))

    async def client(self, user, resource=None, **details):
        """One of our own, logged in and available."""
        client = Client(self.server, user, user, self.domain(dict(USERS)[user]), self.password(user), resource, log=self.log,
                        **details)
        await client.login()
        client.send('<presence/>')
        await client.pick(lambda e: e.tag.endswith('}presence') and e.get('from') == client.jid)
        self.closers.append(client.abort)
        return client

    async def close(self):
        for closer in self.closers:
            done = closer()
            if asyncio.iscoroutine(done):
                await done
