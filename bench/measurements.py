"""What script/bench measures: each a work of bench_load, the peers that do it, and the figures that the page shows of it."""
from collections.abc import Callable
from dataclasses import dataclass, field

import bounds

ALL = ('floor', 'teahouse', 'ejabberd', 'prosody')
OURS = ('floor', 'teahouse')
XMPP = ('teahouse', 'ejabberd', 'prosody')


@dataclass
class Figure:
    """One number of a result: `path` into bench_load's JSON; the database's part, where a peer has one, stands beside it."""

    label: str
    path: tuple
    unit: str
    scale: float = 1.0
    database: bool = False    # add the same path under "database"

    def value(self, result):
        return self._at(result, self.path)

    def database_value(self, result):
        return self._at(result, ('database', *self.path[1:]) if self.path[0] == 'server' else
                        (self.path[0], 'database', *self.path[2:])) if self.database else None

    def _at(self, result, path):
        for key in path:
            if not isinstance(result, dict) or key not in result:
                return None
            result = result[key]
        return result * self.scale


def cpu(*prefix, label='CPU', unit='µs', scale=1.0):
    return Figure(label, (*prefix, 'server', 'cpu_us_each'), unit, scale, database=True)


def latency(name, *prefix):
    return [Figure(quantile, (*prefix, name, quantile), 'ms', 0.001) for quantile in ('p50', 'p99', 'p99.9')]


@dataclass
class Measurement:
    name: str
    title: str
    work: str
    options: tuple = ()
    via: str = 'plain'
    peers: tuple = ALL
    figures: list = field(default_factory=list)
    accounts: int = 250       # of each tenant
    tenants: int = 1
    per_peer: dict = field(default_factory=dict)   # more options for one of them
    accounts_of: dict = field(default_factory=dict)
    loops: int = 1
    pinned: bool = True       # the server to one core and the load to the other
    quick: bool = False       # is part of --quick
    once: bool = False        # in the first round only: it takes long and hardly varies
    seconds: bool = True      # takes --seconds
    bound: Callable = None    # gives the bounds.Bound of what the work makes Teahouse hold


def messages(name, title, *options, **details):
    figures = [cpu(), Figure('rate', ('per_s',), '/s'), *latency('latency_us')]
    return Measurement(name, title, 'messages', options, figures=figures, **details)


def rise(label='memory', unit='MiB'):
    """How far what was resident rose, at most. Not the database's: PostgreSQL's processes share theirs, and each would count it."""
    return Figure(label, ('memory', 'server', 'rise_kib'), unit, 1 / 1024)


def stalled(name, title, readers, size, *options):
    """Users who stop reading; each message is of `size` bytes, of which all but some 130 are its body."""
    figures = [rise(), Figure('a reader', ('memory', 'server', 'kib_each'), 'KiB'), Figure('accepted', ('units',), ''),
               Figure('closed, told why', ('readers', 'resource_constraint'), ''), Figure('closed, gone', ('readers', 'cut'), ''),
               Figure('kept', ('readers', 'kept'), ''), Figure('p99 of others, calm', ('calm_us', 'p99'), 'ms', 0.001),
               Figure('p99 of others, meanwhile', ('stalled_us', 'p99'), 'ms', 0.001), Figure('others got', ('stalled_us', 'count'), '')]
    return Measurement(name, title, 'stalled', ('--readers', str(readers), '--bytes', str(size - 130), *options), peers=('teahouse',),
                       figures=figures, bound=lambda: bounds.stalled(readers))


def room(occupants, **details):
    figures = [cpu('delivery', label='a delivery'), cpu('join', label='a join'), Figure('rate', ('delivery', 'per_s'), '/s'),
               *latency('latency_us', 'delivery'), *([rise()] if 'bound' in details else [])]
    return Measurement(f'room-{occupants}', f'room message to {occupants:,} occupants', 'room',
                       ('--occupants', str(occupants)), figures=figures, accounts=max(250, occupants), **details)


def idle(name, title, via):
    figures = [Figure('resident', ('server_kib_each',), 'KiB'), Figure('kernel', ('kernel_kib_each',), 'KiB')]
    return Measurement(name, title, 'idle', ('--count', '10000'), via, figures=figures, accounts=10_200, once=True,
                       per_peer={'ejabberd': ('--count', '3000'), 'prosody': ('--count', '3000')})


