#!/usr/bin/env bash
# requests and httpx lose what a link is or where it leads, where it has a semicolon; http-link-header says that any title is English.
#
# In a Link header quoted text may hold semicolons, an address in < > too, and rel="next last" is two relations (RFC 8288 section 3). One
# would guess that the two best-known HTTP clients of Python read that, since both offer a response's links by their relations. They split at
# each semicolon, and stop at the first piece without "=": a relation behind it is gone, without an error, and with it the next page; an
# address loses what stands behind its own, so that the next page is the same one again. Of two relations they make one, with a blank.
# http-link-header reads them all; it writes a title* that says no language (RFC 8187 section 3.2.1) as one in English.
#
# Seen with requests 2.34.2, httpx 0.28.1 and http-link-header 1.1.4.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages http-link-header@1.1.4
python_packages requests==2.34.2 httpx==0.28.1
links=('</2>; rel="next"; title="two; three"' '</2>; title="two; three"; rel="next"' '</list;page=2>; rel="next"' '</2>; rel="next last"' \
  "</2>; rel=\"next\"; title*=UTF-8''%CE%B4%CF%8D%CE%BF")
cat >links.py <<'PY'
import sys

import httpx
import requests

for link in sys.argv[1:]:
    answer = requests.Response()
    answer.headers['link'] = link
    for library, links in (('requests', answer.links), ('httpx', httpx.Response(200, headers={'link': link}).links)):
        print(f'{link} by {library}:', *(f'{name} -> {found["url"]}' for name, found in links.items()))
PY
cat >links.mjs <<'JS'
import links from 'http-link-header';

for (const link of process.argv.slice(2)) {
  const read = links.parse(link);
  console.log(`${link} by http-link-header: ${read.refs.map(({ rel, uri }) => `${rel} -> ${uri}`).join(' ')}, written ${read}`);
}
JS
expect "$("$python" links.py "${links[@]}"; node links.mjs "${links[@]}")" <<'EXPECTED'
</2>; rel="next"; title="two; three" by requests: next -> /2
</2>; rel="next"; title="two; three" by httpx: next -> /2
</2>; title="two; three"; rel="next" by requests: /2 -> /2
</2>; title="two; three"; rel="next" by httpx: /2 -> /2
</list;page=2>; rel="next" by requests: next -> /list
</list;page=2>; rel="next" by httpx: next -> /list
</2>; rel="next last" by requests: next last -> /2
</2>; rel="next last" by httpx: next last -> /2
</2>; rel="next"; title*=UTF-8''%CE%B4%CF%8D%CE%BF by requests: next -> /2
</2>; rel="next"; title*=UTF-8''%CE%B4%CF%8D%CE%BF by httpx: next -> /2
</2>; rel="next"; title="two; three" by http-link-header: next -> /2, written </2>; rel=next; title="two; three"
</2>; title="two; three"; rel="next" by http-link-header: next -> /2, written </2>; title="two; three"; rel=next
</list;page=2>; rel="next" by http-link-header: next -> /list;page=2, written </list;page=2>; rel=next
</2>; rel="next last" by http-link-header: next -> /2 last -> /2, written </2>; rel=next, </2>; rel=last
</2>; rel="next"; title*=UTF-8''%CE%B4%CF%8D%CE%BF by http-link-header: next -> /2, written </2>; rel=next; title*=UTF-8'en'%CE%B4%CF%8D%CE%BF
EXPECTED
