"""A server of other people with a domain of its own, at an address of loopback of its own, so that standard ports are free."""
import asyncio
import os
import random
import shutil
import tempfile

from fixtures import limits
from fixtures.poll import poll

C2S_PORT, S2S_PORT = 5222, 15269    # the latter is another than the standard's: peers find it by SRV alone


def free_address():
    return '127.{}.{}.{}'.format(*(random.randint(1, 254) for _ in range(3)))


class Peer:
    """Knows its folder, its programs and what it says. Subclasses write its configuration in begin()."""

    name = ''           # of the program
    has_rooms = True
    has_pep = has_blocking = True
    tells_of_nobody = True

    def __init__(self, network, domain, issued, users, secure=True):
        """`issued`: its certificate. `secure`: it talks to those alone whose certificate is good; others may prove themselves by dialback."""
        self.network, self.domain, self.users, self.secure = network, domain, users, secure
        self.address = free_address()
        self.folder = tempfile.mkdtemp(prefix=f'teahouse-{self.name}-')
        os.chmod(self.folder, 0o755)
        self.programs = []
        self.write('certificate.pem', issued.chain)
        self.write('key.pem', issued.key)
        self.write('both.pem', issued.chain + issued.key)
        self.write('ca.pem', network.authority.text('root.pem'))

    def show_clients(self, issued):
        self.write('for-clients.pem', issued.chain)
        self.write('for-clients.key', issued.key)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), 'w', encoding='utf-8') as file:
            file.write(text)
        return self.path(name)

    @property
    def rooms(self):
        return f'rooms.{self.domain}'

    @property
    def c2s(self):
        return self.address, C2S_PORT

    @property
    def hosts(self):
        return [self.domain, self.rooms] if self.has_rooms else [self.domain]

    async def run(self, *command, **environment):
        with open(self.path(f'program{len(self.programs)}.log'), 'wb') as log:
            self.programs.append(await asyncio.create_subprocess_exec(
                *command, cwd=self.folder, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **environment}))

    async def begin(self):
        raise NotImplementedError

    async def start(self):
        """Ready for clients and servers, with its records in DNS."""
        names = self.network.names
        names.host(self.target, self.address)
        for host in self.hosts:
            names.service(f'_xmpp-server._tcp.{host}', self.target, S2S_PORT)
        await self.begin()
        for port in (C2S_PORT, S2S_PORT):
            await poll(lambda port=port: self.listens(port), what=f'{self.name} at port {port}', within_s=limits.START_S)
        return self

    @property
    def target(self):
        return f'xmpp.{self.domain}'

    async def listens(self, port):
        if any(program.returncode is not None for program in self.programs):
            raise RuntimeError(f'{self.name} ended: {self.log()}')
        try:
            _, writer = await asyncio.open_connection(self.address, port)
        except OSError:
            return False
        writer.close()
        return True

    def log(self, lines=30):
        """What it said last."""
        said = []
        for folder, _, files in sorted(os.walk(self.folder)):
            for name in sorted(name for name in files if name.endswith('.log')):
                with open(os.path.join(folder, name), encoding='utf-8', errors='replace') as file:
                    said += [f'{self.name}, {name}:', *(line.rstrip() for line in file.readlines()[-lines:])]
        return '\n'.join(said)

    async def close(self):
        for program in reversed(self.programs):
            if program.returncode is None:
                program.kill()
            await program.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
