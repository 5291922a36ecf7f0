// The stream parser on what clients send, and the writer.
#include <benchmark/benchmark.h>

#include <string>

#include "bench/home/one_home.h"
#include "xml/stream_parser.h"
#include "xml/writer.h"

namespace teahouse::bench {
namespace {

constexpr std::string_view header =
    "<?xml version='1.0'?><stream:stream to='shop.example' version='1.0' xmlns='jabber:client' "
    "xmlns:stream='http://etherx.jabber.org/streams'>";
constexpr int stanzas_at_once = 10;

// An iq with namespaces and depth: a room's configuration form.
std::string make_form(size_t fields) {
  std::string xml =
      "<iq type='set' id='form' to='room@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#owner'>"
      "<x xmlns='jabber:x:data' type='submit'>";
  for (size_t i = 0; i < fields; ++i) {
    xml += "<field var='muc#roomconfig_" + std::to_string(i) + "'><value>a &amp; b</value></field>";
  }
  return xml + "</x></query></iq>";
}

void parse(benchmark::State& state, const std::string& stanza) {
  xml::StreamParser parser;
  std::string_view opening = header;
  while (parser.next(opening) != xml::StreamParser::Step::stream_open) {}
  std::string bytes;
  for (int i = 0; i < stanzas_at_once; ++i) bytes += stanza;
  for (auto _ : state) {
    std::string_view input = bytes;
    while (parser.next(input) == xml::StreamParser::Step::element) benchmark::DoNotOptimize(parser.take_element());
  }
  state.SetItemsProcessed(state.iterations() * stanzas_at_once);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes.size()));
}

void parse_message(benchmark::State& state) { parse(state, make_message("u1@shop.example", 17)); }
BENCHMARK(parse_message);

void parse_form(benchmark::State& state) { parse(state, make_form(static_cast<size_t>(state.range(0)))); }
BENCHMARK(parse_form)->Arg(10)->Arg(100);

void write_form(benchmark::State& state) {
  std::string out;
  for (auto _ : state) {
    out.clear();
    xml::Writer writer(out);
    writer.open("query", "http://jabber.org/protocol/muc#owner").open("x", "jabber:x:data").attribute("type", "form");
    for (int i = 0; i < 10; ++i) {
      writer.open("field").attribute("var", "muc#roomconfig_whois").leaf("value", "a & b").close();
    }
    writer.close().close();
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(write_form);

void escape_text(benchmark::State& state) {
  std::string text(static_cast<size_t>(state.range(0)), 'a');
  text[text.size() / 2] = '&';
  std::string out;
  for (auto _ : state) {
    out.clear();
    xml::append_escaped(out, text);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(escape_text)->Arg(50)->Arg(5000);

}  // namespace
}  // namespace teahouse::bench
