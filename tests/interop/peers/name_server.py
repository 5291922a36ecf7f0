"""A name server for a test: authoritative for what it is told, over UDP, and it says who asked for what."""
import asyncio
import ipaddress
import socket
import struct

A, AAAA, SRV, TXT = 1, 28, 33, 16
NXDOMAIN, NOERROR = 3, 0
TTL_S = 60


def wire(name):
    """A name as DNS writes it."""
    labels = [label for label in name.encode('ascii').split(b'.') if label]
    return b''.join(bytes([len(label)]) + label for label in labels) + b'\0'


class NameServer(asyncio.DatagramProtocol):
    """`async with NameServer(address) as names:` answers at address, names.port, and forgets all at the end."""

    def __init__(self, address, hosts_file):
        self.address, self.port = address, 0
        self.hosts_file = hosts_file    # with the addresses that are given out, for programs that look there
        self.records = {}   # name in small letters -> {type: [data]}
        self.asked = []     # (name, type), in their order

    async def __aenter__(self):
        loop = asyncio.get_running_loop()
        # Programs ask for the name of their machine first, which nobody outside is to be asked for.
        with open(self.hosts_file, 'w', encoding='ascii') as file:
            file.write(f'127.0.0.1 localhost {socket.gethostname()}\n')
        self.transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.address, 0))
        self.port = self.transport.get_extra_info('sockname')[1]
        return self

    async def __aexit__(self, *_):
        self.transport.close()

    def add(self, name, kind, data):
        self.records.setdefault(name.lower(), {}).setdefault(kind, []).append(data)

    def host(self, name, address):
        address = ipaddress.ip_address(address)
        self.add(name, A if address.version == 4 else AAAA, address.packed)
        with open(self.hosts_file, 'a', encoding='ascii') as file:
            file.write(f'{address} {name}\n')

    def service(self, name, target, port, priority=0, weight=0):
        """An SRV record; a target of "" says that there is no such service."""
        self.add(name, SRV, struct.pack('!HHH', priority, weight, port) + wire(target))

    def forget(self, name):
        self.records.pop(name.lower(), None)

    def datagram_received(self, data, addr):
        try:
            self.transport.sendto(self.answer(data), addr)
        except (IndexError, struct.error, UnicodeDecodeError):
            pass    # no question of DNS

    def answer(self, data):
        number, flags = struct.unpack('!HH', data[:4])
        labels, at = [], 12
        while length := data[at]:
            labels.append(data[at + 1:at + 1 + length].decode('ascii').lower())
            at += 1 + length
        kind, = struct.unpack('!H', data[at + 1:at + 3])
        question = data[12:at + 5]
        name = '.'.join(labels)
        self.asked.append((name, kind))
        found = self.records.get(name, {}).get(kind, [])
        there = any(known == name or known.endswith('.' + name) for known in self.records)
        status = NOERROR if there else NXDOMAIN
        # 0x8480: an answer, authoritative, recursion available; as much of the question's flags as asks for recursion.
        head = struct.pack('!HHHHHH', number, 0x8480 | flags & 0x0100 | status, 1, len(found), 0, 0)
        body = b''.join(b'\xc0\x0c' + struct.pack('!HHIH', kind, 1, TTL_S, len(each)) + each for each in found)
        return head + question + body
