"""kill -9 and SIGTERM under load."""
import asyncio
import signal

from fixtures import limits
from fixtures.client import Unexpected
from load import Load

CASES = []
STREAM_ERROR = '{http://etherx.jabber.org/streams}error'
SHUTDOWN = '{urn:ietf:params:xml:ns:xmpp-streams}system-shutdown'

for enough in (50, 500, 3000):
    async def kill(server, enough=enough):
        """What an <a/> covered, an API answer promised or a stanza-id named is in the archives after kill -9, and what waited for those
        who were away is delivered; three times in a row on the same data."""
        load = Load(server)
        await load.set_up()
        for turn in range(3):
            tasks = await load.run(enough)
            server.kill()
            await finish(tasks, load)
            server.start()
            before = load.book.checked
            promised = await load.check() - before
            if promised < enough:
                raise Unexpected(f'only {promised} promises were checked in turn {turn + 1}')
            load = await again(server, load)
    CASES.append((f'kill -9 under load: after {enough} acknowledged messages', kill))


async def again(server, old):
    """The next turn, with the same tenants."""
    load = Load(server, old.book)
    load.keys = old.keys
    await load.enter()
    return load


async def finish(tasks, load):
    done, pending = await asyncio.wait(tasks, timeout=limits.ANSWER_S)
    for task in pending:
        task.cancel()
    load.cut()
    for task in done:
        task.result()


async def drain(server):
    """SIGTERM under load: every stream ends with system-shutdown or, of a session that can be resumed, is cut, the program with status 0; all
    promises are kept, and nothing is stored that was not acknowledged, so that nobody sends it again."""
    load = Load(server)
    await load.set_up()
    tasks = await load.run(500)
    ending = asyncio.ensure_future(asyncio.to_thread(server.terminate))
    status = await ending
    await finish(tasks, load)
    for sender in load.senders:
        errors = [e for e in sender.client.inbox if e.tag == STREAM_ERROR]
        is_cut = not errors and not sender.client.ended and sender.client.lost
        if not is_cut and (not errors or errors[-1].find(SHUTDOWN) is None):
            raise Unexpected(f'{sender.client.name} was not told system-shutdown')
    if status != 0:
        raise Unexpected(f'the server ended with status {status}')
    server.start()
    await load.check()
    stored = {text for rows in load.book.archives.values() for _, text in rows}
    untold = [said.text for said in load.book.said.values() if said.text in stored and not said.is_acknowledged]
    if untold:
        raise Unexpected(f'{len(untold)} messages are stored and were not acknowledged, for instance {untold[0]}')
CASES.append(('SIGTERM under load: drains', drain))


async def twice(server):
    """A second SIGTERM while the first is at work does no harm."""
    load = Load(server)
    await load.set_up()
    tasks = await load.run(200)
    server.signal(signal.SIGTERM)
    server.signal(signal.SIGTERM)
    await asyncio.to_thread(server.process.wait, limits.STOP_S)
    await finish(tasks, load)
    server.start()
    await load.check()
CASES.append(('SIGTERM twice: drains', twice))


async def while_starting(server):
    """kill -9 while the server starts, again and again, leaves data that it starts with."""
    load = Load(server)
    await load.set_up()
    tasks = await load.run(200)
    server.kill()
    await finish(tasks, load)
    for _ in range(5):
        server.begin()
        server.kill()
    server.start()
    await load.check()
CASES.append(('kill -9 while starting: starts all the same', while_starting))
