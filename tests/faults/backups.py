"""Backups: what was acknowledged before one began is in it, also under load; what is cut short or damaged is never taken for a whole one."""
import asyncio
import fcntl
import glob
import json
import os
import shutil
import subprocess
import tempfile

import damage
import rot
import slow_disk
from backup_folder import Backups, good, refused, restored, run
from fixtures import limits
from fixtures.client import Client, Unexpected
from fixtures.poll import poll
from fixtures.server import Server, binary
from fixtures.shown import show
from load import Load, book_of_then, promised_until_now

CASES = []


async def under_load(server):
    """Made while two tenants talk, and restored elsewhere: what was acknowledged before is there once, and nobody has another's."""
    load = Load(server)
    await load.set_up()
    with Backups(server) as backups:
        made = []
        tasks = await load.run(300)
        for turn in range(3):
            promised = promised_until_now(load)
            making = asyncio.ensure_future(backups.make())
            for number in range(5):   # the control plane is written meanwhile
                await asyncio.to_thread(server.api.create_tenant, f'late-{turn}-{number}', f'late-{turn}-{number}.example')
            made.append((await making, promised))
        await load.stop(tasks)
        load.cut()
        for (source, _), promised in made:
            with Server('faults-restored', server.settings) as other:
                await asyncio.to_thread(other.terminate)
                shutil.rmtree(other.data)
                await backups.restore(other.data, source)
                other.start()
                checked = await Load(other, book_of_then(load, promised)).check()
                if checked < 300:
                    raise Unexpected(f'only {checked} promises were checked')
                await asyncio.to_thread(other.terminate)
                other.start()   # once more, by itself
CASES.append(('backup: under load', under_load))


async def few_bytes(server):
    """The next one copies what is new only, and shares the rest; both are whole, also when the other is gone; --keep removes the oldest."""
    await damage.make_house(server)
    server.start()
    with Backups(server) as backups:
        first, all_bytes = await backups.make()
        tables = [name for name in os.listdir(first + '/data') if name.endswith('.sst')]
        second, few = await backups.make()
        if not tables or few > all_bytes / 4:
            raise Unexpected(f'the first of {tables} copied {all_bytes} bytes, the second, with nothing new, {few}')
        if copied := [t for t in tables if not os.path.samefile(f'{first}/data/{t}', f'{second}/data/{t}')]:
            raise Unexpected(f'{copied} are there twice')
        await damage.say(server, [damage.MESSAGES])
        third, _ = await backups.make('--keep', '2')
        if backups.names() != [os.path.basename(path) for path in (second, third)]:
            raise Unexpected(f'with --keep 2 there are {backups.names()}')
        for source, count in ((second, damage.MESSAGES), (third, damage.MESSAGES + 1)):
            await restored(server, backups, source, count)
        for top, _, files in os.walk(third):
            for path in [top, *(os.path.join(top, name) for name in files)]:
                if os.stat(path).st_mode & 0o077:
                    raise Unexpected(f'others can read {path}')
CASES.append(('backup: copies what is new, keeps so many', few_bytes))


async def not_running(server):
    """Of a server that was stopped, and of one that was killed."""
    await damage.make_house(server)
    with Backups(server) as backups:
        killed, _ = await backups.make()
        server.start()
        await asyncio.to_thread(server.terminate)
        stopped, _ = await backups.make()
        for source in (killed, stopped):
            await restored(server, backups, source)
        server.start()
        await damage.all_there(server)
CASES.append(('backup: of a server that does not run', not_running))


async def flipped_byte(server):
    """One byte of any file: a restore is refused with the file's name before anything is made, and the next backup is whole again."""
    await damage.make_house(server)
    server.start()
    with Backups(server) as backups:
        made, _ = await backups.make()
        table = next('data/' + name for name in sorted(os.listdir(made + '/data')) if name.endswith('.sst'))
        target = backups.folder + '.restored'
        for name in ('control.db', 'seal.key', 'manifest.json', 'teahouse.toml', table):
            flip(f'{made}/{name}')
            await refused([binary(), 'restore', '--from', made, '--data', target], f'{made}/{name} is damaged')
            if os.path.exists(target):
                raise Unexpected(f'{name}: something was restored')
            if name != table:
                flip(f'{made}/{name}')
        done = await run(backups.backup_command())
        if done.returncode != 0 or f'{made}/{table} is damaged' not in done.stderr:
            raise Unexpected(f'of the damaged table it said {done.stderr}')
        await restored(server, backups, backups.folder)
        newest, _ = await backups.make()
        os.unlink(f'{newest}/seal.key')
        await refused([binary(), 'restore', '--from', newest, '--data', target], f'{newest}/seal.key', 'No such file')
