#!/usr/bin/env bash
# wslay takes a WebSocket close frame with a registered code for a protocol error.
#
# IANA's registry of close codes (RFC 6455 section 11.7) has 1012 (service restart), 1013 (try again later) and 1014 (bad gateway). A peer that
# sends one of them, with a well-formed frame, is answered with 1002 (protocol error), and the program is handed no close message, so that it
# can't tell a restart, after which one comes back, from a broken peer. 1000 to 1011 (but the reserved ones) and 3000 to 4999 are echoed. One
# would guess that a library of 2015 and later knows the codes of 2011 to 2013, or lets those through that it doesn't know, as most do.
#
# Seen with wslay 1.1.1 (libwslay1 of Debian 12).
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

apt-get download libwslay1=1.1.1-3+b1 >&2
dpkg -x libwslay1_*.deb package
cat >close.py <<'PY'
import ctypes
import glob

lib = ctypes.CDLL(glob.glob('package/usr/lib/*/libwslay.so.1')[0])
Size, Void = ctypes.c_ssize_t, ctypes.c_void_p


class Message(ctypes.Structure):    # struct wslay_event_on_msg_recv_arg
    _fields_ = [('rsv', ctypes.c_uint8), ('opcode', ctypes.c_uint8), ('msg', Void), ('msg_length', ctypes.c_size_t),
                ('status_code', ctypes.c_uint16)]


Recv = ctypes.CFUNCTYPE(Size, Void, Void, ctypes.c_size_t, ctypes.c_int, Void)
Send = ctypes.CFUNCTYPE(Size, Void, Void, ctypes.c_size_t, ctypes.c_int, Void)
Told = ctypes.CFUNCTYPE(None, Void, ctypes.POINTER(Message), Void)


class Callbacks(ctypes.Structure):    # struct wslay_event_callbacks
    _fields_ = [('recv', Recv), ('send', Send), ('genmask', Void), ('frame_start', Void), ('frame_chunk', Void),
                ('frame_end', Void), ('message', Told)]


def answer_to(code):
    """The close code that a server answers, and the one that its program is told."""
    frame = bytes((0x88, 0x82, 0, 0, 0, 0)) + code.to_bytes(2, 'big')    # masked by zeros
    left, sent, told = [frame], [], []

    def recv(context, buffer, size, flags, user):
        data = left[0][:size]
        left[0] = left[0][size:]
        if not data:
            lib.wslay_event_set_error(Void(context), -400)    # WSLAY_ERR_WOULDBLOCK
            return -1
        ctypes.memmove(buffer, data, len(data))
        return len(data)

    def send(context, data, size, flags, user):
        sent.append(ctypes.string_at(data, size))
        return size

    callbacks = Callbacks(Recv(recv), Send(send), None, None, None, None, Told(lambda c, m, u: told.append(m.contents.status_code)))
    context = Void()
    lib.wslay_event_context_server_init(ctypes.byref(context), ctypes.byref(callbacks), None)
    lib.wslay_event_recv(context)
    lib.wslay_event_send(context)
    lib.wslay_event_context_free(context)
    return int.from_bytes(b''.join(sent)[2:4], 'big'), told


for code in (1000, 1011, 1012, 1013, 1014, 3000, 4999):
    answer, told = answer_to(code)
    print(f'{code}: answered with {answer}, told {told}')
PY
expect "$(python3 close.py)" <<'EXPECTED'
1000: answered with 1000, told [1000]
1011: answered with 1011, told [1011]
1012: answered with 1002, told []
1013: answered with 1002, told []
1014: answered with 1002, told []
3000: answered with 3000, told [3000]
4999: answered with 4999, told [4999]
EXPECTED
