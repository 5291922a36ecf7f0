// StreamParser: expat accepts all that it accepts and reads the same; the pieces do not matter; write() keeps the
// meaning.
#include <algorithm>

#include "fuzz/xml_check_fuzz.h"

namespace xml_stream_fuzz {
namespace {

using teahouse::xml::Limits;
using teahouse::xml::oracle::Events;

// FNV-1a: how the input is cut is drawn from the input.
uint64_t hash(std::string_view bytes) {
  uint64_t result = 14695981039346656037u;
  for (const char byte : bytes) result = (result ^ static_cast<uint8_t>(byte)) * 1099511628211u;
  return result;
}

void require_same_events(const Events& one, const Events& other) {
  teahouse::xml::fuzz::require(one.list == other.list, "the pieces change the events");
  teahouse::xml::fuzz::require(one.ends == other.ends, "the pieces change where events end");
  teahouse::xml::fuzz::require(one.fault_text == other.fault_text, "the pieces change the fault's text");
}

void check(std::string_view bytes, const Limits& limits) {
  uint64_t chance = hash(bytes);
  const auto whole = teahouse::xml::oracle::read_ours(bytes, limits, [&] { return bytes.size(); });
  require_same_events(whole, teahouse::xml::oracle::read_ours(bytes, limits, [] { return 1; }));
  require_same_events(whole, teahouse::xml::oracle::read_ours(bytes, limits, [&] {
                        chance = chance * 6364136223846793005u + 1442695040888963407u;
                        return static_cast<size_t>(1 + (chance >> 33) % (chance >> 63 ? 7 : 60));
                      }));
  const std::string disagreement = teahouse::xml::oracle::find_disagreement(bytes, whole);
  if (!disagreement.empty()) teahouse::xml::fuzz::fail(disagreement);
  for (const auto& element : whole.elements) teahouse::xml::fuzz::check_element(element.root(), whole.default_ns);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (size == 0) return 0;
  check(bytes, {});
  check(bytes, {.element_bytes_max = 120, .depth_max = 4, .attributes_max = 4, .elements_max = 6, .namespaces_max = 4});
  return 0;
}

}  // namespace xml_stream_fuzz
