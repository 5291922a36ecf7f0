"""Tokens of devices (XEP-0484): replays, guesses, and too many of them."""
import base64

from before_login import auth, blob
from fixtures import sasl, sasl2
from fixtures.client import Unexpected
from fixtures.shown import LOST
from stage import case, ends_with

FAST = 'urn:xmpp:fast:0'
AGENT = '99999999-9999-4999-8999-{:012x}'
WISH = f"<bind xmlns='urn:xmpp:bind:0'/><request-token xmlns='{FAST}' mechanism='HT-SHA-256-NONE'/>"


async def token_of(stage, number=0, mechanism='PLAIN', password=None):
    """A token of one of mallory's devices, and the client that was given it."""
    client = await stage.stranger()
    success = await sasl2.prove(client, WISH, mechanism, AGENT.format(number), password)
    token = success.find(f'{{{FAST}}}token')
    if token is None:
        raise Unexpected(f'no token came with {success.tag}')
    return token.get('token'), client


def login(user, token, number=0, attributes=''):
    """The element that signs in by a token."""
    proof = base64.b64encode(sasl.Ht('HT-SHA-256-NONE', user, token).first()).decode()
    return (f"<authenticate xmlns='{sasl2.SASL2}' mechanism='HT-SHA-256-NONE'><initial-response>{proof}</initial-response>"
            f"<user-agent id='{AGENT.format(number)}'/><bind xmlns='urn:xmpp:bind:0'/><fast xmlns='{FAST}'{attributes}/></authenticate>")


async def verdict(client):
    element = await client.receive()
    if element is LOST:
        return 'lost'
    name = element.tag.split('}')[1]
    return element[0].tag.split('}')[1] if name == 'failure' else name


def must_be(what, found, wanted):
    if found != wanted:
        raise Unexpected(f'{what} should have been {wanted}; it was {found}')


@case('22 token login replayed')
async def replayed(stage):
    """What a client sent with a count is worth nothing a second time, on a stream of somebody else's."""
    token, _ = await token_of(stage)
    recorded = login('mallory', token, attributes=" count='1'")
    for wanted in ('success', 'not-authorized', 'not-authorized'):
        client = await stage.stranger()
        client.send(recorded)
        must_be('the login', await verdict(client), wanted)


@case('21 guessing tokens on one stream')
async def on_one_stream(stage):
    """The stream ends after at most 12 tries."""
    client = await stage.stranger()
    for tries in range(1, 20):
        client.send(login('alice', f'guess{tries}'))
        found = await verdict(client)
        if found != 'not-authorized':
            break
    if found not in ('error', 'lost') or tries > 13:
        raise Unexpected(f'try {tries} was answered {found}')


@case('21 guessing tokens keeps nobody out')
async def keeps_nobody_out(stage):
    """A hundred wrong proofs for a device, and its owner comes in by token and by password."""
    token, _ = await token_of(stage)
    for _ in range(10):
        client = await stage.stranger()
        for tries in range(10):
            client.send(login('mallory', f'guess{tries}'))
            must_be('a guess', await verdict(client), 'not-authorized')
    client = await stage.stranger()
    client.send(login('mallory', token))
    must_be('the owner', await verdict(client), 'success')
    client = await stage.stranger()
    must_be('the password', await auth(client, 'PLAIN', blob('', 'mallory', 'pw-mallory')), 'success')


@case('20 token login of 1 MB')
async def huge(stage):
    """Above the size of what a stranger may send: policy-violation."""
    client = await stage.stranger()
    client.send(login('m' * 1000000, 'x'))
    await ends_with(client, 'policy-violation')


@case('24 token login before TLS')
async def before_tls(stage):
    """The token is not even looked at."""
    token, _ = await token_of(stage)
    client = await stage.socket('tcp')
    await client.open_stream()
    client.send(login('mallory', token))
    must_be('the login', await verdict(client), 'encryption-required')


@case('devices without end')
async def many_devices(stage):
    """A client that is another device each time fills 50 places and no more; the last stays good."""
    for number in range(60):
        token, client = await token_of(stage, number)
        client.abort()
    client = await stage.stranger()
    client.send(login('mallory', token, 59))
    must_be('the last device', await verdict(client), 'success')
    await client.receive()  # features
    client.send("<iq type='get' id='l'><list xmlns='urn:xmpp:cam:0'/></iq>")
    answer = await client.receive()
    kept = [c for c in answer.iter('{urn:xmpp:cam:0}client') if c.find('{urn:xmpp:cam:0}auth/{urn:xmpp:cam:0}fast') is not None]
    if len(kept) != 50:
        raise Unexpected(f'{len(kept)} devices are kept')
