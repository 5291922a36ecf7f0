// A stanza read from a parsed element, and written for its receiver.
#include <benchmark/benchmark.h>

#include "bench/home/one_home.h"

namespace teahouse::bench {
namespace {

void read_message(benchmark::State& state) {
  const auto document = xml::Document::parse(SharedBytes(make_message("u1@shop.example", 17)), {}, "jabber:client");
  for (auto _ : state) benchmark::DoNotOptimize(Stanza::read(*document));
}
BENCHMARK(read_message);

void write_message(benchmark::State& state) {
  Stanza stanza = read_stanza(make_message("u1@shop.example", 17));
  stanza.from = Jid(*FullJid::parse("u0@shop.example/phone"));
  stanza.stamp("<stanza-id xmlns='urn:xmpp:sid:0' by='u1@shop.example' id='0123456789abcdef'/>");
  std::string out;
  for (auto _ : state) {
    out.clear();
    stanza.write(out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(write_message);

}  // namespace
}  // namespace teahouse::bench
