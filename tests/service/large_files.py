"""Files that are larger than what a server may need for them: bodies stream through, both ways."""
import asyncio
import hashlib
import http.client

from fixtures import limits
from fixtures.client import Unexpected
from fixtures.files import ask_slot
from stage import case, must_equal

BYTES = 256 << 20
GROWTH_KIB_MAX = 8 * 1024
PIECE = hashlib.sha256(b'tea').digest() * 32768   # 1 MiB


class Memory:
    """Of the server: the most that it has grown by, as it was looked at. Under a sanitizer it says nothing."""

    def __init__(self, server):
        self.server, self.before, self.most = server, server.memory_kib(), 0

    def look(self):
        self.most = max(self.most, self.server.memory_kib() - self.before)

    def check(self):
        if self.most > GROWTH_KIB_MAX and limits.SLOWNESS_OF_PRESET == 1:
            raise Unexpected(f'the server has grown by {self.most} KiB, from {self.before} KiB')


def connect(server):
    return http.client.HTTPConnection(server.addresses['http'].split('//')[1], timeout=limits.ANSWER_S * 6)


def pieces(memory, count):
    for _ in range(count):
        memory.look()
        yield PIECE


def send(server, slot, memory, count):
    connection = connect(server)
    connection.request('PUT', slot.path, pieces(memory, count),
                       {'Host': slot.host, 'Authorization': 'Bearer ' + slot.token, 'Content-Length': str(count * len(PIECE))})
    return connection.getresponse().status


def fetch(server, slot, memory):
    """The digest of what came."""
    connection, digest = connect(server), hashlib.sha256()
    connection.request('GET', slot.path, headers={'Host': slot.host})
    answer = connection.getresponse()
    while piece := answer.read(1 << 20):
        memory.look()
        digest.update(piece)
    return digest.hexdigest()


@case('files: a large one takes no memory')
async def large(stage):
    """A file of 256 MiB goes in and out, and the server grows by less than 8 MiB: it would for one of any size."""
    client = await stage.enter('romeo')
    host = 'upload.' + stage.domains['montague']
    memory = None
    for count in (8, BYTES // len(PIECE)):  # the first one warms the allocator up
        slot = await ask_slot(client, host, 'large', count * len(PIECE))
        memory = Memory(stage.server)
        must_equal('the status', await asyncio.to_thread(send, stage.server, slot, memory, count), 201)
        wanted = hashlib.sha256(PIECE)
        for _ in range(count - 1):
            wanted.update(PIECE)
        must_equal('the file', await asyncio.to_thread(fetch, stage.server, slot, memory), wanted.hexdigest())
    memory.check()
