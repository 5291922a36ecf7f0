"""A crowd at the door that never logs in: it takes no file from storage, and nobody's place."""
import asyncio
import contextlib

from fixtures import limits
from fixtures.client import Client, Unexpected
from fixtures.poll import poll
from fixtures.shown import show

CASES = []
FILES, PLACES = 700, 124   # open files, and connections that they allow
CROWD = 400


async def make_users(server):
    users = {}
    for tenant, names in {'montague': ('romeo', 'benvolio'), 'capulet': ('juliet', 'nurse')}.items():
        await asyncio.to_thread(server.api.create_tenant, tenant, f'{tenant}.example')
        for name in names:
            await asyncio.to_thread(server.api.create_account, tenant, name, 'pw-' + name)
            users[name] = Client(server, name, name, f'{tenant}.example', 'pw-' + name)
    return users


async def come_online(client):
    await client.login()
    client.send('<presence/>')
    await client.pick(lambda e: e.get('from') == client.jid)


async def crowd(server):
    """Hundreds of connections without a login, more than there are files for: those inside stay and are served, others log in, what is sent
    is stored, and of the crowd those go that came first."""
    users = await make_users(server)
    romeo, juliet, nurse, benvolio = (users[name] for name in ('romeo', 'juliet', 'nurse', 'benvolio'))
    for user in (romeo, juliet):
        await come_online(user)
    silent, gone = [], []
    port = server.port('c2s')

    async def watch(number, reader):
        with contextlib.suppress(ConnectionError):
            await reader.read()
        gone.append(number)
    for number in range(CROWD):
        reader, writer = await asyncio.open_connection(server.address, port)
        silent.append((writer, asyncio.create_task(watch(number, reader))))
    try:
        for number in range(20):
            juliet.send(f"<message to='romeo@montague.example' type='chat' id='in-{number}'><body>still here</body></message>")
            await romeo.pick(lambda e, n=number: e.get('id') == f'in-{n}')
            juliet.send(f"<message to='benvolio@montague.example' type='chat' id='away-{number}'><body>for later</body></message>")
        for user in (nurse, benvolio):
            await come_online(user)
        for number in range(20):
            await benvolio.pick(lambda e, n=number: e.get('id') == f'away-{n}')
        wrong = [show(e) for u in (juliet, nurse) for e in u.inbox if e.tag.endswith('}message')]
        if wrong:
            raise Unexpected(f'somebody got what is not theirs: {wrong}')
        await poll(lambda: len(gone), lambda count: count >= CROWD - PLACES, 'the end of all for whom there is no place', limits.START_S)
        if CROWD - 1 in gone:
            raise Unexpected('the last of the crowd had to go before earlier ones')
    finally:
        for writer, task in silent:
            writer.close()
            task.cancel()
crowd.settings = ['server.loops=1', 'c2s.login_timeout_s=3600']  # nobody leaves by himself
crowd.files = FILES
CASES.append(('crowd: who never logs in takes neither files nor places', crowd))
