"""What a stranger can send before it is known: XML that is none, too much of it, and tricks with TLS and SASL."""
import asyncio
import base64
import hashlib
import hmac

from fixtures import sasl
from fixtures.client import SASL, Unexpected
from fixtures.shown import LOST, show
from stage import HEADER, case, ends_with, is_closed, memory_is_back

LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + ''.join(
    f'<!ENTITY {n} "{"&" + p + ";" * 1}{("&" + p + ";") * 9}">' for p, n in zip('abcdefgh', 'bcdefghi')) + ']>'
OPEN = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='a.example' version='1.0'/>"


async def raw(stage, data, *conditions, transport='tls', behind_header=True):
    client = await stage.socket(transport)
    if behind_header and transport == 'tls':
        client.send_raw(HEADER.format('a.example'))
    elif behind_header:
        client.send_raw(OPEN)
    client.send_raw(data)
    await ends_with(client, *conditions)


for place, header in (('before the header', False), ('behind the header', True)):
    for way in ('tls', 'websocket'):
        @case(f'1 billion laughs {place}, {way}')
        async def _(stage, header=header, way=way):
            """A DOCTYPE with nested entities (CVE-2022-0217, CVE-2011-1755) is refused before anything is expanded."""
            before = stage.server.memory_kib()
            await raw(stage, LAUGHS + '<x>&i;</x>', 'restricted-xml', 'not-well-formed', transport=way, behind_header=header)
            await memory_is_back(stage.server, before)

for number, name, data, conditions in (
        (2, 'bare document type', b'<!DOCTYPE x>', ('restricted-xml',)),
        (3, 'comment', b'<!-- hush -->', ('restricted-xml',)),
        (4, 'processing instruction', b'<?php hush ?>', ('restricted-xml',)),
        (5, 'undeclared entity', b"<message><body>&foo;</body></message>", ('not-well-formed',)),
        (6, 'overlong UTF-8', b'<message><body>\xc0\xaf</body></message>', ('not-well-formed',)),
        (6, 'byte that is no UTF-8', b'<message><body>\xff</body></message>', ('not-well-formed',)),
        (6, 'broken UTF-8 that swallows a tag', b'<message><body>\xeb\x3c\x3e</body></message>', ('not-well-formed',)),
        (7, 'surrogate in UTF-8', b'<message><body>\xed\xa0\x80</body></message>', ('not-well-formed',)),
        (8, 'control character', b'<message><body>\x01</body></message>', ('not-well-formed',)),
        (8, 'reference to character 0', b'<message><body>&#0;</body></message>', ('not-well-formed',)),
        (8, 'reference to a non-character', b'<message><body>&#xFFFE;</body></message>', ('not-well-formed',)),
        (10, 'unbalanced tags', b'<message><body></message></body>', ('not-well-formed',)),
        (10, 'duplicate attribute', b"<message to='a' to='b'/>", ('not-well-formed',)),
        (10, 'duplicate attribute by namespace', b"<message xmlns:p='u' xmlns:q='u' p:a='1' q:a='2'/>", ('not-well-formed',)),
        (10, 'unbound prefix', b'<p:message/>', ('not-well-formed',)),
        (10, 'character data between stanzas', b'hello', ('bad-format', 'invalid-xml', 'not-well-formed')),
        (11, '100,000 open tags', b'<a>' * 100000, ('policy-violation',)),
        (12, '50,000 children', b'<a>' + b'<b/>' * 50000 + b'</a>', ('policy-violation',)),
        (13, '20,000 attributes', b'<a ' + b' '.join(b"a%d='1'" % n for n in range(20000)) + b'/>', ('policy-violation',)),
        (14, 'element of 1 MB', b'<a>' + b'x' * 1000000 + b'</a>', ('policy-violation',)),
        (14, 'attribute of 10 MB', b"<a b='" + b'x' * 10000000 + b"'/>", ('policy-violation',)),
        (14, 'tag name of 1 MB', b'<' + b'x' * 1000000, ('policy-violation',)),
        (14, 'header that never ends', b"' " * 500000, ('policy-violation', 'bad-format'))):
    @case(f'{number} {name}')
    async def _(stage, data=data, conditions=conditions):
        """Before login: the stream ends with the error, and memory is given back."""
        before = stage.server.memory_kib()
        await raw(stage, data, *conditions)
        await memory_is_back(stage.server, before)

    if number != 11 and not data.startswith(b"' "):
        @case(f'{number} {name}, websocket')
        async def _(stage, data=data, conditions=conditions):
            """The same over WebSocket, where the frame may be refused too."""
            client = await stage.socket('websocket')
            client.send_raw(OPEN)
            client.transport.send_frame(1, data)
            while True:
                element = await client.receive()
                if element is LOST:
                    return
                if element.tag.endswith('}error'):
                    found = [child.tag.split('}')[1] for child in element]
                    if not set(conditions) & set(found):
                        raise Unexpected(f'ended with\n{show(element)}')
                    await is_closed(client)
                    return


