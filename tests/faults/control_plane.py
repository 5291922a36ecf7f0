"""A control plane that fails while the server runs: who asks is told so, and neither what is stored nor how."""
import asyncio
import contextlib
import sqlite3

from fixtures.client import Client, Unexpected

CASES = []
TEXT = '{urn:ietf:params:xml:ns:xmpp-stanzas}text'
TRIES = 25   # more than may be wrong for one account from one address
ENGINE_S = ('accounts', 'control plane', 'SELECT', 'INSERT', 'no such table', '.db')


def away(server, is_away):
    """The table of accounts goes away, as if its pages could not be read, or is there again."""
    with contextlib.closing(sqlite3.connect(server.data + '/control.db', timeout=30)) as database:
        database.execute('alter table ' + ('accounts rename to gone' if is_away else 'gone rename to accounts'))


async def try_login(server, user, mechanism):
    client = Client(server, user, user, 'montague.example', 'pw-' + user)
    await client.open()
    refused = await client.authenticate(mechanism)
    client.abort()
    return refused


async def fails(server):
    """A login is answered temporary-auth-failure, by any mechanism, and is not counted as a wrong password; what a stanza error and the
    API say names an id, under which the log has the reason."""
    for tenant, user in (('montague', 'romeo'), ('capulet', 'juliet')):
        await asyncio.to_thread(server.api.create_tenant, tenant, f'{tenant}.example', registration=True)
        await asyncio.to_thread(server.api.create_account, tenant, user, 'pw-' + user)
    await asyncio.to_thread(away, server, True)
    for number in range(TRIES):
        for mechanism in ('PLAIN', 'SCRAM-SHA-1') if number == 0 else ('SCRAM-SHA-1',):
            refused = await try_login(server, 'romeo', mechanism)
            if refused != 'temporary-auth-failure':
                raise Unexpected(f'{mechanism} was answered {refused}')
    stranger = Client(server, 'paris', 'paris', 'montague.example', 'pw-paris')
    await stranger.open()
    stranger.send("<iq type='set' id='r'><query xmlns='jabber:iq:register'><username>paris</username><password>pw</password></query></iq>")
    answer = await stranger.receive()
    called = await asyncio.to_thread(server.api.call, 'POST', '/operator/v1/tenants/montague/accounts',
                                     {'localpart': 'paris', 'password': 'pw'})
    stranger.abort()
    for said in (answer.findtext('.//' + TEXT), called.json['detail']):
        shown = [word for word in ENGINE_S if word in (said or '')]
        words = (said or '').rstrip('.').split()
        if shown or not words or f'id={words[-1]}' not in server.words_of_start():
            raise Unexpected(f'who asked was told {said!r}; the log has\n{server.words_of_start()}')
    await asyncio.to_thread(away, server, False)
    for mechanism in ('PLAIN', 'SCRAM-SHA-1'):
        if refused := await try_login(server, 'romeo', mechanism):
            raise Unexpected(f'when it was well again {mechanism} was answered {refused}')
CASES.append(('control plane: a failure is no wrong password, and is told in no words of its own', fails))
