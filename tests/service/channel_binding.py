"""Channel binding (RFC 5802, RFC 5929, RFC 9266, XEP-0440): what is offered is what is taken, and a downgrade is seen."""
import base64
import hashlib
import ssl

from fixtures import sasl
from fixtures.client import SASL
from fixtures.transport import Tcp, XmlStream, connect, tls_context
from stage import case, must_equal

TLS_12, TLS_13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


class OfVersion(Tcp):
    """Direct TLS of one version."""

    def __init__(self, version, *arguments):
        super().__init__(*arguments, secure=True)
        self.version = version

    async def open(self, events):
        self.events, self.xml = events, XmlStream(events)
        context = tls_context(['xmpp-client'])
        context.minimum_version = context.maximum_version = self.version
        self.wire = await connect(self.address, self._data, self._lost, self.source, context, self.domain)


async def opened(stage, user, version):
    client = stage.client(user, 'tls')
    client.make_transport = lambda: OfVersion(version, client.server.addresses['c2s_tls'], client.domain, client.source)
    await client.open()
    return client


def offered(client):
    return {one.get('type') for one in client.features.iter('{urn:xmpp:sasl-cb:0}channel-binding')}


def bound_by(client, kind):
    """What Python knows of: its tls-unique is OpenSSL's, which there is over TLS 1.3 too."""
    ssl_object = client.transport.wire.transport.get_extra_info('ssl_object')
    if kind == 'tls-unique':
        return ssl_object.get_channel_binding('tls-unique')
    return hashlib.sha256(ssl_object.getpeercert(binary_form=True)).digest()


async def scram(client, mechanism, gs2, binding=b'', password=None):
    """`success`, or the condition of the failure; the stream is not begun anew."""
    exchange = sasl.Scram(mechanism, client.user, password or client.password, gs2, binding)
    client.send(f"<auth xmlns='{SASL}' mechanism='{mechanism}'>{base64.b64encode(exchange.first()).decode()}</auth>")
    element = await client.receive()
    if element.tag == f'{{{SASL}}}challenge':
        final = exchange.final(base64.b64decode(element.text))
        client.send(f"<response xmlns='{SASL}'>{base64.b64encode(final).decode()}</response>")
        element = await client.receive()
    return element[0].tag.split('}')[1] if len(element) else element.tag.split('}')[1]


@case('channel binding: what is offered is what is taken')
async def taken(stage):
    """By version of TLS; what is not offered, or is another connection's, is refused."""
    for version, types in ((TLS_12, {'tls-exporter', 'tls-unique', 'tls-server-end-point'}), (TLS_13, {'tls-exporter', 'tls-server-end-point'})):
        for user in ('romeo', 'juliet'):
            for mechanism in ('SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256-PLUS'):
                for kind in ('tls-unique', 'tls-server-end-point'):
                    client = await opened(stage, user, version)
                    must_equal(f'what is offered over {version.name}', offered(client), types)
                    binding = bound_by(client, kind)
                    must_equal(f'the answer to another {kind}', await scram(client, mechanism, f'p={kind},,', binding[::-1]), 'not-authorized')
                    found = await scram(client, mechanism, f'p={kind},,', binding)
                    must_equal(f'the answer to {kind} over {version.name}', found, 'success' if kind in types else 'malformed-request')
                    client.abort()


async def told_version(client):
    """The attribute `t` of the first message of SCRAM; none is ''."""
    exchange = sasl.Scram('SCRAM-SHA-1', client.user, client.password)
    client.send(f"<auth xmlns='{SASL}' mechanism='SCRAM-SHA-1'>{base64.b64encode(exchange.first()).decode()}</auth>")
    challenge = await client.receive()
    client.abort()
    fields = dict(part.split('=', 1) for part in base64.b64decode(challenge.text).decode().split(','))
    return fields.get('t', '')


@case('channel binding: SCRAM tells the version of TLS where it ends here for certain (XEP-0515)')
async def version_of_tls(stage):
    """Over HTTP a proxy may have another one."""
    for user in ('romeo', 'juliet'):
        for version, number in ((TLS_12, '0303'), (TLS_13, '0304')):
            must_equal(f'the version over {version.name}', await told_version(await opened(stage, user, version)), number)
        for transport, number in (('tls', '0304'), ('tcp', '0304'), ('wss', ''), ('boshs', '')):
            client = stage.client(user, transport)
            await client.open()
            must_equal(f'the version over {transport}', await told_version(client), number)


@case("channel binding: 'y' is believed of who has shown that they saw -PLUS, and of nobody else")
async def downgrade(stage):
    """docs/decisions/0011: only of the account, and on the stream, of an exchange whose password and TLS connection were right."""
    client = await opened(stage, 'romeo', TLS_13)
    right = bound_by(client, 'tls-unique')
    must_equal('before', await scram(client, 'SCRAM-SHA-256', 'y,,'), 'not-authorized')
    await scram(client, 'SCRAM-SHA-256-PLUS', 'p=tls-unique,,', right[::-1])
    must_equal('after the binding of another connection', await scram(client, 'SCRAM-SHA-256', 'y,,'), 'not-authorized')
    await scram(client, 'SCRAM-SHA-256-PLUS', 'p=tls-unique,,', right, 'guess')
    must_equal('after a wrong password', await scram(client, 'SCRAM-SHA-256', 'y,,'), 'not-authorized')
    await scram(client, 'SCRAM-SHA-256-PLUS', 'p=tls-unique,,', right)
    client.user, client.password = 'benvolio', 'pw-benvolio'
    must_equal('of another account', await scram(client, 'SCRAM-SHA-256', 'y,,'), 'not-authorized')
    client.user, client.password = 'romeo', 'pw-romeo'
    must_equal('of the same', await scram(client, 'SCRAM-SHA-256', 'y,,'), 'success')
    client.abort()
    client = await opened(stage, 'romeo', TLS_13)
    must_equal('on another stream', await scram(client, 'SCRAM-SHA-256', 'y,,'), 'not-authorized')
    client.abort()