@case('9 UTF-16')
async def utf16(stage):
    """A stream in UTF-16 is unsupported-encoding (RFC 6120 section 11.6)."""
    client = await stage.socket()
    client.send_raw(HEADER.format('a.example').encode('utf-16'))
    await ends_with(client, 'unsupported-encoding', 'not-well-formed')


@case('16 connections that say nothing')
async def silence(stage):
    """Many connections that send nothing, or half a header, cost little memory, which comes back when they go."""
    before = stage.server.memory_kib()
    clients = [await stage.socket('tcp') for _ in range(300)]
    for client in clients[::2]:
        client.send_raw("<?xml version='1.0'?><stream:str")
    taken = stage.server.memory_kib() - before
    if taken > 300 * 100:
        raise Unexpected(f'300 silent connections took {taken} KiB')
    for client in clients:
        client.abort()
    await memory_is_back(stage.server, before)


@case('16 connections that say nothing are closed')
async def silence_ends(stage):
    """Who does not log in is disconnected within 60 s."""
    client = await stage.socket('tls')
    client.send_raw(HEADER.format('a.example'))
    await client.until(lambda: client.lost, 120, 'the end of a stream that does not log in')


@case('17 compression')
async def compression(stage):
    """XEP-0138 is not offered, and refused when asked for: no zlib bombs."""
    client = await stage.stranger()
    if client.features.find('{http://jabber.org/features/compress}compression') is not None:
        raise Unexpected('compression is offered')
    client.send("<compress xmlns='http://jabber.org/protocol/compress'><method>zlib</method></compress>")
    element = await client.receive()
    if not element.tag.endswith(('}failure', '}error')):
        raise Unexpected(f'compression was answered with\n{show(element)}')


