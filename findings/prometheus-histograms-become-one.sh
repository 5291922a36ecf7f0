#!/usr/bin/env bash
# parse-prometheus-text-format makes one histogram of all that have the same name: the last one's numbers, and no labels.
#
# Metrics of a host with many tenants have a label for each. One would guess that a histogram is read as a counter is: one entry for each
# set of labels but `le`. Where it has such labels, all entries become a single one without any, in which the last tenant's buckets have
# overwritten the others', and whose count and sum are missing. Without labels they are there. A comment without a blank behind its "#" is
# read as a metric of that name; an empty HELP is an error. prometheus_client of Python reads them all.
#
# Seen with parse-prometheus-text-format 1.1.1, and otherwise with prometheus_client 0.26.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages parse-prometheus-text-format@1.1.1
python_packages prometheus_client==0.26.0
histogram() {  # LABELS COUNT
  printf 'took_bucket{%sle="1"} %s\ntook_bucket{%sle="+Inf"} %s\ntook_sum%s 9\ntook_count%s %s\n' \
    "$1" "$2" "$1" "$2" "${1:+{${1%,}\}}" "${1:+{${1%,}\}}" "$2"
}
{ echo '# TYPE took histogram'; histogram '' 5; } >plain.txt
{ echo '# TYPE took histogram'; histogram 'tenant="a",' 5; histogram 'tenant="b",' 7; } >tenants.txt
printf '# TYPE sent counter\nsent{tenant="a"} 5\nsent{tenant="b"} 7\n' >counter.txt
printf '#a comment\nup 1\n' >comment.txt
printf '# HELP up\nup 1\n' >help.txt
cat >read.mjs <<'JS'
import { readFileSync } from 'node:fs';

import parse from 'parse-prometheus-text-format';

for (const name of process.argv.slice(2)) {
  let read;
  try {
    read = parse(readFileSync(name, 'utf8')).map(({ name, metrics }) => `${name} ${JSON.stringify(metrics)}`).join(', ');
  } catch (error) {
    read = error.message;
  }
  console.log(`${name}: ${read}`);
}
JS
cat >read.py <<'PY'
import sys

from prometheus_client.parser import text_string_to_metric_families

for name in sys.argv[1:]:
    families = text_string_to_metric_families(open(name).read())
    print(f'{name}: prometheus_client reads {sum(len(family.samples) for family in families)} samples')
PY
files=(plain.txt tenants.txt counter.txt comment.txt help.txt)
expect "$(node read.mjs "${files[@]}"; "$python" read.py "${files[@]}")" <<'EXPECTED'
plain.txt: took [{"buckets":{"1":"5","+Inf":"5"},"count":"5","sum":"9"}]
tenants.txt: took [{"buckets":{"1":"7","+Inf":"7"}}]
counter.txt: sent [{"value":"5","labels":{"tenant":"a"}},{"value":"7","labels":{"tenant":"b"}}]
comment.txt: #a [{"value":"comment"}], up [{"value":"1"}]
help.txt: Encountered invalid line: # HELP up
plain.txt: prometheus_client reads 4 samples
tenants.txt: prometheus_client reads 8 samples
counter.txt: prometheus_client reads 2 samples
comment.txt: prometheus_client reads 1 samples
help.txt: prometheus_client reads 1 samples
EXPECTED
