"""The floor: what the kernel and OpenSSL alone cost."""
import os
import ssl

from .peer import ROOT, Peer, free_ports


class Floor(Peer):
    """bench/floor."""

    name = 'floor'
    transports = ('floor', 'floor_tls')

    def start(self):
        program = os.environ.get('BENCH_FLOOR') or os.path.join(ROOT, 'build/release/bench/bench_floor')
        plain, tls = (f'127.0.0.1:{port}' for port in free_ports(2))
        self.process = self.spawn([program, plain, tls], ready='ready')
        self.addresses = {'floor': plain, 'floor_tls': tls}

    def versions(self):
        return {'floor': ssl.OPENSSL_VERSION}