CASES.append(('backup: a flipped byte is refused', flipped_byte))


def flip(path):
    with open(path, 'r+b') as file:
        file.seek(os.path.getsize(path) // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))


async def killed(server):
    """kill -9 in the middle of a backup: it is none, the earlier one is as it was, the next is whole and takes all away that was left;
    in the middle of a restore: no server starts on what there is, and the restore is done again."""
    await damage.make_house(server)
    server.start()
    shim = slow_disk.prepare()
    with Backups(server) as backups:
        first, _ = await backups.make()
        slow_disk.stop_disk()
        process = subprocess.Popen(backups.backup_command(), env={**os.environ, **shim, 'SLOW_DISK_OF': '/unfinished/'})
        await poll(lambda: os.path.exists(backups.folder + '/unfinished/control.db'), what='the first file of the backup')
        with Backups(server) as elsewhere:
            for other in (backups, elsewhere):   # the folder is taken, and the house
                await refused(other.backup_command(), 'Another backup')
        process.kill()
        process.wait()
        slow_disk.free_disk()
        if not os.path.exists(server.data + '/snapshot.reading') or backups.names() != [os.path.basename(first), 'unfinished']:
            raise Unexpected(f'there are {backups.names()}')
        await restored(server, backups, backups.folder)
        second, _ = await backups.make()
        if os.path.exists(server.data + '/snapshot.reading') or backups.names() != [os.path.basename(path) for path in (first, second)]:
            raise Unexpected(f'{backups.names()} are left')
        data = backups.folder + '/restored'
        slow_disk.stop_disk()
        process = subprocess.Popen([binary(), 'restore', '--from', second, '--data', data], env={**os.environ, **shim,
                                                                                                'SLOW_DISK_OF': '/restored/data'})
        await poll(lambda: os.path.exists(data + '/data') and os.listdir(data + '/data'), what='the first file of the restore')
        process.kill()
        process.wait()
        slow_disk.free_disk()
        done = await run([binary(), 'serve', '--data', data])
        if done.returncode != 1 or 'half a house' not in done.stderr:
            raise Unexpected(f'a server on half a house said {done.stderr}')
        await backups.restore(data, second)
        if os.path.exists(data + '/RESTORING'):
            raise Unexpected('the mark of a restore is left')
        shutil.rmtree(data)
        await restored(server, backups, second)
    server.kill()
    os.mkdir(server.data + '/snapshot')
    server.start()
    if os.path.exists(server.data + '/snapshot'):
        raise Unexpected('a start leaves what a backup has left')
CASES.append(('backup: killed in the middle', killed))


async def snapshots_meanwhile(server):
    """What is asked for while a backup is made never takes the place of what that reads."""
    await damage.make_house(server)
    server.start()
    shim = slow_disk.prepare()
    with Backups(server) as backups:
        slow_disk.stop_disk()
        making = asyncio.ensure_future(run(backups.backup_command(), {**shim, 'SLOW_DISK_OF': '/unfinished/'}))
        await poll(lambda: os.path.exists(backups.folder + '/unfinished/control.db'), what='the first file of the backup')
        for number in range(2):
            await damage.say(server, [damage.MESSAGES + number])
            await asyncio.to_thread(server.api.must, 'POST', '/operator/v1/snapshot')
        slow_disk.free_disk()
        done = await making
        if done.returncode != 0 or done.stderr:
            raise Unexpected(f'it ended with {done.returncode}: {done.stderr}')
        await restored(server, backups, backups.folder)
        if left := [name for name in os.listdir(server.data) if name.startswith('snapshot')]:
            raise Unexpected(f'{left} are left')
    answers = await asyncio.gather(*(asyncio.to_thread(server.api.call, 'POST', '/operator/v1/snapshot') for _ in range(8)))
    kinds = {answer.status for answer in answers}
    if 201 not in kinds or not kinds <= {201, 409}:
        raise Unexpected(f'eight at once were answered {kinds}')
    server.kill()
    os.mkdir(server.data + '/snapshot.reading')
    server.start()
    if left := [name for name in os.listdir(server.data) if name.startswith('snapshot')]:
        raise Unexpected(f'a start leaves {left}')
CASES.append(('backup: while snapshots are asked for', snapshots_meanwhile))


async def set_aside(server):
    """Of a house that has lost a part the earlier backups stay, and the command says so and fails."""
    words = await rot.make_house(server)
    with Backups(server) as backups:
        before = backups.folder + '.before'
        shutil.copytree(server.data, before)   # to open the house itself would move what is to rot
        await good([binary(), 'backup', '--data', before, '--to', backups.folder])
        shutil.rmtree(before)
        [first] = backups.names()
        rot.rot(server, words.of['montague'][rot.ROTTEN])
        server.start()
        await rot.is_error(server, 'montague')
        await rot.word_of_damage(server)
        done = await run(backups.backup_command('--keep', '1'))
        if done.returncode != 1 or 'set aside as damaged' not in done.stderr or 'no earlier backup was removed' not in done.stderr:
            raise Unexpected(f'it ended with {done.returncode}: {done.stdout}{done.stderr}')
        if json.loads(done.stdout)['set_aside'] != 1:
            raise Unexpected(f'as JSON it said {done.stdout}')
        if len(backups.names()) != 2 or first not in backups.names():
            raise Unexpected(f'there are {backups.names()}')
set_aside.settings = ['server.loops=3', 'storage.scrub_mib_per_s=0']
CASES.append(('backup: of a house with a part set aside', set_aside))


async def is_shut(server):
    """Whose roster is gone gets no session in which it would be empty."""
    client = Client(server, 'romeo', 'romeo', 'montague.example', 'pw-romeo')
    await client.open()
    if refusal := await client.authenticate():
        raise Unexpected(f'romeo could not log in: {refusal}')
    client.send("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
    answer = show(await client.pick(lambda e: e.get('id') == 'bind'))
    client.abort()
    if 'internal-server-error' not in answer or any(word in answer for word in rot.ENGINE_S):
        raise Unexpected(f'romeo was told\n{answer}')


async def blanked(server):
    """Of a house of which a whole table is gone: it says so, and what comes back is like it: it starts, and shows nothing for empty."""
    await rot.make_house(server)
    table = max(glob.glob(server.data + '/data/*.sst'), key=os.path.getsize)
    size = os.path.getsize(table)
    with open(table, 'r+b') as file:
        file.write(b'r' * size)
    server.start()
    await is_shut(server)
    with Backups(server) as backups:
        done = await run(backups.backup_command())
        if done.returncode != 1 or 'set aside as damaged' not in done.stderr or json.loads(done.stdout)['set_aside'] < 1:
            raise Unexpected(f'it ended with {done.returncode}: {done.stdout}{done.stderr}')
        with Server('faults-restored', server.settings) as other:
            await asyncio.to_thread(other.terminate)
            shutil.rmtree(other.data)
            await backups.restore(other.data)
            for _ in range(2):
                other.start()
                await is_shut(other)
                await asyncio.to_thread(other.terminate)
CASES.append(('backup: of a house with a whole table gone', blanked))


async def no_houses(server):
    """A backup is no house; a folder in which a server has begun is not restored into, nor does one begin where a restore is at work."""
    await damage.make_house(server, 1)
    with Backups(server) as backups:
        made, _ = await backups.make()
        before = sorted(os.listdir(made))
        for command in ([binary(), 'serve', '--data', made], [binary(), 'check', '--take-out', '--data', made]):
            await refused(command, f'{made} is a backup', 'teahouse restore')
        if sorted(os.listdir(made)) != before:
            raise Unexpected(f'in the backup are {os.listdir(made)}')
        data = backups.folder + '.house'
        os.mkdir(data)
        lock = os.open(data, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)   # as a restore that has not yet written its mark
        await refused([binary(), 'serve', '--data', data], f'A restore into {data}, or the first start', 'is at work')
        os.close(lock)
        if os.listdir(data):
            raise Unexpected(f'it has made {os.listdir(data)}')
        await begun_meanwhile(backups, made, data)
        shutil.rmtree(data)
        for name in ('seal.key', 'operator.key'):
            os.rename(f'{server.data}/{name}', f'{server.data}/kept')
            done = await run(backups.backup_command())
            if (done.returncode, 'seal.key can\'t be looked at' in done.stderr) != ((1, True) if name == 'seal.key' else (0, False)):
                raise Unexpected(f'without {name} it ended with {done.returncode}: {done.stderr}')
            os.rename(f'{server.data}/kept', f'{server.data}/{name}')
        await no_links(server, backups)
CASES.append(('backup: what is no house, and what may not be a backup', no_houses))


def is_free(folder):
    """Whether a restore could take the lock of it."""
    file = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(file)
    return True


async def first_starts(server):
    """While a house begins in a folder that was not there before, neither a restore nor another server begins in it too."""
    await damage.make_house(server, 1)
    shim = slow_disk.prepare()
    with Backups(server) as backups:
        made, _ = await backups.make()
        with Server('faults-beginning', server.settings, shim) as other:
            await asyncio.to_thread(other.terminate)
            data = other.data
            shutil.rmtree(data)
            slow_disk.stop_disk()
            ready = other.begin()
            await poll(lambda: os.path.exists(data) and os.listdir(data), what='the first file of the house')
            if is_free(data):
                raise Unexpected('a restore that has looked at the folder before would go on')
            await refused([binary(), 'restore', '--from', made, '--data', data], data)
            await refused([binary(), 'serve', '--data', data], data, 'Start this when it has ended')
            slow_disk.free_disk()
            if not await asyncio.to_thread(ready.wait, limits.START_S) or not other.is_running():
                raise Unexpected(f'the first start ended with {other.process.poll()}: {other.words_of_start()}')
            await asyncio.to_thread(other.terminate)
            if not is_free(data):
                raise Unexpected('the lock is left')
            other.start()
CASES.append(('backup: nothing else begins where a house begins', first_starts))


async def begun_meanwhile(backups, made, data):
    """A restore that reads its backup still when something begins in the folder."""
    control = f'{made}/control.db'
    os.rename(control, control + '.kept')
    os.mkfifo(control)   # it waits for a writer
    restoring = asyncio.ensure_future(run([binary(), 'restore', '--from', made, '--data', data]))
    with await asyncio.to_thread(open, control, 'wb') as pipe:
        with open(data + '/control.db', 'w', encoding='ascii') as file:
            file.write('a house')
        with open(control + '.kept', 'rb') as kept:
            await asyncio.to_thread(pipe.write, kept.read())
    done = await restoring
    os.replace(control + '.kept', control)
    if done.returncode == 0 or 'is not empty (control.db)' not in done.stderr or os.listdir(data) != ['control.db']:
        raise Unexpected(f'it ended with {done.returncode}: {done.stderr}; there are {os.listdir(data)}')


async def no_links(server, backups):
    """data/ elsewhere: a backup would halt the server for as long as it copies all of it."""
    elsewhere = tempfile.mkdtemp(dir='/dev/shm')
    shutil.copytree(server.data + '/data', elsewhere + '/data')
    shutil.rmtree(server.data + '/data')
    os.symlink(elsewhere + '/data', server.data + '/data')
    before = backups.names()
    await refused(backups.backup_command(), 'by hard links')
    if backups.names() != before:
        raise Unexpected(f'there are {backups.names()}')
    os.unlink(server.data + '/data')
    shutil.move(elsewhere + '/data', server.data + '/data')
    os.rmdir(elsewhere)


async def wrong_places(server):
    """Each is refused with what to do, and nothing is changed there."""
    await damage.make_house(server, 1)
    server.start()
    with Backups(server) as backups:
        folder, data = backups.folder, server.data

        def to(path):
            return [binary(), 'backup', '--data', data, '--to', path]

        def restore(source, target):
            return [binary(), 'restore', '--from', source, '--data', target]

        for inside in (data, data + '/data', os.path.dirname(data)):
            await refused(to(inside), 'outside of')
        await refused(to(folder + '/none'), 'is not there', 'mkdir')
        await refused([binary(), 'backup', '--data', folder, '--to', folder + '.x'], 'holds no house')
        await refused(restore(folder, folder + '.x'), 'holds no backup')
        with open(folder + '/holiday.jpg', 'w', encoding='ascii'):
            pass
        await refused(to(folder), 'holds other things', 'holiday.jpg')
        os.unlink(folder + '/holiday.jpg')
        await backups.make()
        await refused(restore(folder, data), 'is not empty')
        with Server('faults-restored', server.settings) as other:
            await refused([binary(), 'backup', '--data', other.data, '--to', folder], 'another house')
        if len(backups.names()) != 1:
            raise Unexpected(f'there are {backups.names()}')
CASES.append(('backup: wrong places are refused', wrong_places))
