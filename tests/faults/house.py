"""A server with people, and a disk that can be told to be slow, full, failing or cut off."""
import asyncio
import contextlib
import os
import shutil

from fixtures.poll import pause, poll
from fixtures.server import ServerFailed
from load import jid_of
from people import EVERYBODY, People
from power_cut import PowerCut
import shims

LOGS = {'data': '.log', 'control': 'control.db-wal'}   # of each plane the file whose syncs a disk may only claim
PEOPLE = [jid_of(user) for user in EVERYBODY]


class House:
    """Owns the power cut's files and the gates; the server is the caller's, and starts anew in an empty directory."""

    def __init__(self, server):
        self.server = server
        self.power = PowerCut(server.data)
        self.people = People(server)

    async def make(self):
        data = self.power.data
        if self.server.is_running():
            await asyncio.to_thread(self.server.terminate)
            shutil.rmtree(data)
            os.mkdir(data)
        # power_cut is outermost: it sees a sync fail, and writes come while a slow one is under way.
        self.server.environment.update(
            shims.preload('power_cut', 'full_disk', 'failing_disk', 'slow_disk', 'wall_clock')
            | {f'{name}_DISK': self.path(name.lower()) for name in ('SLOW', 'FULL', 'FAILING')}
            | {f'{name}_DISK_OF': data + '/' for name in ('SLOW', 'FULL', 'FAILING')} | {'WALL_CLOCK': self.path('clock')})
        self.server.environment.update(self.power.environment())
        await asyncio.to_thread(self.server.start)
        await self.people.set_up()

    def path(self, name):
        return f'{self.power.data}.{name}'

    @contextlib.contextmanager
    def gate(self, name, text=''):
        """While it is open the disk is so."""
        self.tell(name, text)
        try:
            yield
        finally:
            os.unlink(self.path(name))

    def set_clock(self, seconds_ahead):
        self.tell('clock', str(seconds_ahead))

    def tell(self, name, text):
        """To the shim that reads the file of this name: at once, or not yet."""
        with open(self.path(name) + '.new', 'w', encoding='ascii') as file:
            file.write(text)
        os.rename(self.path(name) + '.new', self.path(name))

    def cut(self, choice):
        """Gives the words for the round's line."""
        shutil.rmtree(self.path('uncut'), ignore_errors=True)
        shutil.copytree(self.power.data, self.path('uncut'))
        for journal in self.power.journals:
            if os.path.exists(journal):
                shutil.copy2(journal, self.path('uncut'))
        return ', {} changes of bytes and {} of names undone'.format(*self.power.cut(None if self.power.is_cheating() else choice))

    async def round(self, plan):
        """Load, trouble, end, start, check. Gives more words for the round's line."""
        if plan.cheat in LOGS:
            self.power.begin_to_cheat(LOGS[plan.cheat])
        self.people.ghosts_last = False
        tasks = self.people.begin(plan.choice, plan.away)
        try:
            undone = await self.befall(plan, tasks)
        finally:
            self.people.is_ending = True
            errors = await self.people.end(tasks)
        if errors:
            raise errors[0]
        await asyncio.to_thread(self.start_again, plan.cheat)
        await self.people.check()
        return undone or ''

    async def befall(self, plan, tasks):
        await working(tasks, plan.load_s)
        self.people.is_disturbed = plan.trouble.harms
        await plan.trouble.bring(self, plan.choice)
        if plan.trouble.harms:
            await self.go_on(plan.load_s)
        await working(tasks, 0)
        if plan.cheat == 'accomplice':
            await self.deceive()
        self.people.is_ending = True
        return await plan.end.bring(self, plan.choice)

    def begin(self):
        """Starts the server and waits for nothing. Gives the event of its `ready`."""
        self.server.environment.update(self.power.environment())
        return self.server.begin()

    def start_again(self, cheat):
        """Where the disk has cheated the server rightly refuses to start; it is told to go on, so that the book can tell the losses."""
        shutil.rmtree(self.path('before'), ignore_errors=True)
        shutil.copytree(self.power.data, self.path('before'))
        self.server.environment.update(self.power.environment())
        try:
            self.server.start()
        except ServerFailed:
            if cheat is None:
                raise
            self.server.start('--accept-loss')

    async def go_on(self, for_s):
        """The trouble is over: the server says that it is well, and acknowledges messages again."""
        before = self.people.book.acknowledged()
        await poll(lambda: asyncio.to_thread(self.health),
                   lambda health: health == 200 and self.people.book.acknowledged() != before, 'the end of the trouble, by /healthz,')
        await pause(for_s)

    def health(self):
        try:
            return self.server.api.call('GET', '/healthz').status
        except OSError as error:
            return str(error)

    async def deceive(self):
        """Behind the book's back a message is sent again, and to a stranger."""
        for person in self.people.persons:
            person.count()
        said = next(s for s in reversed(self.people.book.said.values()) if s.is_acknowledged and s.to in PEOPLE and s.by in PEOPLE)
        stranger = next(jid for jid in PEOPLE if jid not in said.parties)
        accomplice = await self.people.client(said.by.split('@')[0]).login()
        await accomplice.enable_sm(resume=False)
        for to in (said.to, stranger):
            accomplice.send(f"<message to='{to}' type='chat'><body>{said.text.replace('>', '&gt;')}</body></message>")
        await accomplice.drained()
        accomplice.abort()

    async def check_whole(self):
        """All archives once more, from their beginning."""
        for owner in list(self.people.book.archives):
            await self.people.check_archive(owner, whole=True)

    def keep(self, folder):
        """Copies the data as it was before the last power cut (with its journals), before the last start, and is, and the server's log."""
        os.makedirs(folder)
        for name in ('uncut', 'before'):
            if os.path.isdir(self.path(name)):
                shutil.copytree(self.path(name), os.path.join(folder, name))
        shutil.copytree(self.power.data, os.path.join(folder, 'data'))
        shutil.copy2(self.server.log_path, folder)

    def close(self):
        for person in self.people.persons:
            person.client.abort()
        self.server.close()
        self.power.close()
        for name in ('uncut', 'before'):
            shutil.rmtree(self.path(name), ignore_errors=True)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path('clock'))


async def working(tasks, for_s):
    """So long; a task that ends with an error raises it."""
    done, _ = await asyncio.wait(tasks, timeout=for_s, return_when=asyncio.FIRST_EXCEPTION)
    for task in done:
        task.result()
