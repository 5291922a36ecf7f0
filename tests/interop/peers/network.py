"""What peers have in common: a name server, a certificate authority, and clients of theirs."""
import asyncio
import os
import shutil
import tempfile

from fixtures import limits
from service.authority import Authority
from with_slixmpp import User

from .name_server import NameServer
from .peer import free_address


class Network:
    """`async with Network() as network:`; its peers and users go with it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='teahouse-peers-')
        self.names = NameServer(free_address(), os.path.join(self.folder, 'hosts'))
        self.peers, self.closers, self.log = [], [], []     # closers are those of users
        self.issuing = asyncio.Lock()   # the authority's files are written by one at a time

    async def __aenter__(self):
        self.authority = await asyncio.to_thread(Authority, self.folder)
        await self.names.__aenter__()
        return self

    async def __aexit__(self, *_):
        self.leave()
        for peer in reversed(self.peers):
            await peer.close()
        await self.names.__aexit__()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def ca(self):
        return os.path.join(self.folder, 'root.pem')

    async def issue(self, *names, **dates):
        async with self.issuing:
            return await asyncio.to_thread(self.authority.issue, *names, **dates)

    async def start(self, kind, domain, users, issued=None, **details):
        """A peer of this kind. Another certificate than a good one is for what it shows to servers."""
        good = await self.issue(domain, f'rooms.{domain}')
        peer = kind(self, domain, issued or good, users, **details)
        peer.show_clients(good)
        self.peers.append(peer)
        return await peer.start()

    async def enter(self, peer, user, plugins=()):
        """A client of a peer's user, who is available: the answer to what is asked after its presence says that the server knows."""
        client = User(self, user, jid=f'{user}@{peer.domain}', password=peer.users[user], plugins=plugins)
        await client.login_at(*peer.c2s)
        await client.get_roster(timeout=limits.ANSWER_S)
        return client

    def leave(self):
        """Its users go; the peers stay."""
        for closer in self.closers:
            closer()
        self.closers.clear()