@case('18 old TLS')
async def old_tls(stage):
    """TLS below 1.2 is not spoken."""
    process = await asyncio.create_subprocess_exec(
        'openssl', 's_client', '-connect', stage.server.addresses['c2s_tls'], '-tls1_1', '-cipher', 'ALL@SECLEVEL=0',
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    out = (await process.communicate())[0].decode()
    if 'Cipher is (NONE)' not in out and 'alert protocol version' not in out:
        raise Unexpected(out)


@case('18 renegotiation')
async def renegotiation(stage):
    """A client that renegotiates (TLS 1.2) is refused (CVE-2021-32920)."""
    process = await asyncio.create_subprocess_exec(
        'openssl', 's_client', '-connect', stage.server.addresses['c2s_tls'], '-tls1_2', '-alpn', 'xmpp-client',
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    seen = b''
    while b'---\n' not in seen or b'Verify return code' not in seen:
        data = await asyncio.wait_for(process.stdout.read(4096), 30)
        if not data:
            raise Unexpected('openssl did not connect: ' + seen.decode())
        seen += data
    process.stdin.write(b'R\n')
    out = (seen + (await asyncio.wait_for(process.communicate(), 60))[0]).decode()
    if 'no renegotiation' not in out and 'error' not in out.lower():
        raise Unexpected('renegotiation went through:\n' + out)


@case('19 STARTTLS injection')
async def injection(stage):
    """What comes in one packet behind <starttls/> is thrown away, or ends the connection; it is never answered inside TLS."""
    client = await stage.socket('tcp')
    await client.open_stream()
    client.send_raw("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" + HEADER.format('a.example') +
                    f"<auth xmlns='{SASL}' mechanism='PLAIN'>{blob('', 'mallory', 'pw-mallory')}</auth>")
    await client.expect('{urn:ietf:params:xml:ns:xmpp-tls}proceed')
    try:
        await client.transport.start_tls()
    except (OSError, asyncio.TimeoutError):
        return
    try:
        await client.open_stream()
    except Unexpected:
        if client.lost:
            return
        raise
    for element in client.inbox:
        raise Unexpected(f'what was sent before TLS was answered inside it\n{show(element)}')


def blob(*parts):
    return base64.b64encode('\0'.join(parts).encode()).decode()


async def auth(client, mechanism, text):
    client.send(f"<auth xmlns='{SASL}' mechanism='{mechanism}'>{text}</auth>")
    return await verdict(client)


async def verdict(client):
    element = await client.receive()
    if element.tag == f'{{{SASL}}}failure':
        return element[0].tag.split('}')[1]
    return element.tag.split('}')[1] if element is not LOST else 'lost'


for name, text, wanted in (
        ('without NULs', base64.b64encode(b'mallory').decode(), ('malformed-request', 'not-authorized')),
        ('not base64', '%%%', ('incorrect-encoding',)),
        ('base64 with rubbish behind', 'AG1hbGxvcnkAcHc===', ('incorrect-encoding',)),
        ('NUL in the password', blob('', 'mallory', 'pw-mallory', ''), ('malformed-request', 'not-authorized')),
        ('no user', blob('', '', 'pw-mallory'), ('malformed-request', 'not-authorized')),
        ('no password', blob('', 'mallory', ''), ('malformed-request', 'not-authorized')),
        ('not UTF-8', base64.b64encode(b'\0mallory\0\xff\xfe').decode(), ('malformed-request',))):
    @case(f'20 PLAIN {name}')
    async def _(stage, text=text, wanted=wanted):
        """A broken PLAIN message fails by its name, and the stream goes on."""
        client = await stage.stranger()
        found = await auth(client, 'PLAIN', text)
        if found not in wanted:
            raise Unexpected(f'the answer was {found}, not {" or ".join(wanted)}')
        refused = await client.authenticate()
        if refused:
            raise Unexpected(f'the right password was refused afterwards: {refused}')


@case('20 PLAIN with a password of 1 MB')
async def huge_password(stage):
    """Above the size of what a stranger may send: policy-violation."""
    client = await stage.stranger()
    client.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>{blob('', 'mallory', 'x' * 1000000)}</auth>")
    await ends_with(client, 'policy-violation')


@case('22 SCRAM with another nonce')
async def other_nonce(stage):
    """The nonce of the final message is not the server's: refused."""
    await bent_scram(stage, lambda final: final.replace(b',r=', b',r=x', 1))


@case('22 SCRAM without c=')
async def without_binding(stage):
    """The final message has no c=: refused."""
    await bent_scram(stage, lambda final: final.split(b',', 1)[1])


@case('22 SCRAM with another channel binding')
async def other_binding(stage):
    """The final message repeats another header than the first: refused."""
    await bent_scram(stage, lambda final: final.replace(b'c=biws', b'c=eSws', 1))


@case('22 SCRAM with a wrong proof')
async def wrong_proof(stage):
    """Refused, and no server signature is given away."""
    await bent_scram(stage, lambda final: final[:-8] + b'AAAAAAA=')


async def bent_scram(stage, bend):
    client = await stage.stranger()
    scram = sasl.Scram('SCRAM-SHA-1', 'mallory', 'pw-mallory')
    client.send(f"<auth xmlns='{SASL}' mechanism='SCRAM-SHA-1'>{base64.b64encode(scram.first()).decode()}</auth>")
    challenge = await client.expect(f'{{{SASL}}}challenge')
    final = bend(scram.final(base64.b64decode(challenge.text)))
    client.send(f"<response xmlns='{SASL}'>{base64.b64encode(final).decode()}</response>")
    found = await verdict(client)
    if found not in ('not-authorized', 'malformed-request'):
        raise Unexpected(f'the answer was {found}')


@case('22 SCRAM replay')
async def replay(stage):
    """A recorded exchange is worth nothing on another stream."""
    first = await stage.stranger()
    scram = sasl.Scram('SCRAM-SHA-1', 'mallory', 'pw-mallory')
    opening = base64.b64encode(scram.first()).decode()
    first.send(f"<auth xmlns='{SASL}' mechanism='SCRAM-SHA-1'>{opening}</auth>")
    challenge = await first.expect(f'{{{SASL}}}challenge')
    final = base64.b64encode(scram.final(base64.b64decode(challenge.text))).decode()
    first.send(f"<response xmlns='{SASL}'>{final}</response>")
    await first.expect(f'{{{SASL}}}success')
    second = await stage.stranger()
    second.send(f"<auth xmlns='{SASL}' mechanism='SCRAM-SHA-1'>{opening}</auth>")
    await second.expect(f'{{{SASL}}}challenge')
    second.send(f"<response xmlns='{SASL}'>{final}</response>")
    found = await verdict(second)
    if found not in ('not-authorized', 'malformed-request'):
        raise Unexpected(f'the answer was {found}')


@case('22 SCRAM salts do not tell who exists')
async def salts(stage):
    """An account that is not there has a salt too, the same at each try, and as many iterations."""
    seen = []
    for user in ('alice', 'ghost', 'ghost', 'phantom'):
        client = await stage.stranger()
        scram = sasl.Scram('SCRAM-SHA-256', user, 'x')
        client.send(f"<auth xmlns='{SASL}' mechanism='SCRAM-SHA-256'>{base64.b64encode(scram.first()).decode()}</auth>")
        challenge = await client.expect(f'{{{SASL}}}challenge')
        fields = dict(part.split('=', 1) for part in base64.b64decode(challenge.text).decode().split(','))
        seen.append((fields['s'], len(base64.b64decode(fields['s'])), fields['i']))
    if seen[1] != seen[2] or seen[1][0] == seen[3][0] or len({s[1:] for s in seen}) != 1:
        raise Unexpected(f'salts and iterations of alice, ghost, ghost, phantom: {seen}')


@case('23 SCRAM downgrade')
async def downgrade(stage):
    """A client that could bind the channel says `y`: -PLUS was offered, so somebody has tampered, and the login fails."""
    client = await stage.stranger()
    scram = sasl.Scram('SCRAM-SHA-256', 'mallory', 'pw-mallory', gs2='y,,')
    found = await auth(client, 'SCRAM-SHA-256', base64.b64encode(scram.first()).decode())
    if found == 'challenge':
        raise Unexpected('the downgrade was not seen')


@case('24 login before TLS')
async def before_tls(stage):
    """No mechanism works before TLS; neither does the authentication of old (XEP-0078)."""
    client = await stage.socket('tcp')
    await client.open_stream()
    found = await auth(client, 'PLAIN', blob('', 'mallory', 'pw-mallory'))
    if found not in ('encryption-required', 'invalid-mechanism'):
        raise Unexpected(f'the answer was {found}')
    client.send("<iq type='set' id='1'><query xmlns='jabber:iq:auth'><username>mallory</username>"
                '<password>pw-mallory</password><resource>r</resource></query></iq>')
    await ends_with(client, 'not-authorized', 'policy-violation')


@case('25 stanzas before login')
async def stanzas_first(stage):
    """not-authorized, and nobody gets them."""
    client = await stage.stranger()
    client.send("<message to='victor@b.example'><body>psst</body></message>")
    await ends_with(client, 'not-authorized')


@case('26 old authentication inside TLS')
async def old_authentication(stage):
    """jabber:iq:auth is not there."""
    client = await stage.stranger()
    client.send("<iq type='set' id='1'><query xmlns='jabber:iq:auth'><username>mallory</username>"
                '<password>pw-mallory</password><resource>r</resource></query></iq>')
    await ends_with(client, 'not-authorized')


@case('23 forged -PLUS')
async def forged_plus(stage):
    """A -PLUS login with made-up binding data fails."""
    client = await stage.stranger()
    scram = sasl.Scram('SCRAM-SHA-256', 'mallory', 'pw-mallory', gs2='p=tls-exporter,,')
    client.send(f"<auth xmlns='{SASL}' mechanism='SCRAM-SHA-256-PLUS'>{base64.b64encode(scram.first()).decode()}</auth>")
    challenge = await client.expect(f'{{{SASL}}}challenge')
    fields = dict(part.split('=', 1) for part in base64.b64decode(challenge.text).decode().split(','))
    key = sasl.salted('sha256', 'pw-mallory', base64.b64decode(fields['s']), int(fields['i']))
    binding = base64.b64encode(b'p=tls-exporter,,' + bytes(32)).decode()
    bare = f'c={binding},r={fields["r"]}'
    signed = f'{scram.first_bare},{base64.b64decode(challenge.text).decode()},{bare}'.encode()
    client_key = hmac.digest(key, b'Client Key', 'sha256')
    signature = hmac.digest(hashlib.sha256(client_key).digest(), signed, 'sha256')
    proof = base64.b64encode(bytes(a ^ b for a, b in zip(client_key, signature))).decode()
    client.send(f"<response xmlns='{SASL}'>{base64.b64encode(f'{bare},p={proof}'.encode()).decode()}</response>")
    found = await verdict(client)
    if found not in ('not-authorized', 'malformed-request'):
        raise Unexpected(f'the answer was {found}')
