"""`teahouse check DOMAIN` looks at Prosody of Debian 12 from outside: one that is well, and others with a mistake each."""
import asyncio
import json
import os
import subprocess

from fixtures import limits, tap
from fixtures.client import Unexpected
from fixtures.server import binary
from peers.doubtful import DOUBTFUL
from peers.network import Network
from peers.peer import C2S_PORT
from peers.prosody import Prosody

PREFIX = 'check: Prosody, '


async def check(network, domain, *more):
    """The exit status, and what --json has."""
    command = [binary(), 'check', domain, '--dns', f'{network.names.address}:{network.names.port}', '--ca', network.ca, *more]
    environment = {k: v for k, v in os.environ.items() if not k.startswith('TEAHOUSE_')}
    done = await asyncio.to_thread(subprocess.run, [*command, '--json'], capture_output=True, text=True, check=False, env=environment,
                                   timeout=limits.EXCHANGE_S)
    if done.returncode not in (0, 1) or done.stderr:
        raise Unexpected(f'{command} ended with {done.returncode}: {done.stdout}{done.stderr}')
    printed = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False, env=environment, timeout=limits.EXCHANGE_S)
    survey = json.loads(done.stdout)
    if printed.returncode != done.returncode or survey['told'] not in printed.stdout or '\x1b' in printed.stdout:
        raise Unexpected(f'for people it should be the same, without colours; it is {printed.stdout!r}')
    return done.returncode, survey


def must_tell(survey, verdict, area, words, found=True):
    if any((f['verdict'], f['area']) == (verdict, area) and words in f['told'] for f in survey['findings']) != found:
        raise Unexpected(f'a finding should {"" if found else "not "}be {verdict}, of {area}, with {words!r}; they are\n' +
                         '\n'.join(f'{f["verdict"]} {f["area"]} {f["subject"]}: {f["told"]}' for f in survey['findings']))


def must_end(found, status, survey):
    if found != status:
        raise Unexpected(f'it should have ended with {status}: {json.dumps(survey, indent=1)}')


async def start(network, domain, issued=None):
    peer = await network.start(Prosody, domain, {}, issued, secure=False)
    network.names.service(f'_xmpp-client._tcp.{domain}', peer.target, C2S_PORT)
    return peer


async def good(network):
    """Ends with 0; both ports answer, SCRAM and dialback are seen, the certificate has its days."""
    await start(network, 'good.example')
    status, survey = await check(network, 'good.example', '--private')
    for area, words in (('clients', 'SCRAM-SHA-1'), ('servers', 'dialback'), ('clients', 'good until'), ('servers', 'good until')):
        must_tell(survey, 'good', area, words)
    must_tell(survey, 'untried', 'peer', 'Not tried')
    must_tell(survey, 'note', 'clients', 'Where the server has a port for TLS from the first byte on')
    must_end(status, 0, survey)


async def doubtful(network):
    """A certificate that is over, another's, nobody's, or sent without its issuer's: each with its own sentence, and 1."""
    sentences = {'of-another': 'It names another.example, but not', 'expired': 'is over: renew it', 'of-nobody': 'nobody trusts', 'alone': 'fullchain.pem'}
    for kind, words in sentences.items():
        domain = f'{kind}.example'
        await start(network, domain, await DOUBTFUL[kind](network, domain))
        status, survey = await check(network, domain, '--private')
        must_tell(survey, 'bad', 'servers', words)
        must_tell(survey, 'good', 'clients', 'good until')   # that shows another
        must_end(status, 1, survey)


async def closed(network):
    """A port at which nobody listens, and one of another protocol, which is not tried."""
    peer = await start(network, 'closed.example')
    network.names.forget('_xmpp-client._tcp.closed.example')
    network.names.service('_xmpp-client._tcp.closed.example', peer.target, 5221)
    network.names.service('_xmpps-client._tcp.closed.example', peer.target, 25)
    status, survey = await check(network, 'closed.example', '--private')
    must_tell(survey, 'bad', 'clients', 'Nobody answers there')
    must_tell(survey, 'bad', 'clients', 'that of another protocol')
    must_tell(survey, 'good', 'servers', 'dialback')
    must_end(status, 1, survey)


async def private(network):
    """Without --private it connects to no address of this machine's networks, and says so."""
    peer = await start(network, 'private.example')
    status, survey = await check(network, 'private.example')
    must_tell(survey, 'bad', 'clients', f'{peer.address} is no address of the public internet (loopback): nobody outside gets there, and it was not tried')
    must_tell(survey, 'good', 'servers', 'It answers', found=False)
    must_end(status, 1, survey)


async def nobody(network):
    """A domain that DNS does not know; one that is none ends with 2."""
    status, survey = await check(network, 'nobody.example', '--private')
    must_tell(survey, 'bad', 'clients', 'has no address')
    must_end(status, 1, survey)
    for wrong in ('no domain', 'a..example', '192.0.2.1'):
        done = await asyncio.to_thread(subprocess.run, [binary(), 'check', wrong], capture_output=True, text=True, check=False, timeout=limits.EXCHANGE_S)
        if done.returncode != 2 or done.stdout or not done.stderr.startswith('teahouse check: '):
            raise Unexpected(f'check {wrong!r} should have ended with 2 and a sentence; it ended with {done.returncode}: {done.stdout}{done.stderr}')


CASES = {'one that is well': good, 'doubtful certificates': doubtful, 'closed ports': closed, 'private addresses': private, 'no such domain': nobody}


async def run_all(words, out):
    chosen = {PREFIX + name: case for name, case in CASES.items() if not words or any(word in PREFIX + name for word in words)}
    for name, case in chosen.items():
        try:
            async with Network() as network:
                await asyncio.wait_for(case(network), limits.EXCHANGE_S)
            out.ok(name)
        except Exception as error:
            out.not_ok(name, f'{case.__doc__}\n{tap.told(error)}')
