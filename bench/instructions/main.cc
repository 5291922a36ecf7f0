// bench_instructions: parses, routes and writes the same messages; each part is a dump of callgrind's by its name.
// Counting begins and ends here (callgrind's client requests), so starting up is left out.
#include <valgrind/callgrind.h>

#include <cstdio>
#include <string>
#include <vector>

#include "bench/home/one_home.h"
#include "xml/stream_parser.h"

namespace teahouse::bench {
namespace {

constexpr int messages = 1000, group = 10;
constexpr std::string_view header =
    "<stream:stream to='shop.example' version='1.0' xmlns='jabber:client' "
    "xmlns:stream='http://etherx.jabber.org/streams'>";

std::vector<Stanza> parse(const std::string& bytes) {
  std::vector<Stanza> stanzas;
  stanzas.reserve(messages);
  xml::StreamParser parser;
  std::string_view input = header;
  parser.next(input);
  input = bytes;
  CALLGRIND_ZERO_STATS;
  while (parser.next(input) == xml::StreamParser::Step::element) {
    auto stanza = Stanza::read(parser.take_element());
    if (stanza) stanzas.push_back(std::move(*stanza));
  }
  CALLGRIND_DUMP_STATS_AT("parse");
  return stanzas;
}

std::vector<Stanza> route(OneHome& one, Session& sender, Sink& receiver, std::vector<Stanza> stanzas) {
  std::vector<Stanza> delivered;
  delivered.reserve(messages);
  receiver.kept = &delivered;
  receiver.writes = false;
  CALLGRIND_ZERO_STATS;
  for (size_t i = 0; i < stanzas.size(); ++i) {
    one.home().router().receive(sender, std::move(stanzas[i]));
    if ((i + 1) % group == 0) one.settle();
  }
  CALLGRIND_DUMP_STATS_AT("route");
  receiver.kept = nullptr;
  return delivered;
}

void write(const std::vector<Stanza>& stanzas) {
  std::string out;
  CALLGRIND_ZERO_STATS;
  for (const Stanza& stanza : stanzas) {
    out.clear();
    stanza.write(out);
  }
  CALLGRIND_DUMP_STATS_AT("write");
}

int run() {
  OneHome one(true);
  Sink sender_sink, receiver_sink;
  Session& sender = one.connect("u0@shop.example/phone", sender_sink);
  one.connect("u1@shop.example/phone", receiver_sink);
  const auto make_bytes = [] {
    std::string bytes;
    for (int i = 0; i < messages; ++i) bytes += make_message("u1@shop.example", i);
    return bytes;
  };
  // The first time round fills what is filled once.
  for (int round = 0; round < 2; ++round) {
    const auto delivered = route(one, sender, receiver_sink, parse(make_bytes()));
    if (delivered.size() != messages) {
      std::fputs("bench_instructions: messages were lost\n", stderr);
      return 1;
    }
    write(delivered);
  }
  std::printf("%d\n", messages);
  return 0;
}

}  // namespace
}  // namespace teahouse::bench

int main() { return teahouse::bench::run(); }
