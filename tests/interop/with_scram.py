"""Others' SCRAM and what it binds to: each client gets in on its first stream, by SCRAM and never by PLAIN."""
import asyncio
import os
import re
import ssl
import tempfile

from fixtures.client import Unexpected
from fixtures.stage import case_table
from with_node import FOLDER
from with_slixmpp import User

HERE = os.path.dirname(os.path.realpath(__file__))
CASES, case = case_table()


async def run(*command, **environment):
    """The status and the lines of a program."""
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
                                                   cwd=FOLDER, env={**os.environ, **environment})
    out = (await process.communicate())[0].decode('utf-8', 'replace').splitlines()
    return process.returncode, out


def must_try(tried, wanted, said):
    if tried != wanted:
        raise Unexpected(f'it should have tried {wanted}; it tried {tried}:\n' + '\n'.join(said))


@case('gloox: login by SCRAM bound to tls-unique, TLS 1.2')
async def gloox(stage):
    """gloox (Debian 12: 1.0.24) knows TLS 1.2 and tls-unique only (RFC 5802 section 6.1), and tries nothing after a failure."""
    with tempfile.TemporaryDirectory(prefix='teahouse-gloox-') as folder:
        program = os.path.join(folder, 'gloox_login')
        status, out = await run('g++', os.path.join(HERE, 'gloox_login.cc'), '-lgloox', '-o', program)
        if status:
            raise Unexpected('gloox_login.cc does not compile:\n' + '\n'.join(out))
        status, out = await run(program, str(stage.port()), stage.jid('romeo'), stage.password('romeo'), stage.ca)
    must_try(re.findall(r"mechanism='([^']*)'", '\n'.join(out)), ['SCRAM-SHA-1-PLUS'], out)
    if out[-1] != 'logged in':
        raise Unexpected('it could not log in:\n' + '\n'.join(out))


for way, listener in (('ws', 'http'), ('wss', 'https')):
    @case(f'stanza: login by SCRAM over {way}')
    async def stanza(stage, way=way, listener=listener):
        """stanza (npm, pinned in node/package-lock.json) takes the strongest mechanism, also one that it cannot bind with."""
        status, out = await run('node', 'stanza_login.mjs', SERVICE=f'{way}://localhost:{stage.port(listener)}/xmpp',
                                DOMAIN=stage.domains['montague'], USER='romeo', PASSWORD=stage.password('romeo'),
                                NODE_EXTRA_CA_CERTS=stage.ca, NODE_TLS_REJECT_UNAUTHORIZED='0', NODE_NO_WARNINGS='1',
                                NODE_OPTIONS='--dns-result-order=ipv4first')
        must_try([line[6:] for line in out if line.startswith('tries ')], ['SCRAM-SHA-256'], out)
        if status:
            raise Unexpected('it could not log in:\n' + '\n'.join(out))


for version, ways in ((ssl.TLSVersion.TLSv1_2, ['SCRAM-SHA-512-PLUS']),
                      (ssl.TLSVersion.TLSv1_3, ['SCRAM-SHA-512-PLUS', 'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-512'])):
    @case(f'slixmpp: login by SCRAM, {version.name}')
    async def slixmpp(stage, version=version, ways=ways):
        """slixmpp 1.8.3 binds to tls-unique only, also over TLS 1.3, where there is no such thing (RFC 9266); then it says `y`."""
        romeo, tried = User(stage, 'romeo'), []
        romeo.ssl_context.minimum_version = romeo.ssl_context.maximum_version = version
        romeo.add_filter('out', lambda s: (tried.append(s['mechanism']) if s.name == 'auth' else None, s)[1])
        await romeo.login()
        must_try(tried, ways, tried)
