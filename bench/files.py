#!/usr/bin/python3
"""What taking and giving a file costs Teahouse beside nginx, which stores and serves the same bytes on the same disk.

usage: bench/files.py [--rounds 5] [--mebibytes 256] [--times 2] [WORK...]

WORK is put, get, put-tls or get-tls; plain is as behind a proxy, TLS is 1.3 with the same kind of key and the cipher that both choose. A round is
--times transfers of each work by each server, one after the other on connections of their own; the servers take turns. Told are medians of the
rounds: seconds of the server's CPU (user and system, all its processes) for a GiB, with the least and the greatest, and the median of the rounds' ratios.
Every byte that comes back is compared. SHA-256 of the same bytes in one piece is told beside them: Teahouse names a file's
bytes by it, and syncs them to the disk before it answers; nginx does neither. Needs Debian's nginx-light (bench/peers/packages.txt)
and a teahouse that is built, or TEAHOUSE_BINARY.
"""
import argparse
import asyncio
import hashlib
import json
import os
import socket
import ssl
import sys
import time
import urllib.parse
from statistics import median
from types import SimpleNamespace

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from peers.nginx import Nginx  # noqa: E402
from peers.peer import DOMAIN, PASSWORD  # noqa: E402
from peers.teahouse import NO_LIMITS, Teahouse  # noqa: E402
from fixtures.client import Client  # noqa: E402 (peers.teahouse knows the way)
from fixtures.files import ask_slot  # noqa: E402
from usage import cpu_ns  # noqa: E402

SERVER_CORE, LOAD_CORE = 0, 1
WORKS = ('put', 'get', 'put-tls', 'get-tls')
GIB = 1 << 30
PIECE_BYTES = 1 << 20


class Refused(Exception):
    """A server answered otherwise than by the file or that it has it."""


def connect(address, host, is_tls):
    name, port = address.rsplit(':', 1)
    connection = socket.create_connection((name, int(port)))
    if not is_tls:
        return connection
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(connection, server_hostname=host)


def read_head(connection):
    """(status, the body's first bytes)."""
    got = b''
    while b'\r\n\r\n' not in got:
        piece = connection.recv(65536)
        if not piece:
            raise Refused(f'the connection ended after {got!r}')
        got += piece
    head, rest = got.split(b'\r\n\r\n', 1)
    return int(head.split()[1]), rest


def put(server, is_tls, content):
    path, token = server.place()
    with connect(server.addresses['https' if is_tls else 'http'], server.host, is_tls) as connection:
        lines = [f'PUT {path} HTTP/1.1', f'Host: {server.host}', f'Content-Length: {len(content)}', 'Connection: close']
        lines += [f'Authorization: Bearer {token}'] if token else []
        connection.sendall('\r\n'.join([*lines, '', '']).encode())
        view = memoryview(content)
        for begin in range(0, len(content), PIECE_BYTES):
            connection.sendall(view[begin:begin + PIECE_BYTES])
        status, body = read_head(connection)
    if status not in (201, 204):
        raise Refused(f'PUT {path} was answered {status} {body!r}')
    server.stored = path


def get(server, is_tls, content):
    with connect(server.addresses['https' if is_tls else 'http'], server.host, is_tls) as connection:
        connection.sendall(f'GET {server.stored} HTTP/1.1\r\nHost: {server.host}\r\nConnection: close\r\n\r\n'.encode())
        status, first = read_head(connection)
        view, filled = memoryview(content), len(first)
        is_same = view[:filled] == first
        buffer = bytearray(PIECE_BYTES)
        while filled < len(content) and (count := connection.recv_into(buffer)):
            is_same = is_same and view[filled:filled + count] == memoryview(buffer)[:count]
            filled += count
    if status != 200 or filled != len(content) or not is_same:
        raise Refused(f'GET {server.stored} was answered {status} with {filled} bytes, {"the" if is_same else "not the"} same')


class OnNginx:
    def __init__(self, peer):
        self.peer, self.host, self.addresses, self.stored, self.count = peer, DOMAIN, peer.addresses, None, 0

    def place(self):
        self.count += 1
        return f'/{self.count}.bin', None

    def clear(self):
        """What was stored but the last goes, so that the disk does not fill."""
        for number in range(1, self.count):
            if os.path.exists(path := self.peer.path('files', f'{number}.bin')):
                os.unlink(path)


class OnTeahouse:
    """Slots are asked for before anything is counted."""

    def __init__(self, peer, bytes_each, slots):
        self.peer, self.host, self.stored = peer, 'upload.' + DOMAIN, None
        self.addresses = {name: peer.served[name].split('//')[-1].strip('/') for name in ('http', 'https')}
        peer.api.set_plan('unlimited', {**NO_LIMITS, 'file_bytes': -1, 'files_total_bytes': -1})
        self.slots = asyncio.run(self._ask(bytes_each, slots))

    async def _ask(self, bytes_each, slots):
        server = SimpleNamespace(addresses={'c2s_tls': self.peer.addresses['tls']})
        client = Client(server, 'bench', 'u0', DOMAIN, PASSWORD, transport='tls')
        await client.login()
        return [await ask_slot(client, self.host, f'{number}.bin', bytes_each) for number in range(slots)]

    def place(self):
        slot = self.slots.pop()
        return urllib.parse.urlsplit(slot.url).path, slot.token

    def clear(self):
        """Files of the same bytes are one on the disk."""


def measure(server, work, content, times):
    """Seconds of CPU for a GiB."""
    act, is_tls = (put if work.startswith('put') else get), work.endswith('-tls')
    before = cpu_ns(server.peer.process.pid)
    for _ in range(times):
        act(server, is_tls, content)
    return (cpu_ns(server.peer.process.pid) - before) / 1e9 / (times * len(content) / GIB)


def hash_cost(content):
    begun = time.thread_time()
    hashlib.sha256(content).digest()
    return (time.thread_time() - begun) / (len(content) / GIB)


def compare(servers, works, content, options):
    found = {work: {name: [] for name in servers} for work in works}
    hashed = []
    for number in range(options.rounds):
        hashed.append(hash_cost(content))
        for work in works:
            for name in sorted(servers, reverse=number % 2 == 1):
                found[work][name].append(measure(servers[name], work, content, options.times))
        for server in servers.values():
            server.clear()
    for work, of in found.items():
        told = {name: {'cpu_s_gib': round(median(each), 3), 'range': [round(min(each), 3), round(max(each), 3)]} for name, each in of.items()}
        ratio = median(ours / theirs for ours, theirs in zip(of['teahouse'], of['nginx']))
        print(json.dumps({'work': work, **told, 'ratio': round(ratio, 2)}), flush=True)
    print(json.dumps({'work': 'sha256 alone', 'cpu_s_gib': round(median(hashed), 3)}))


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('works', nargs='*', default=list(WORKS))
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--mebibytes', type=int, default=256)
    parser.add_argument('--times', type=int, default=2)
    options = parser.parse_args()
    content = os.urandom(options.mebibytes << 20)
    puts = 1 + options.rounds * options.times * sum(work.startswith('put') for work in options.works)
    with Teahouse(core=SERVER_CORE, accounts=1) as teahouse, Nginx(core=SERVER_CORE) as nginx:
        os.sched_setaffinity(0, {LOAD_CORE})
        servers = {'teahouse': OnTeahouse(teahouse, len(content), puts), 'nginx': OnNginx(nginx)}
        for server in servers.values():    # what is got; and the first is not counted
            put(server, False, content)
            get(server, True, content)
        compare(servers, options.works, content, options)


if __name__ == '__main__':
    main()
