#!/usr/bin/env bash
# http-cache-semantics, by which got and npm keep answers, passes over Cache-Control's directives in capital letters.
#
# Their names are the same in any letters (RFC 9111 section 5.2), and servers and proxies do write "Max-Age" and "Public". One would guess
# that a library which is all about this header compares them so. It knows "max-age" alone: with "Max-Age" an answer is asked for anew each
# time, or kept for a tenth of the time since its last change, as if nothing were said. A bot that gets people's pictures through it either
# gets each of them again and again, or shows one that was replaced for a day instead of a minute.
#
# Seen with http-cache-semantics 4.3.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages http-cache-semantics@4.3.0
cat >read.mjs <<'JS'
import CachePolicy from 'http-cache-semantics';

const date = new Date();
for (const control of ['max-age=60', 'max-age="60"', 'public, max-age=60', 'Max-Age=60', 'Public, Max-Age=60']) {
  const seconds = [undefined, new Date(date - 1000 * 86400 * 10).toUTCString()].map((changed) => {
    const headers = { 'cache-control': control, date: date.toUTCString(), ...(changed && { 'last-modified': changed }) };
    return Math.round(new CachePolicy({ method: 'GET', url: '/', headers: {} }, { status: 200, headers }).timeToLive() / 1000);
  });
  console.log(`${control}: kept for ${seconds[0]} s; where it was last changed ten days ago, for ${seconds[1]} s`);
}
JS
expect "$(node read.mjs)" <<'EXPECTED'
max-age=60: kept for 60 s; where it was last changed ten days ago, for 60 s
max-age="60": kept for 60 s; where it was last changed ten days ago, for 60 s
public, max-age=60: kept for 60 s; where it was last changed ten days ago, for 60 s
Max-Age=60: kept for 0 s; where it was last changed ten days ago, for 86400 s
Public, Max-Age=60: kept for 0 s; where it was last changed ten days ago, for 86400 s
EXPECTED
