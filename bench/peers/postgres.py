"""A PostgreSQL of its own for one peer: Debian's program and defaults (fsync on), in the peer's folder, on a port of its own."""
import os
import shutil
import signal
import subprocess
import time

from .peer import START_S, PeerFailed, end, free_ports

USER = 'bench'


def programs():
    """Where Debian keeps PostgreSQL's programs."""
    done = subprocess.run(['pg_config', '--bindir'], capture_output=True, text=True, check=False)
    if done.returncode:
        raise PeerFailed('PostgreSQL is missing (no pg_config): run script/bench, which installs it')
    return done.stdout.strip()


class Postgres:
    """`start()` makes and runs it; `sql()` is psql. As root it runs as the user postgres."""

    def __init__(self, folder, core):
        self.folder = folder
        self.core = core
        self.port = free_ports(1)[0]
        self.process = None

    def _as_user(self, command):
        if os.geteuid() != 0:
            return command
        return ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', *command]

    def start(self):
        if not os.path.exists(self.folder):
            os.makedirs(self.folder)
            if os.geteuid() == 0:
                shutil.chown(self.folder, 'postgres', 'postgres')
            self._run('initdb', '-D', self._data(), '-A', 'trust', '-U', USER, '-E', 'UTF8', '--locale=C.UTF-8')
        command = self._as_user([os.path.join(programs(), 'postgres'), '-D', self._data(), '-p', str(self.port), '-k', self.folder,
                                 '-c', 'listen_addresses=127.0.0.1'])
        if self.core is not None:
            command = ['taskset', '-c', str(self.core), *command]
        with open(os.path.join(os.path.dirname(self.folder), 'postgres.log'), 'ab') as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd='/')
        end = time.monotonic() + START_S
        while self._psql('postgres', '-c', 'SELECT 1').returncode:
            if self.process.poll() is not None or time.monotonic() > end:
                raise PeerFailed('PostgreSQL did not start')
            time.sleep(0.1)

    def _data(self):
        return os.path.join(self.folder, 'data')

    def _run(self, program, *words):
        done = subprocess.run(self._as_user([os.path.join(programs(), program), *words]), capture_output=True, text=True, cwd='/', check=False)
        if done.returncode:
            raise PeerFailed(f'{program} failed: {done.stderr.strip()}')

    def _psql(self, database, *words, text=None):
        return subprocess.run(['psql', '-h', '127.0.0.1', '-p', str(self.port), '-U', USER, '-d', database, '-q', '-v', 'ON_ERROR_STOP=1', *words],
                              input=text, capture_output=True, text=True, check=False)

    def sql(self, text, database=USER):
        done = self._psql(database, '-At', '-f', '-', text=text)
        if done.returncode:
            raise PeerFailed(f'psql: {done.stderr.strip()[:500]}')
        return done.stdout

    def stop(self):
        end(self.process, signal.SIGINT)  # "fast"
        self.process = None

    @staticmethod
    def version():
        done = subprocess.run([os.path.join(programs(), 'postgres'), '--version'], capture_output=True, text=True, check=False)
        return done.stdout.strip()
