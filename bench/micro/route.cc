// A message from one session to another of the same home, stored in memory and committed in groups of ten.
#include <benchmark/benchmark.h>

#include "bench/home/one_home.h"

namespace teahouse::bench {
namespace {

constexpr int group = 10;
constexpr int iterations = 3000;  // the storage in memory keeps what it gets

void route_message(benchmark::State& state, bool with_modules) {
  OneHome one(with_modules);
  Sink sender_sink, receiver_sink;
  Session& sender = one.connect("u0@shop.example/phone", sender_sink);
  one.connect("u1@shop.example/phone", receiver_sink);
  const Stanza message = read_stanza(make_message("u1@shop.example", 17));
  for (auto _ : state) {
    for (int i = 0; i < group; ++i) one.home().router().receive(sender, message);
    one.settle();
  }
  if (receiver_sink.got != static_cast<size_t>(state.iterations()) * group) state.SkipWithError("messages were lost");
  state.SetItemsProcessed(state.iterations() * group);
}
BENCHMARK_CAPTURE(route_message, bare, false)->Iterations(iterations);
BENCHMARK_CAPTURE(route_message, all_modules, true)->Iterations(iterations);

}  // namespace
}  // namespace teahouse::bench
