"""ejabberd of Debian with PostgreSQL: accounts, rosters, archive and offline messages in SQL, as its users run it."""
import base64
import os
import subprocess

from .credentials import ITERATIONS, SALT, make_certificate, scram_keys
from .peer import PASSWORD, Peer, PeerFailed, await_ports, debian_version, free_ports
from .postgres import USER, Postgres

# Idle schedulers do not spin: what they burn would count as CPU that the work needs.
ERLANG = ['+K', 'true', '+P', '250000', '+sbwt', 'none', '+sbwtdcpu', 'none', '+sbwtdio', 'none']
CONFIG = '''
hosts: [{hosts}]
loglevel: warning
certfiles: ["{folder}/server.pem"]
listen:
  - {{port: {c2s}, ip: "127.0.0.1", module: ejabberd_c2s, starttls: true, starttls_required: false, max_stanza_size: 262144, backlog: 4096}}
  - {{port: {c2s_tls}, ip: "127.0.0.1", module: ejabberd_c2s, tls: true, max_stanza_size: 262144, backlog: 4096}}
  - {{port: {http}, ip: "127.0.0.1", module: ejabberd_http, request_handlers: {{/ws: ejabberd_http_ws}}}}
c2s_protocol_options: [no_sslv3, no_tlsv1, no_tlsv1_1, no_compression]
auth_method: [sql]
auth_password_format: scram
auth_scram_hash: sha256
default_db: sql
new_sql_schema: {new_schema}
sql_type: pgsql
sql_server: "127.0.0.1"
sql_port: {sql}
sql_database: {user}
sql_username: {user}
sql_password: {user}
shaper_rules: {{max_user_sessions: 100, max_user_offline_messages: infinity}}
modules:
  mod_blocking: {{}}
  mod_caps: {{}}
  mod_carboncopy: {{}}
  mod_disco: {{}}
  mod_mam: {{default: always, assume_mam_usage: true}}
  mod_muc: {{host: "rooms.@HOST@", access_create: all, max_users: 10000, max_user_conferences: 1000, default_room_options: {{mam: true, max_users: 10000}}}}
  mod_offline: {{access_max_user_messages: max_user_offline_messages}}
  mod_ping: {{}}
  mod_privacy: {{}}
  mod_roster: {{versioning: true}}
  mod_stream_mgmt: {{}}
'''


def packaged(ending):
    """A file of Debian's package."""
    done = subprocess.run(['dpkg', '-L', 'ejabberd'], capture_output=True, text=True, check=False)
    paths = [line for line in done.stdout.split('\n') if line.endswith(ending)]
    if not paths:
        raise PeerFailed('ejabberd is missing: run script/bench, which installs it')
    return paths[0]


class Ejabberd(Peer):
    """Run straight by erl, without a node name, so that it needs no epmd and touches no other ejabberd."""

    name = 'ejabberd'
    transports = ('plain', 'starttls', 'tls', 'websocket')
    options = ('--websocket-path', '/ws')

    def __init__(self, **details):
        super().__init__(**details)
        os.chmod(self.folder, 0o711)  # PostgreSQL has another user
        self.database = Postgres(self.path('postgres'), self.core)

    def prepare(self):
        self.database.start()
        self.database.sql(f'CREATE DATABASE {USER}', 'postgres')
        # The default schema has no column for the host: with several, their users of one name would share all they have.
        with open(packaged('/sql/pg.new.sql' if self.tenants > 1 else '/sql/pg.sql'), encoding='utf-8') as file:
            self.database.sql(file.read())
        domains = [self.domain_of(number) for number in range(self.tenants)]
        for domain in domains:
            self._make_accounts(domain)
        self.database.sql('ANALYZE')
        make_certificate(self.path('server.pem'), domains)
        c2s, c2s_tls, http = free_ports(3)
        self.addresses = {'plain': f'127.0.0.1:{c2s}', 'starttls': f'127.0.0.1:{c2s}', 'tls': f'127.0.0.1:{c2s_tls}',
                          'websocket': f'127.0.0.1:{http}'}
        with open(self.path('ejabberd.yml'), 'w', encoding='utf-8') as file:
            file.write(CONFIG.format(hosts=', '.join(domains), folder=self.folder, c2s=c2s, c2s_tls=c2s_tls, http=http,
                                     new_schema=str(self.tenants > 1).lower(), sql=self.database.port, user=USER))

    def _make_accounts(self, domain):
        stored, server = (base64.b64encode(key).decode() for key in scram_keys(PASSWORD))
        host, value = (', server_host', f", '{domain}'") if self.tenants > 1 else ('', '')
        self.database.sql(
            f'INSERT INTO users(username, password, serverkey, salt, iterationcount{host}) '
            f"SELECT 'u' || n, 'sha256:{stored}', '{server}', '{base64.b64encode(SALT).decode()}', {ITERATIONS}{value} "
            f'FROM generate_series(0, {self.accounts - 1}) n')

    def start(self):
        if self.database.process is None:
            self.database.start()
        libraries = os.path.normpath(os.path.join(packaged('/ebin/ejabberd.app'), '../../..'))
        environment = {**os.environ, 'ERL_LIBS': libraries, 'ERL_MAX_PORTS': '65536', 'HOME': self.folder,
                       'EJABBERD_CONFIG_PATH': self.path('ejabberd.yml'), 'EJABBERD_LOG_PATH': self.path('ejabberd.log'),
                       'ERL_CRASH_DUMP': self.path('crash.dump')}
        self.process = self.spawn(['erl', '-noinput', *ERLANG, '-mnesia', 'dir', f'"{self.path("mnesia")}"', '-s', 'ejabberd'],
                                  env=environment)
        await_ports(self, self.addresses.values())

    def stop(self):
        super().stop()
        self.database.stop()

    def watches(self):
        return {'server': self.process.pid, 'database': self.database.process.pid}

    def versions(self):
        return {'ejabberd': debian_version('ejabberd'), 'PostgreSQL': Postgres.version()}
