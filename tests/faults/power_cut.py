"""A power cut, simulated: when the server has been killed, the changes that power_cut.c wrote down are undone as far as they were not
synced. How much of them a disk had got by itself is chosen: none, all, a part with a torn end, some pages, or zeros in their place.
"""
import contextlib
import itertools
import os
import shutil
import struct
from collections import defaultdict, namedtuple

from fixtures.client import Unexpected

HEAD = struct.Struct('<6Q')
Record = namedtuple('Record', 'place kind file at end was more')
PAGE, SECTOR = 4096, 512
REBUILT = '-shm'   # SQLite's index of its log: it writes it through a mapping, and makes it anew from the log
COUNTS = 'usage.map'  # of this hour: what of them is the kernel's alone may go, and that is no promise (docs/decisions/0052)


class PowerCut:
    """Of one data directory. `environment()` is for the server, `cut()` for when it has been killed. Changes that an earlier kill left
    unsynced are undone as well, if nobody has synced them since."""

    def __init__(self, data):
        self.data = os.path.realpath(data)
        self.journals, self.kept, self.cheat = [], self.data + '.kept', self.data + '.cheat'
        self.starts = itertools.count(1)
        os.makedirs(self.kept, exist_ok=True)

    def environment(self):
        """For one start: each has a journal of its own, since a kill may cut off its end."""
        self.journals.append(f'{self.data}.journal-{next(self.starts)}')
        return {'POWER_CUT': self.journals[-1], 'POWER_CUT_OF': self.data, 'POWER_CUT_KEPT': self.kept, 'POWER_CUT_CHEAT': self.cheat}

    def begin_to_cheat(self, of):
        """Until forget() the disk claims syncs of files with `of` in their path, and does not do them."""
        with open(self.cheat, 'w', encoding='ascii') as file:
            file.write(of)

    def is_cheating(self):
        return os.path.exists(self.cheat)

    def forget(self):
        """All that is there is on disk, and the disk is honest."""
        for path in (self.cheat, *self.journals):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
        self.journals.clear()
        for name in os.listdir(self.kept):
            os.unlink(os.path.join(self.kept, name))

    def close(self):
        self.forget()
        shutil.rmtree(self.kept)

    def cut(self, choice, keeps=None):
        """Gives how many changes of bytes and of names were undone. Without a choice all that can be, but for the bytes of files whose name
        ends with `keeps`: these had got to the disk."""
        files, folders, mapped = self.read()
        bytes_undone = self.undo_bytes(files, mapped, choice, keeps)
        names_undone = self.undo_names(folders, choice)
        for folder, _, names in os.walk(self.data):
            for name in names:
                if name.endswith(REBUILT):
                    os.unlink(os.path.join(folder, name))
        self.forget()
        return bytes_undone, names_undone

    def read(self):
        """{inode: its File}, {inode of a folder: its File}, and the inodes that are written through a mapping."""
        files, folders, mapped = defaultdict(File), defaultdict(File), set()
        for record in self.records():
            if record.kind in 'SF':
                for file in (files[record.file], folders[record.file]):
                    file.sync(record.at, record.kind == 'F')
            elif record.kind == 'M':
                mapped.add(record.file)
            else:
                (files if record.kind in 'WT' else folders)[record.file].changes.append(record)
        return files, folders, mapped

    def records(self):
        """Of all starts since the last cut. The place of a record, and up to which place a sync covers, counts through all journals."""
        before = 0
        for path in (path for path in self.journals if os.path.exists(path)):
            with open(path, 'rb') as journal:
                while len(head := journal.read(HEAD.size)) == HEAD.size:
                    place = before + journal.tell() - HEAD.size
                    kind, inode, at, end, was, size = HEAD.unpack(head)
                    more = journal.read(size)
                    if len(more) < size:
                        break   # it was killed in the midst of it, so the change was not made
                    yield Record(place, chr(kind), inode, before + at if chr(kind) in 'SF' else at, end, was, more)
            before += os.path.getsize(path)

    def undo_bytes(self, files, mapped, choice, keeps):
        paths, undone = self.paths(), 0
        for inode, file in files.items():
            path = paths.get(inode)
            if path is None or not file.changes + file.failed or (keeps and path.endswith(keeps)):
                continue
            if inode in mapped and not path.startswith(self.kept) and not path.endswith((REBUILT, COUNTS)):
                raise Unexpected(f'{path} is written through a mapping, which power_cut.c does not see')
            undone += undo_file(path, file, choice)
        return undone

    def paths(self):
        """{inode: path}, also of removed files."""
        found = {}
        for top in (self.kept, self.data):
            for folder, _, names in os.walk(top):
                for name in names:
                    path = os.path.join(folder, name)
                    found[os.lstat(path).st_ino] = path
        return found

    @staticmethod
    def undo_names(folders, choice):
        undone = [r for folder in folders.values() for r in folder.changes[how_many(folder.changes, choice):]]
        for record in sorted(undone, key=lambda r: r.place, reverse=True):
            undo_name(record.kind, *(os.fsdecode(text) for text in record.more.split(b'\0')[:3]))
        return len(undone)


