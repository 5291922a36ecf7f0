"""ejabberd (Debian 12: 23.01), as an Erlang program without a node's name: it needs no port mapper, and no user of its own. It asks for SRV
records by Erlang's resolver, and for addresses by the C library's, which nss_wrapper points at a file."""
import glob
import json
import os

from fixtures import limits
from fixtures.poll import poll

from .peer import C2S_PORT, S2S_PORT, Peer

CONFIGURATION = """hosts: [{domain}]
loglevel: debug
certfiles: ["{folder}/both.pem"]
ca_file: "{folder}/ca.pem"
listen:
  - {{port: {c2s}, ip: "{address}", module: ejabberd_c2s, starttls_required: true, access: all, shaper: none}}
  - {{port: {s2s}, ip: "{address}", module: ejabberd_s2s_in, shaper: none}}
s2s_use_starttls: {starttls}
s2s_dns_timeout: 10
s2s_cafile: "{folder}/ca.pem"
auth_method: internal
acl: {{}}
access_rules: {{}}
modules:
  mod_disco: {{}}
  mod_blocking: {{}}
  mod_privacy: {{}}
  mod_ping: {{}}
  mod_private: {{}}
  mod_roster: {{}}
  mod_s2s_dialback: {{}}
  mod_vcard: {{search: false}}
  mod_offline: {{}}
  mod_pubsub: {{plugins: [flat, pep]}}
  mod_caps: {{}}
  mod_muc: {{hosts: [{rooms}], history_size: 20}}
"""
# Of one account each, once the program has started.
REGISTER = 'ejabberd_auth:try_register(<<{user}/utf8>>, <<{domain}/utf8>>, <<{password}/utf8>>)'


class Ejabberd(Peer):
    name = 'ejabberd'

    async def begin(self):
        names = self.network.names
        address = names.address.replace('.', ',')
        # That no file is read must come first: it makes Erlang forget the name servers before it.
        self.write('inetrc', f'{{resolv_conf, ""}}.\n{{hosts_file, ""}}.\n{{lookup, [dns]}}.\n{{nameserver, {{{address}}}, {names.port}}}.\n')
        configuration = self.write('ejabberd.yml', CONFIGURATION.format(
            folder=self.folder, address=self.address, domain=self.domain, rooms=self.rooms, c2s=C2S_PORT, s2s=S2S_PORT,
            starttls='required_trusted' if self.secure == 'trusted' else 'required'))
        registered = ', '.join(REGISTER.format(user=json.dumps(user), domain=json.dumps(self.domain), password=json.dumps(password))
                               for user, password in self.users.items())
        # +sbwt none: the schedulers of a machine of few cores do not spin.
        await self.run('erl', '+sbwt', 'none', '+S', '2', '-noinput', '-pa', *glob.glob('/usr/lib/*/ejabberd-*/ebin'), '-mnesia', 'dir', f'"{self.path("mnesia")}"',
                       '-s', 'ejabberd', '-eval', f'{registered}, file:write_file({json.dumps(self.path("registered"))}, <<>>).',
                       HOME=self.folder, ERL_INETRC=self.path('inetrc'), EJABBERD_CONFIG_PATH=configuration,
                       LD_PRELOAD='libnss_wrapper.so', NSS_WRAPPER_HOSTS=names.hosts_file, EJABBERD_LOG_PATH=self.path('ejabberd.log'), ERL_CRASH_DUMP=self.path('crash'), ERL_EPMD_ADDRESS='127.0.0.1')
        # It listens before it has its accounts.
        await poll(lambda: self.programs[0].returncode is not None or os.path.exists(self.path('registered')), what='its accounts', within_s=limits.START_S)
