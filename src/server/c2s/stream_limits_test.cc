#include "server/c2s/stream_limits.h"

#include <gtest/gtest.h>

#include "server/session.h"

namespace teahouse::c2s::stream_limits_test {
namespace {

TEST(StreamLimits, AreThePlansOverEveryTransport) {
  PlanLimits plan;
  for (const auto& [bytes, allowed] : {std::pair<int64_t, size_t>{plan.stanza_bytes, 262'144},
                                       {10'000, 10'000},
                                       {1 << 20, 1 << 20},
                                       {int64_t{1} << 53, StreamLimits::stanza_bytes_max},
                                       {unlimited, StreamLimits::stanza_bytes_max}}) {
    plan.stanza_bytes = bytes;
    const StreamLimits limits = StreamLimits::of(plan);
    EXPECT_EQ(limits.element.element_bytes_max, allowed);
    EXPECT_EQ(limits.message.message_bytes_max, allowed);
  }
}

TEST(StreamLimits, StrangersSendLittle) {
  const StreamLimits limits = StreamLimits::of_stranger();
  EXPECT_EQ(limits.element.element_bytes_max, limits.message.message_bytes_max);
  EXPECT_LE(limits.element.element_bytes_max, 16'384U);
}

TEST(StreamLimits, NoStanzaIsTooLargeToWait) { EXPECT_LE(2 * StreamLimits::stanza_bytes_max, Session::held_bytes_max); }

}  // namespace
}  // namespace teahouse::c2s::stream_limits_test
