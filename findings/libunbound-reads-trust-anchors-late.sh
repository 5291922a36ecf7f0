#!/usr/bin/env bash
# libunbound takes a file of DNSSEC trust anchors that does not exist without an error, and then every look-up fails.
#
# ub_ctx_hosts() and ub_ctx_resolvconf() read their file at once and answer -9 (error reading file) where it is not there. One would guess the
# same of ub_ctx_add_ta_file() and ub_ctx_add_ta_autr(), which are documented beside them with the same errors; but these two note the name
# only. The file is read when the first look-up begins; then the whole context cannot be used: -7 (initialization failure), also for names
# that need no DNSSEC; the reason stands on standard error only. A program that wants to say which file is missing must
# look for it itself.
#
# Seen with libunbound 1.17.1 (libunbound8 of Debian 12).
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

apt-get download libunbound8=1.17.1-2+deb12u4 >&2
dpkg -x libunbound8_*.deb package
cat >trust.py <<'PY'
import ctypes
import glob

lib = ctypes.CDLL(glob.glob('package/usr/lib/*/libunbound.so.8')[0])
lib.ub_ctx_create.restype = ctypes.c_void_p
lib.ub_strerror.restype = ctypes.c_char_p


def said(code):
    return f'{code} ({lib.ub_strerror(code).decode()})'


for name in ('ub_ctx_hosts', 'ub_ctx_resolvconf', 'ub_ctx_add_ta_file', 'ub_ctx_add_ta_autr'):
    context = ctypes.c_void_p(lib.ub_ctx_create())
    print(f'{name} of a file that is not there: {said(getattr(lib, name)(context, b"/nowhere/file"))}')
    if name.startswith('ub_ctx_add'):
        lib.ub_ctx_set_fwd(context, b'127.0.0.1@9')
        print('the look-up after it:', said(lib.ub_resolve(context, b'localhost', 1, 1, ctypes.byref(ctypes.c_void_p()))))
PY
expect "$(python3 trust.py 2>/dev/null)" <<'EXPECTED'
ub_ctx_hosts of a file that is not there: -9 (error reading file)
ub_ctx_resolvconf of a file that is not there: -9 (error reading file)
ub_ctx_add_ta_file of a file that is not there: 0 (no error)
the look-up after it: -7 (initialization failure)
ub_ctx_add_ta_autr of a file that is not there: 0 (no error)
the look-up after it: -7 (initialization failure)
EXPECTED
