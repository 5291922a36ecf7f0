#!/usr/bin/python3
"""Two figures of a release build, on loopback: what an idle session keeps resident, and what a 1:1 archived message costs.

usage: bench/figures.py [SESSIONS] [MESSAGES]        (default 5000 and 20000; needs `ulimit -n` above SESSIONS)

Idle: SESSIONS clients log in and stay silent; the server's resident memory before and after, divided. Plain: the same without TLS (c2s.require_tls=false).
Messages: 10 pairs in two tenants, each with at most 50 messages under way; the server's user and system time from
/proc/PID/stat, divided by the messages. The load generator is one Python process: it bounds the rate, not the cost.
"""
import asyncio
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '../tests'))
from fixtures.client import Client  # noqa: E402
from fixtures.server import Server  # noqa: E402

SESSIONS_AN_ACCOUNT = 50
NO_LIMITS = {name: -1 for name in ('accounts', 'sessions', 'sessions_per_account', 'stanzas_per_s', 'archive_bytes',
                                   'offline_messages', 'api_calls_per_min')}


def make_tenants(server, accounts):
    server.api.set_plan('unlimited', NO_LIMITS)
    for name, domain in (('montague', 'montague.example'), ('capulet', 'capulet.example')):
        server.api.create_tenant(name, domain, plan='unlimited')
        for number in range(accounts):
            server.api.create_account(name, f'u{number}', 'secret')


class Plain(Client):
    """Logs in without TLS."""

    async def open(self):
        await self.open_socket()
        await self.open_stream()


async def log_in(server, count, kind):
    """`count` sessions, a hundred at a time."""
    clients = []
    for number in range(count):
        account = number // SESSIONS_AN_ACCOUNT
        domain = ('montague.example', 'capulet.example')[account % 2]
        make = Plain if kind == 'plain' else Client
        clients.append(make(server, f'c{number}', f'u{account // 2}', domain, 'secret', f'r{number}',
                            transport='tcp' if kind == 'plain' else 'tls'))
    for start in range(0, count, 100):
        await asyncio.gather(*(client.login() for client in clients[start:start + 100]))
    return clients


async def idle(kind, sessions):
    settings = ['c2s.require_tls=false'] if kind == 'plain' else []
    with Server(f'figures-{kind}', settings) as server:
        make_tenants(server, sessions // SESSIONS_AN_ACCOUNT // 2 + 1)
        warm = await log_in(server, 20, kind)
        before = server.memory_kib()
        clients = await log_in(server, sessions, kind)
        after = server.memory_kib()
        print(f'idle {kind} session: {(after - before) / sessions:.1f} KiB resident ({sessions} sessions)', flush=True)
        for client in warm + clients:
            client.abort()


def cpu_s(server):
    with open(f'/proc/{server.process.pid}/stat', encoding='ascii') as file:
        fields = file.read().rsplit(') ', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


async def talk(sender, to, receiver, count):
    """Keeps 50 messages under way."""
    sent = received = 0
    while received < count:
        while sent < count and sent - received < 50:
            sender.send(f"<message to='{to}' type='chat' id='m{sent}'><body>A message of the usual length, number {sent}.</body></message>")
            sent += 1
        await receiver.expect('{jabber:client}message')
        received += 1


async def messages(kind, count):
    settings = ['c2s.require_tls=false'] if kind == 'plain' else []
    with Server(f'figures-messages-{kind}', settings) as server:
        make_tenants(server, 10)
        make = Plain if kind == 'plain' else Client
        transport = 'tcp' if kind == 'plain' else 'tls'
        pairs = []
        for number in range(10):
            one = make(server, 'one', f'u{number}', 'montague.example', 'secret', 'r', transport=transport)
            two = make(server, 'two', f'u{number}', 'capulet.example', 'secret', 'r', transport=transport)
            for client in (one, two):
                await client.login()
                client.send('<presence/>')
                await client.expect('{jabber:client}presence')
            pairs.append((one, two))
        start = cpu_s(server)
        await asyncio.gather(*(talk(one, f'u{number}@capulet.example', two, count // 10)
                               for number, (one, two) in enumerate(pairs)))
        used = cpu_s(server) - start
        print(f'1:1 message, archived for both, {kind}: {used / count * 1e6:.0f} us of server CPU ({count} messages)', flush=True)


async def main():
    sessions = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    for kind in ('plain', 'tls'):
        await idle(kind, sessions)
    for kind in ('plain', 'tls'):
        await messages(kind, count)


if __name__ == '__main__':
    asyncio.run(main())
