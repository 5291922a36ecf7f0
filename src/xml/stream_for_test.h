// For tests only: every stream is read whole, byte by byte and in other pieces, must give the same each time, and must
// mean to expat what it means to us.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "xml/oracle_for_test.h"

namespace teahouse::xml {

inline constexpr std::string_view stream_open =
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

// A whole stream around these elements.
inline std::string stream(std::string_view elements) {
  return std::string(stream_open) + std::string(elements) + "</stream:stream>";
}

inline oracle::Events read_stream(std::string_view bytes, const Limits& limits = {}) {
  const auto whole = oracle::read_ours(bytes, limits, [&] { return bytes.size(); });
  for (const size_t size : {1, 2, 3, 7}) {
    const auto pieces = oracle::read_ours(bytes, limits, [&] { return size; });
    EXPECT_EQ(pieces.list, whole.list) << "in pieces of " << size << ": " << bytes.substr(0, 300);
    EXPECT_EQ(pieces.ends, whole.ends) << "in pieces of " << size << ": " << bytes.substr(0, 300);
    EXPECT_EQ(pieces.fault_text, whole.fault_text) << "in pieces of " << size << ": " << bytes.substr(0, 300);
  }
  EXPECT_EQ(oracle::find_disagreement(bytes, whole), "") << bytes.substr(0, 300);
  return whole;
}

inline void expect_fault(std::string_view bytes, StreamFault fault, const Limits& limits = {}) {
  const auto events = read_stream(bytes, limits);
  ASSERT_FALSE(events.list.empty()) << bytes.substr(0, 300);
  EXPECT_EQ(events.list.back(), "fault " + std::to_string(static_cast<int>(fault))) << bytes.substr(0, 300);
}

// The one element of a stream; a refusal fails the test.
inline Document read_element(std::string_view element) {
  auto events = read_stream(stream(element));
  EXPECT_EQ(events.elements.size(), 1u) << element << ": " << events.fault_text;
  if (events.elements.empty()) std::abort();
  return events.elements[0];
}

}  // namespace teahouse::xml