def tenants(count):
    figures = [cpu(), Figure('start', ('peer_start_s',), 's'), Figure('resident', ('idle_rss_kib',), 'MiB', 1 / 1024)]
    accounts = max(4, 200 // count + 2)
    return Measurement(f'tenants-{count}', f'1:1 messages in {count:,} tenant{"s" * (count > 1)}', 'messages', (), peers=('teahouse',),
                       figures=figures, tenants=count, accounts=accounts, once=count > 1000)


MEASUREMENTS = [
    messages('messages', '1:1 message, archived for both sides, plain TCP', quick=True),
    messages('messages-tls', 'the same over TLS 1.3', via='tls', quick=True),
    messages('messages-sm', 'the same with XEP-0198 and carbons, TLS', '--sm', 'on', '--carbons', 'on', via='tls', peers=XMPP),
    messages('messages-websocket', 'the same over WebSocket, plain', via='websocket', peers=XMPP),
    messages('messages-window', 'the same, plain, 10 of each pair under way', '--window', '10'),
    messages('messages-rate-200', '200 messages a second, plain', '--rate', '200'),
    messages('messages-rate-10000', '10,000 messages a second, plain', '--rate', '10000', peers=OURS),
    messages('messages-10000-sessions', 'the first, beside 9,800 idle sessions', '--idle', '9800', peers=OURS, accounts=10_200, once=True),
    messages('messages-one-loop', '10 of each pair under way, nothing pinned', '--window', '10', peers=('teahouse',), pinned=False),
    messages('messages-two-loops', 'the same, two loops', '--window', '10', peers=('teahouse',), loops=2, pinned=False),
    room(10),
    room(50, quick=True),
    room(500),
    room(5000, peers=OURS, once=True, bound=lambda: bounds.room(5000, 50, 512)),
    Measurement('login', 'login, TLS 1.3 and SCRAM-SHA-256, until bound', 'login', ('--presence', 'off'), 'tls', seconds=False,
                figures=[cpu(unit='ms', scale=0.001), Figure('rate', ('per_s',), '/s'), *latency('latency_us')],
                per_peer={'floor': ('--count', '3000'), 'teahouse': ('--count', '3000'), 'ejabberd': ('--count', '600'),
                          'prosody': ('--count', '600')}, quick=True),
    idle('idle', 'idle session, plain', 'plain'),
    idle('idle-tls', 'idle session, TLS 1.3', 'tls'),
    Measurement('presence', 'presence told to 1,000 contacts', 'presence', peers=XMPP, accounts=1001,
                figures=[cpu(label='a contact'), *latency('latency_us')]),
    Measurement('archive', 'archive page of 50', 'archive', peers=XMPP, once=True, figures=[cpu(label='a page'), *latency('latency_us'),
                                                                                        Figure('rows', ('rows',), '')],
                per_peer={'teahouse': ('--fill', '1000000'), 'ejabberd': ('--fill', '20000'), 'prosody': ('--fill', '9000')}),
    tenants(1),
    tenants(100),
    tenants(10_000),
    Measurement('flood', "a tenant's chat (200/s) while another floods", 'flood', peers=XMPP, tenants=2,
                figures=[Figure('p99 calm', ('calm_us', 'p99'), 'ms', 0.001), Figure('p99 flooded', ('flooded_us', 'p99'), 'ms', 0.001),
                         Figure('flood', ('flood', 'per_s'), '/s'), Figure('resident', ('flood', 'server', 'rss_kib'), 'MiB', 1 / 1024), rise()],
                bound=lambda: bounds.flood(50 * 100, 512),
                per_peer={'ejabberd': ('--rate', '50'), 'prosody': ('--rate', '50')}),
    stalled('stalled-reader', '100 users stop reading while others write to them', 100, 430),
    stalled('stalled-reader-small', '20 users, and messages of a byte', 20, 131),
    stalled('stalled-reader-sm', '20 users, with XEP-0198', 20, 430, '--sm', 'on'),
    stalled('silent-reader', '2 users read and never acknowledge (XEP-0198), messages of 64 KiB', 2, 65_536, '--sm', 'on', '--stall', 'acknowledging',
            '--fill', '60'),
    Measurement('post', 'HTTP POST /v1/messages', 'post', peers=('teahouse',),
                figures=[cpu(), Figure('rate', ('per_s',), '/s'), *latency('latency_us')]),
    Measurement('resume', 'restart with 10,000 sessions (peers: 1,000)', 'resume', ('--at-once', '200'), 'plain', peers=XMPP, accounts=10_000,
                seconds=False, once=True,
                figures=[Figure('all back after', ('seconds',), 's'), Figure('start', ('start_s',), 's'),
                         Figure('CPU a session', ('server', 'cpu_us_each'), 'ms', 0.001, True), Figure('resumed', ('resumed',), '')],
                per_peer={'teahouse': ('--count', '10000'), 'ejabberd': ('--count', '1000'), 'prosody': ('--count', '1000')}),
]
