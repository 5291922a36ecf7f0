"""Prosody (Debian 12: 0.12.3), with what looks names up by libunbound (lua-unbound), which can be pointed at a name server."""
from .peer import C2S_PORT, S2S_PORT, Peer

CONFIGURATION = """run_as_root = true
daemonize = false
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
certificates = "{folder}"
plugin_paths = {{}}
log = {{ {{ levels = {{ min = "debug" }}, to = "file", filename = "{folder}/prosody.log" }} }}
unbound = {{ resolvconf = false, hoststxt = false, forward = {{ "{dns_address}@{dns_port}" }}, options = {{ ["do-not-query-localhost:"] = "no" }} }}
interfaces = {{ "{address}" }}
local_interfaces = {{ "{address}" }}
c2s_ports = {{ {c2s} }}
c2s_direct_tls_ports = {{}}
s2s_ports = {{ {s2s} }}
http_ports = {{}}
https_ports = {{}}
modules_enabled = {{ "roster", "saslauth", "tls", "dialback", "disco", "pep", "private", "vcard_legacy", "blocklist", "ping", "posix", "smacks"{more} }}
modules_disabled = {{ "http", "s2s_auth_dane_in" }}
c2s_require_encryption = true
s2s_require_encryption = true
s2s_secure_auth = {secure}
authentication = "internal_plain"
ssl = {{ certificate = "{folder}/certificate.pem", key = "{folder}/key.pem", cafile = "{folder}/ca.pem", capath = false }}
c2s_ssl = {{ certificate = "{folder}/for-clients.pem", key = "{folder}/for-clients.key" }}
VirtualHost "{domain}"
Component "{rooms}" "muc"
"""


class Prosody(Peer):
    name = 'prosody'

    def __init__(self, *details, modules=(), **more):
        super().__init__(*details, **more)
        self.modules = modules

    @staticmethod
    def escaped(name):
        return ''.join(c if c.isascii() and c.isalnum() else f'%{ord(c):02x}' for c in name)

    async def begin(self):
        for user, password in self.users.items():
            self.write(f'data/{self.escaped(self.domain)}/accounts/{self.escaped(user)}.dat', f'return {{ ["password"] = "{password}" }};\n')
        names = self.network.names
        configuration = self.write('prosody.cfg.lua', CONFIGURATION.format(
            folder=self.folder, address=self.address, domain=self.domain, rooms=self.rooms, c2s=C2S_PORT, s2s=S2S_PORT,
            more=''.join(f', "{module}"' for module in self.modules), secure='true' if self.secure else 'false',
            dns_address=names.address, dns_port=names.port))
        await self.run('/usr/bin/prosody', '-F', '--config', configuration)
