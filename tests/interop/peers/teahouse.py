"""One of ours among them: a tenant of a server whose other tenant's users stand by."""
import asyncio

from fixtures.server import Server

from .peer import S2S_PORT, free_address


class Tenant:
    """An end of talks."""

    has_rooms = has_pep = has_blocking = True
    tells_of_nobody = False     # docs/decisions/0010-nobody-is-away.md
    name = 'teahouse'

    def __init__(self, network, server, domain, users):
        self.network, self.server, self.domain, self.users = network, server, domain, users
        self.rooms = f'rooms.{domain}'

    @property
    def c2s(self):
        return '127.0.0.1', self.server.port('c2s')

    def log(self, lines=30):
        return self.server.last_words(lines)

    def set_up(self, issued):
        api, name = self.server.api, self.domain.replace('.', '-')
        api.create_tenant(name, self.domain)
        for domain in (self.domain, self.rooms):
            api.must('PUT', f'/operator/v1/tenants/{name}/certificate', {'chain': issued.chain, 'private_key': issued.key, 'domain': domain})
        for user, password in self.users.items():
            api.create_account(name, user, password)


class Teahouse:
    """Owns the server. `async with Teahouse(network) as teahouse:` and then tenant()."""

    def __init__(self, network, *settings):
        self.network, self.address = network, free_address()
        names = network.names
        self.server = Server('peers', [f'listen.s2s={self.address}:{S2S_PORT}', f'dns.server={names.address}:{names.port}',
                                       's2s.private_targets=allow', f's2s.ca_file={network.ca}', *settings])

    async def __aenter__(self):
        await self.server.__aenter__()
        await asyncio.to_thread(self.server.api.set_plan, 'default', {'federated_domains': -1, 'accounts': -1})
        return self

    async def __aexit__(self, *_):
        await self.server.__aexit__()

    async def tenant(self, domain, users, issued=None):
        tenant = Tenant(self.network, self.server, domain, users)
        names = self.network.names
        names.host(f'xmpp.{domain}', self.address)
        for host in (domain, tenant.rooms):
            names.service(f'_xmpp-server._tcp.{host}', f'xmpp.{domain}', S2S_PORT)
        await asyncio.to_thread(tenant.set_up, issued or await self.network.issue(domain, tenant.rooms))
        return tenant
