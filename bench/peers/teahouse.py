"""Teahouse, release build, one loop unless told otherwise."""
import concurrent.futures
import json
import os
import sqlite3
import subprocess
import sys

from .peer import PASSWORD, ROOT, Peer

sys.path.insert(0, os.path.join(ROOT, 'tests'))
from fixtures.api import Api  # noqa: E402

LISTENERS = ('c2s', 'c2s_tls', 'http', 'https')
CALLS_AT_ONCE = 8
NO_LIMITS = {name: -1 for name in ('accounts', 'sessions', 'sessions_per_account', 'rooms', 'rooms_per_account', 'room_members', 'stanzas_per_s',
                                   'archive_bytes', 'archive_days', 'offline_messages', 'api_calls_per_min')}


class Teahouse(Peer):
    """`teahouse serve`; TEAHOUSE_BINARY names another program than the release build's."""

    name = 'teahouse'
    transports = ('plain', 'starttls', 'tls', 'websocket')

    def __init__(self, loops=1, **details):
        super().__init__(**details)
        self.loops = loops
        self.program = os.environ.get('TEAHOUSE_BINARY') or os.path.join(ROOT, 'build/release/teahouse')
        self.api = None
        self.served = {}  # its server.json
        self.keys = {}    # what creating a tenant printed, by the tenant's number

    def prepare(self):
        """Makes one account in each tenant by the API, and copies its row: all have the same password and salt."""
        self.start()
        self.api.set_plan('unlimited', NO_LIMITS)
        with concurrent.futures.ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
            made = pool.map(lambda number: self.api.create_tenant(f't{number}', self.domain_of(number), plan='unlimited'), range(self.tenants))
            self.keys = dict(enumerate(made))
        self.api.create_account('t0', 'u0', PASSWORD)
        self.stop()
        self._copy_account()

    def _copy_account(self):
        database = sqlite3.connect(self._control_plane())
        with database:
            database.execute(
                'WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?) '
                'INSERT OR IGNORE INTO accounts(tenant_id, localpart, name, picture, role, scram, created_ms) '
                "SELECT t.tenant_id, 'u' || n, '', a.picture, a.role, a.scram, a.created_ms "
                "FROM tenants t, numbers, (SELECT * FROM accounts WHERE localpart = 'u0' LIMIT 1) a", (self.accounts,))
        database.close()

    def _control_plane(self):
        return next(self.path('data', name) for name in os.listdir(self.path('data')) if name.endswith(('.db', '.sqlite')))

    def start(self):
        command = [self.program, 'serve', '--data', self.path('data'), '--set', f'server.loops={self.loops}',
                   '--set', 'c2s.require_tls=false', '--set', 'server.log=warning']
        for listener in LISTENERS:
            command += ['--set', f'listen.{listener}=127.0.0.1:{self._port(listener)}']
        self.process = self.spawn(command, ready='ready')
        with open(self.path('data', 'server.json'), encoding='utf-8') as file:
            served = self.served = json.load(file)
        with open(self.path('data', 'operator.key'), encoding='utf-8') as file:
            self.api = Api(served['http'], file.read().strip())
        http = served['http'].split('//')[-1].strip('/')
        self.addresses = {'plain': served['c2s'], 'starttls': served['c2s'], 'tls': served['c2s_tls'], 'websocket': http,
                          'http': http}

    def _port(self, listener):
        """After the first start the ports stay the same."""
        known = {'c2s': 'plain', 'c2s_tls': 'tls', 'http': 'websocket'}.get(listener)
        return self.addresses[known].rsplit(':', 1)[1] if known in self.addresses else 0

    def versions(self):
        line = subprocess.run([self.program, '--version'], capture_output=True, text=True, check=False).stdout.strip()
        return {'teahouse': line or 'unknown'}
