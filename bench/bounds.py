"""What Teahouse may hold in memory by its own limits: figures from the lines of src/ that set them, so that the page can't state others.

Limits count bytes and stanzas; what one costs beside its own bytes is stated here: QUEUED of one that is written out and waits for the reader
(string, reference count, slot of the queue), PARSED of one that is kept as a stanza (its index, its addresses).
"""
import functools
import math
import os
import re
from dataclasses import dataclass

from peers.peer import ROOT

QUEUED = 256
PARSED = 2048
MIB = 1 << 20
_STORE = '{} MiB of the database (cache, memtables, what waits for the disk)'


@dataclass
class Bound:
    """So many MiB, and of what they are made."""

    mib: float
    words: str


@functools.cache
def limit(path, name):
    """A constant of the source: a number, a product, or a shifted number."""
    with open(os.path.join(ROOT, 'src', path), encoding='utf-8') as file:
        found = re.search(rf"\b{name} = ([0-9][0-9'* ]*)(?:<< ([0-9]+))?;", file.read())
    if not found:
        raise LookupError(f'src/{path} sets no {name}: bench/bounds.py states limits that are not there')
    product = math.prod(int(factor) for factor in found[1].replace("'", '').split('*'))
    return product << int(found[2] or 0)


def queue_bytes():
    return limit('server/session.h', 'out_queue_bytes_max')


def held_bytes():
    return limit('server/session.h', 'held_bytes_max')


def stanza_bytes():
    return limit('tenant/plan.h', 'stanza_bytes')


def _mib(limit_bytes):
    """A limit, which the last stanza may pass: it may be as long as the plan allows."""
    return (limit_bytes + stanza_bytes()) / MIB


def _store():
    """Of the database: block cache, memtables, writes on their way to the disk."""
    options = 'store/rocksdb/options.cc'
    with open(os.path.join(ROOT, 'src', options), encoding='utf-8') as file:
        cache = int(re.search(r'NewLRUCache\((\d+) << 20\)', file.read())[1])
    memtables = limit(options, 'write_buffer_size') // MIB * limit(options, 'max_write_buffer_number')
    return cache + memtables + limit('store/rocksdb/rocksdb_plane.h', 'waiting_bytes_max') // MIB


def stalled(readers):
    """Readers that don't read, or never acknowledge."""
    return Bound(readers * (_mib(queue_bytes()) + _mib(held_bytes())),
                 f'{readers} readers × ({queue_bytes() // MIB} MiB to write and {held_bytes() // MIB} MiB of stanzas that wait or are not acknowledged, '
                 f'and one stanza of {stanza_bytes() // 1024} KiB in each)')


def room(occupants, joins, size):
    """Nobody is behind: the load has so many joins under way, then one message; stanzas of at most so many bytes."""
    copies = occupants * (2 * joins + 1)
    return Bound(_store() + (occupants * 2 * PARSED + copies * (size + QUEUED)) / MIB,
                 f'{_STORE.format(_store())}; {occupants:,} occupants × {2 * PARSED // 1024} KiB; {joins} joins under way, each {occupants:,} presences both '
                 f'ways, and one message to all: {copies:,} × ({size} + {QUEUED}) bytes')


def flood(messages, size):
    """Nobody is behind: the load has so many messages under way, each parsed, kept for its commit, and written."""
    return Bound(_store() + messages * (3 * size + PARSED + QUEUED) / MIB,
                 f'{_STORE.format(_store())}; {messages:,} messages under way × (3 × {size} + {PARSED} + {QUEUED}) bytes')
