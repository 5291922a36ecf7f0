"""Prosody of Debian with its default storage (files), archive and offline messages included."""
import os

from .credentials import ITERATIONS, SALT, make_certificate, scram_keys
from .peer import PASSWORD, Peer, await_ports, debian_version, free_ports

CONFIG = '''
daemonize = false
run_as_root = true
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
log = {{ warn = "{folder}/prosody.log" }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {c2s} }}
c2s_direct_tls_ports = {{ {c2s_tls} }}
http_ports = {{ {http} }}
https_ports = {{ }}
http_default_host = "{domain}"
consider_websocket_secure = true
c2s_require_encryption = false
modules_enabled = {{ "carbons", "disco", "mam", "offline", "ping", "posix", "presence", "roster", "saslauth", "smacks", "tls", "websocket" }}
modules_disabled = {{ "s2s" }}
authentication = "internal_hashed"
password_hash = "SHA-256"
default_archive_policy = true
archive_expires_after = "never"
storage = "internal"
ssl = {{ key = "{folder}/server.pem.key", certificate = "{folder}/server.pem.crt" }}
'''
HOST = '''
VirtualHost "{domain}"
Component "rooms.{domain}" "muc"
  modules_enabled = {{ "muc_mam" }}
  muc_log_by_default = true
'''


def file_name(text):
    """As Prosody encodes names of its folders."""
    return ''.join(c if c.isalnum() else f'%{ord(c):02x}' for c in text)


class Prosody(Peer):
    """`prosody -F`."""

    name = 'prosody'
    transports = ('plain', 'starttls', 'tls', 'websocket')
    options = ('--websocket-path', '/xmpp-websocket')

    def prepare(self):
        domains = [self.domain_of(number) for number in range(self.tenants)]
        make_certificate(self.path('server.pem'), domains)
        c2s, c2s_tls, http = free_ports(3)
        self.addresses = {'plain': f'127.0.0.1:{c2s}', 'starttls': f'127.0.0.1:{c2s}', 'tls': f'127.0.0.1:{c2s_tls}',
                          'websocket': f'127.0.0.1:{http}'}
        with open(self.path('prosody.cfg.lua'), 'w', encoding='utf-8') as file:
            file.write(CONFIG.format(folder=self.folder, domain=domains[0], c2s=c2s, c2s_tls=c2s_tls, http=http))
            for domain in domains:
                file.write(HOST.format(domain=domain))
        for domain in domains:
            self._make_accounts(self.path('data', file_name(domain), 'accounts'))

    def _make_accounts(self, folder):
        stored, server = (key.hex() for key in scram_keys(PASSWORD))
        text = (f'return {{ ["iteration_count"] = {ITERATIONS}; ["salt"] = "{SALT.decode()}"; ["stored_key"] = "{stored}"; '
                f'["server_key"] = "{server}"; }};\n')
        os.makedirs(folder)
        for number in range(self.accounts):
            with open(os.path.join(folder, f'u{number}.dat'), 'w', encoding='ascii') as file:
                file.write(text)

    def start(self):
        self.process = self.spawn(['prosody', '-F', '--config', self.path('prosody.cfg.lua')])
        await_ports(self, self.addresses.values())

    def versions(self):
        return {'Prosody': debian_version('prosody')}
