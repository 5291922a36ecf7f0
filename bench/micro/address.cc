// Addresses: plain ASCII, the common case, and one that needs normalising.
#include <benchmark/benchmark.h>

#include "xmpp/jid.h"

namespace teahouse::bench {
namespace {

void parse_jid(benchmark::State& state, const char* text) {
  for (auto _ : state) benchmark::DoNotOptimize(Jid::parse(text));
}
BENCHMARK_CAPTURE(parse_jid, bare, "juliet@shop.example");
BENCHMARK_CAPTURE(parse_jid, full, "juliet@shop.example/phone");
BENCHMARK_CAPTURE(parse_jid, upper_case, "Juliet@Shop.Example/phone");
BENCHMARK_CAPTURE(parse_jid, unicode, "j\xC3\xBCliet@shop.example/\xE6\x89\x8B\xE6\x9C\xBA");

}  // namespace
}  // namespace teahouse::bench