class File:
    """Of one file or folder: the changes that no sync covers yet, those that a sync covers which failed, and the writes that last."""

    def __init__(self):
        self.changes, self.failed, self.lasting = [], [], []

    def sync(self, covered, has_failed):
        done = [r for r in self.changes if r.place < covered]
        self.changes = [r for r in self.changes if r.place >= covered]
        if not has_failed:
            self.lasting += [r for r in done if self.failed and r.kind == 'W']
        else:
            self.failed += [r for r in done if r.kind == 'W']
            self.changes = [r for r in done if r.kind != 'W'] + self.changes


def how_many(changes, choice):
    """Of the changes that were not synced so many, the first ones, had got to the disk by themselves."""
    if choice is None:
        return 0
    return choice.choice((0, 0, 0, len(changes), choice.randint(0, len(changes))))


def undo_file(path, of_file, choice):
    changes = of_file.changes
    undone = changes[how_many(changes, choice):]
    size = os.path.getsize(path)
    has_grown = undone and all(c.kind == 'W' and c.at >= c.was for c in undone)
    with open(path, 'r+b') as file:
        if choice and has_grown and choice.random() < 0.2:
            make_holes(file, undone[0].at, size, choice)
        else:
            undo_changes(file, undone, choice)
            now = file.seek(0, os.SEEK_END)
            if choice and has_grown and now < size and choice.random() < 0.2:
                file.truncate(choice.randint(now, size))   # the size got there, the bytes did not
        for change in reversed(of_file.failed):
            undo_failed(file, change, of_file.lasting)
    return len(undone) + len(of_file.failed)


def make_holes(file, begin, end, choice):
    """Some pages got to the disk, in no order."""
    for page in range(begin - begin % PAGE, end, PAGE):
        if choice.random() < 0.5:
            file.seek(max(page, begin))
            file.write(bytes(min(page + PAGE, end) - file.tell()))


def undo_changes(file, undone, choice):
    for change in reversed(undone[1:]):
        undo_change(file, change, change.at)
    if undone:
        first = undone[0]
        is_torn = choice and first.kind == 'W' and choice.random() < 0.3
        undo_change(file, first, tear(first, choice) if is_torn else first.at)


def undo_failed(file, change, lasting):
    """Brings the old bytes back, but where later writes that last are; the file keeps its size."""
    end = min(change.end, file.seek(0, os.SEEK_END))
    old = bytearray(change.more.ljust(change.end - change.at, b'\0'))
    for later in lasting:
        begin, stop = max(later.at, change.at), min(later.end, end)
        if later.place > change.place and begin < stop:
            file.seek(begin)
            old[begin - change.at:stop - change.at] = file.read(stop - begin)
    if change.at < end:
        file.seek(change.at)
        file.write(old[:end - change.at])


def tear(change, choice):
    """Where a write ends that was under way: anywhere behind the old end of the file, and within it between two sectors."""
    place = choice.randint(change.at, change.end)
    return place if place >= change.was else max(change.at, place - place % SECTOR)


def undo_change(file, change, begin):
    """From the place `begin` of a write on."""
    if change.kind == 'T' or begin > change.was:
        file.truncate(change.was if change.kind == 'T' else min(begin, file.seek(0, os.SEEK_END)))
    elif change.end > change.was:
        file.truncate(min(change.was, file.seek(0, os.SEEK_END)))
    old = change.more[begin - change.at:]
    if old:
        file.seek(begin)
        file.write(old)


def undo_name(kind, path, before, kept):
    if kind == 'C':
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
    elif kind == 'D':
        shutil.rmtree(path, ignore_errors=True)
    elif kind == 'd':
        os.makedirs(path, exist_ok=True)
    elif kind == 'U' and not os.path.lexists(path):
        os.link(kept, path)
    elif kind == 'R' and os.path.lexists(path) and not os.path.lexists(before):
        os.rename(path, before)
        if kept:
            os.link(kept, path)
