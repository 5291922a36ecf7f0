#!/usr/bin/env bash
# Five seconds of Opus that were cut out of a stream after an hour last an hour and five seconds, for all who are asked but one.
#
# The pages of an Ogg stream count samples from where the stream began, and a recording that joins late may keep those counts (RFC 7845
# section 4.5): what is played is the difference from the first page on. One would guess that readers of tags know that, since recorders of
# radio write such files. mutagen, music-metadata and FFmpeg (asked by PyAV) take the last count for the length; FFmpeg decodes five seconds
# all the same. Of two streams one behind the other, which the RFC allows too, they tell the length of one. libopusfile is right about both.
#
# Seen with mutagen 1.48.1, music-metadata 11.16.1, PyAV 18.1.0 and libopusfile 0.12 (of Debian 12).
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages music-metadata@11.16.1
python_packages mutagen==1.48.1 av==18.1.0
apt-get download libopusfile0=0.12-4 libopus0=1.3.1-3 libogg0=1.3.5-3 >&2
for package in *.deb; do dpkg -x "$package" package; done
cat >write.py <<'PY'
import struct


def crc(data):
    value = 0
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04c11db7 if value & 0x80000000 else 0)) & 0xffffffff
    return value


def page(flags, position, serial, number, packets):
    data = struct.pack('<4sBBqIIIB', b'OggS', 0, flags, position, serial, number, 0, len(packets))
    data += bytes(map(len, packets)) + b''.join(packets)
    return data[:22] + struct.pack('<I', crc(data)) + data[26:]


def stream(begin, serial):
    """Five seconds of silence: 250 packets of 20 ms, on pages of a second each."""
    data = page(2, 0, serial, 0, [struct.pack('<8sBBHIhB', b'OpusHead', 1, 1, 312, 48000, 0, 0)])
    data += page(0, 0, serial, 1, [struct.pack('<8sI4sI', b'OpusTags', 4, b'none', 0)])
    for second in range(1, 6):
        data += page(4 if second == 5 else 0, begin + 48000 * second, serial, 1 + second, [b'\xf8\xff\xfe'] * 50)
    return data


for name, data in ('whole', stream(0, 1)), ('late', stream(48000 * 3600, 1)), ('two', stream(0, 1) + stream(0, 2)):
    open(f'{name}.opus', 'wb').write(data)
PY
cat >read.py <<'PY'
import ctypes
import glob

import av
from mutagen.oggopus import OggOpus

for name in 'libogg', 'libopus', 'libopusfile':
    lib = ctypes.CDLL(glob.glob(f'package/usr/lib/*/{name}.so.0')[0], mode=ctypes.RTLD_GLOBAL)
lib.op_open_file.restype = ctypes.c_void_p
lib.op_pcm_total.restype = ctypes.c_int64
for name in 'whole.opus', 'late.opus', 'two.opus':
    with av.open(name) as file:
        told = file.duration / 1e6
        decoded = sum(frame.samples for frame in file.decode(audio=0)) / 48000
    total = lib.op_pcm_total(ctypes.c_void_p(lib.op_open_file(name.encode(), None)), -1) / 48000
    print(f'{name}: mutagen {OggOpus(name).info.length:.0f} s, FFmpeg {told:.0f} s (decodes {decoded:.0f} s), libopusfile {total:.0f} s')
PY
cat >read.mjs <<'JS'
import { parseFile } from 'music-metadata';

for (const name of ['whole.opus', 'late.opus', 'two.opus']) {
  const { format } = await parseFile(name, { duration: true });
  console.log(`${name}: music-metadata ${format.duration.toFixed()} s`);
}
JS
"$python" write.py
expect "$("$python" read.py; node read.mjs)" <<'EXPECTED'
whole.opus: mutagen 5 s, FFmpeg 5 s (decodes 5 s), libopusfile 5 s
late.opus: mutagen 3605 s, FFmpeg 3605 s (decodes 5 s), libopusfile 5 s
two.opus: mutagen 5 s, FFmpeg 5 s (decodes 10 s), libopusfile 10 s
whole.opus: music-metadata 5 s
late.opus: music-metadata 3605 s
two.opus: music-metadata 5 s
EXPECTED
