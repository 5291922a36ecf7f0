"""Guessing passwords, and what it must not do to those who know theirs (docs/operations.md, "Guessing")."""
import asyncio
import itertools

from before_login import auth, blob
from fixtures.api import site_token
from fixtures.client import Unexpected
from stage import case

WAYS = (('PLAIN', 'tls'), ('SCRAM-SHA-256', 'tls'), ('PLAIN', 'websocket'))  # mechanism, transport


async def guess(stage, user, password, mechanism='PLAIN', transport='tls', source=None):
    """None when it gets in, or the condition of the refusal. Without a source, from an address that nobody has used."""
    client = stage.client('mallory', transport=transport)
    client.source = source or client.source
    await client.open()
    found = await client.prove(mechanism, password, user)
    client.abort()
    return found


async def guess_and_hang_up(stage, user, password):
    client = stage.client('mallory', transport='tls')
    await client.open()
    client.send(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{blob('', user, password)}</auth>")
    client.transport.wire.transport.close()  # what was sent arrives


def must_be(what, found, wanted):
    if found != wanted:
        raise Unexpected(f'{what} should have been {wanted or "let in"}; the answer was {found or "yes"}')


@case('21 guessing on one stream')
async def guessing(stage):
    """A stream ends after 2 to 5 wrong passwords (RFC 6120 section 6.4.5)."""
    client = await stage.stranger()
    for tries in range(1, 7):
        found = await auth(client, 'PLAIN', blob('', 'alice', f'guess{tries}'))
        if found in ('error', 'lost', 'stream-ended'):
            break
        if found != 'not-authorized':
            raise Unexpected(f'guess {tries} was answered {found}')
    if not 3 <= tries <= 6:
        raise Unexpected(f'the stream ended after {tries - 1} wrong passwords')


for mechanism, transport in WAYS:
    @case(f'21 guessing on many streams, {mechanism} over {transport}')
    async def guessing_on_many(stage, mechanism=mechanism, transport=transport):
        """Past failures at 30 accounts an address is refused for some minutes, whatever the account, the secret and the mechanism, but
        for those who are known there; from other addresses one logs in."""
        address = f'127.9.250.{10 + WAYS.index((mechanism, transport))}'
        must_be('alice, before it', await guess(stage, 'alice', 'pw-alice', mechanism, transport, address), None)
        found = await asyncio.gather(*(guess(stage, f'nobody{n}', 'guess', mechanism, transport, address) for n in range(31)))
        if set(found) != {'not-authorized'}:
            raise Unexpected(f'the guesses were answered {sorted(set(map(str, found)))}')
        for way in WAYS:
            must_be(f'mallory, by {way}', await guess(stage, 'mallory', 'pw-mallory', *way, address), 'temporary-auth-failure')
            must_be(f'alice, who is known there, by {way}', await guess(stage, 'alice', 'pw-alice', *way, address), None)
        await stage.attacker()
        # What a site has signed is no guess: people behind the same address as the guesser still come in from their page.
        must_be('a good token from there', await token_login(stage, address, 'alice'), 'success')


@case('21 guessing at one account from many addresses')
async def one_account(stage):
    """However many addresses, 30 guesses in ten minutes are looked at, and 64 that were under way then; from where the account is known
    it is let in all the same."""
    home = '127.9.250.20'
    await asyncio.to_thread(stage.api.create_account, 'a', 'anna', 'pw-anna')
    must_be('anna, before it', await guess(stage, 'anna', 'pw-anna', source=home), None)
    found = await asyncio.gather(*(guess(stage, 'anna', f'guess{n}', *WAYS[n % 3]) for n in range(120)))
    looked_at = found.count('not-authorized')
    if not 31 <= looked_at <= 31 + 64 or set(found) != {'not-authorized', 'temporary-auth-failure'}:
        raise Unexpected(f'{looked_at} of 120 guesses were looked at; the answers are {sorted(set(map(str, found)))}')
    for way in WAYS:
        must_be(f'anna at home, by {way}', await guess(stage, 'anna', 'pw-anna', *way, home), None)
        must_be(f'a stranger with her password, by {way}', await guess(stage, 'anna', 'pw-anna', *way), 'temporary-auth-failure')
    must_be('mallory', await guess(stage, 'mallory', 'pw-mallory'), None)


@case('21 guessing at one account in many spellings')
async def spellings(stage):
    """However its name is spelt, one account has one count."""
    await asyncio.to_thread(stage.api.create_account, 'a', 'dora', 'pw-dora')
    names = [''.join(letters) for letters in itertools.product('dD', 'oO', 'rR', 'aA\uff41')]
    found = await asyncio.gather(*(guess(stage, names[n % len(names)], f'guess{n}', *WAYS[n % 3]) for n in range(120)))
    looked_at = found.count('not-authorized')
    if not 31 <= looked_at <= 31 + 64:
        raise Unexpected(f'{looked_at} of 120 guesses were looked at; the answers are {sorted(set(map(str, found)))}')
    for name in names[:3]:
        must_be(f'{name} with her password', await guess(stage, name, 'pw-dora'), 'temporary-auth-failure')
    must_be('mallory', await guess(stage, 'mallory', 'pw-mallory'), None)


@case('21 all devices of one account at once')
async def many_devices(stage):
    """From a new address, as after a restart: all with the right password get in."""
    await asyncio.to_thread(stage.api.create_account, 'a', 'eve', 'pw-eve')
    found = await asyncio.gather(*(guess(stage, 'eve', 'pw-eve', *WAYS[n % 3], '127.9.250.22') for n in range(60)))
    if set(found) != {None}:
        raise Unexpected(f'right passwords were answered {sorted(set(map(str, found)))}')


@case('21 guessing and hanging up')
async def hanging_up(stage):
    """A guess that does not wait for its answer is counted as one that does, when the server has seen that it is gone."""
    await asyncio.gather(*(guess_and_hang_up(stage, 'carol', f'guess{n}') for n in range(31)))
    for tries in range(32):
        found = await guess(stage, 'carol', 'another guess')
        if found == 'temporary-auth-failure':
            break
    else:
        raise Unexpected(f'after 31 guesses that hung up, {tries + 1} more were looked at')


@case('21 a client that goes on with an old password')
async def stale_password(stage):
    """It keeps nobody out at its address: not others, not its owner's other devices."""
    office = '127.9.250.21'
    must_be('alice, before it', await guess(stage, 'alice', 'pw-alice', source=office), None)
    found = await asyncio.gather(*(guess(stage, 'alice', 'old', *WAYS[n % 3], office) for n in range(33)))
    if set(found) != {'not-authorized'}:
        raise Unexpected(f'the old password was answered {sorted(set(map(str, found)))}')
    for way in WAYS:
        must_be(f'mallory, by {way}', await guess(stage, 'mallory', 'pw-mallory', *way, office), None)
        must_be(f'alice, by {way}', await guess(stage, 'alice', 'pw-alice', *way, office), None)


@case('21 many expired tokens')
async def expired_tokens(stage):
    """Tabs that were left open try tokens that have expired; that keeps nobody of the same address out."""
    address = '127.9.250.2'
    found = await asyncio.gather(*(token_login(stage, address, f'late{number}', -3600) for number in range(33)))
    if set(found) != {'not-authorized'}:
        raise Unexpected(f'expired tokens were answered {sorted(set(found))}')
    client = stage.client('mallory', transport='tls')
    client.source = address
    await client.open()
    found = await auth(client, 'PLAIN', blob('', 'mallory', 'pw-mallory'))
    if found != 'success':
        raise Unexpected(f'a password from that address was answered {found}')


async def token_login(stage, address, user, expires_in_s=3600):
    tenant = stage.tenants['a']
    client = stage.client('mallory', transport='tls')
    client.source = address
    await client.open()
    return await auth(client, 'PLAIN', blob('', user, site_token(tenant['site'], tenant['signing_secret'], user, expires_in_s)))
