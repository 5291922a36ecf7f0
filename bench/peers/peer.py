"""Peer: one server under measurement, in a folder of its own, on ports of its own, pinned to a core."""
import os
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), '../..'))
START_S = 120
STOP_S = 20  # then it is killed: what it would still say to its clients is no part of the measurement
DOMAIN = 'bench.example'
PASSWORD = 'secret'  # of all accounts; bench_load's default


class PeerFailed(Exception):
    """The server did not start, or ended when it should not have."""


def end(process, how):
    """Ends it by this signal, or by force if it does not listen; none is ended already."""
    if process is None:
        return
    process.send_signal(how)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_ports(count):
    """Ports that nobody listens on just now."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(('127.0.0.1', 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def await_ports(peer, addresses):
    """Returns when all of them accept."""
    end = time.monotonic() + START_S
    for address in addresses:
        host, port = address.rsplit(':', 1)
        while True:
            try:
                socket.create_connection((host, int(port)), timeout=5).close()
                break
            except OSError:
                if peer.process.poll() is not None or time.monotonic() > end:
                    raise PeerFailed(f'{peer.name} did not get ready; its last words:\n{peer.last_words()}') from None
                time.sleep(0.1)


def debian_version(package):
    done = subprocess.run(['dpkg-query', '-W', '-f', '${Version}', package], capture_output=True, text=True, check=False)
    return f'{package} {done.stdout or "unknown"} (Debian)'


def allow_many_files():
    """As many open files as we may have; root may have more than it was given."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    for wanted in (200_000, hard):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(wanted, hard)))
            return
        except (ValueError, OSError):
            continue


class Peer:
    """`with Teahouse(accounts=200) as peer:` starts and removes it. Subclasses fill in what differs."""

    name = ''
    transports = ()                # which of bench_load's it can do
    mechanism = 'SCRAM-SHA-256'
    tenants = 1
    options = ()                   # more of bench_load's options

    def __init__(self, core=None, accounts=200, tenants=1):
        self.core = core
        self.accounts = accounts    # u0 ... of each tenant
        self.tenants = tenants
        base = os.path.join(ROOT, 'build/bench-data')
        os.makedirs(base, exist_ok=True)
        self.folder = tempfile.mkdtemp(prefix=f'{self.name}-', dir=base)
        self.process = None
        self.addresses = {}         # of each transport
        self.start_s = 0            # how long starting took, accounts and tenants there

    def __enter__(self):
        try:
            self.prepare()
            begun = time.monotonic()
            self.start()
            self.start_s = time.monotonic() - begun
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def prepare(self):
        """Writes configuration and accounts; may start and stop the server for it."""

    def start(self):
        """Starts it and returns when it accepts connections."""
        raise NotImplementedError

    def stop(self):
        """Ends it politely; what it stored stays."""
        end(self.process, signal.SIGTERM)
        self.process = None

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def versions(self):
        """What it is, for the report: {name: version}."""
        return {}

    def watches(self):
        """Processes to count, by the column they go to."""
        return {'server': self.process.pid}

    def domain_of(self, tenant):
        """As bench_load names them."""
        return DOMAIN if self.tenants == 1 else f't{tenant}.{DOMAIN}'

    def load_options(self, transport):
        """How bench_load reaches it."""
        words = ['--target', self.addresses[transport], '--transport', transport, '--mechanism', self.mechanism,
                 '--domain', DOMAIN, '--tenants', str(self.tenants), '--password', PASSWORD, *self.options]
        for name, pid in self.watches().items():
            words += ['--watch', f'{name}={pid}']
        return words

    # For subclasses.

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def spawn(self, command, ready=None, **more):
        """Starts a program on the peer's core; with `ready`, waits for that line on its standard output."""
        if self.core is not None:
            command = ['taskset', '-c', str(self.core), *command]
        with open(self.path('output.log'), 'ab') as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE if ready else log, stderr=log,
                                       preexec_fn=allow_many_files, **more)
        if ready:
            self._await_line(process, ready)
        return process

    def _await_line(self, process, wanted):
        found = threading.Event()

        def read():
            with process.stdout, open(self.path('output.log'), 'ab') as log:
                for line in process.stdout:
                    log.write(line)
                    log.flush()
                    if line.strip() == wanted.encode():
                        found.is_ready = True
                        found.set()
            found.set()
        threading.Thread(target=read, daemon=True).start()
        found.wait(START_S)
        if not getattr(found, 'is_ready', False):
            process.kill()
            process.wait()
            raise PeerFailed(f'{self.name} did not get ready; its last words:\n{self.last_words()}')

    def last_words(self):
        with open(self.path('output.log'), encoding='utf-8', errors='replace') as file:
            return ''.join(file.readlines()[-15:])
