#include "server/s2s/peer_targets.h"

#include <gtest/gtest.h>

namespace teahouse::s2s::peer_targets_test {
namespace {

struct Row {
  uint16_t priority, weight, port;
  std::string target;
};

std::string bytes_of(uint16_t number) { return {static_cast<char>(number >> 8), static_cast<char>(number & 0xFF)}; }

net::DnsAnswer answer(const std::vector<Row>& rows) {
  net::DnsAnswer made;
  for (const Row& row : rows) {
    std::string record = bytes_of(row.priority) + bytes_of(row.weight) + bytes_of(row.port);
    std::string_view rest = row.target;
    while (!rest.empty()) {
      const size_t dot = std::min(rest.find('.'), rest.size());
      record += static_cast<char>(dot);
      record += rest.substr(0, dot);
      rest.remove_prefix(std::min(dot + 1, rest.size()));
    }
    made.records.push_back(record + '\0');
  }
  return made;
}

Result<std::vector<PeerTarget>> choose(const std::vector<Row>& direct, const std::vector<Row>& plain,
                                       bool any_port = false) {
  return choose_targets("a.example", answer(direct), answer(plain), any_port, [](uint32_t) { return 0U; });
}

TEST(PeerTargets, WithoutRecordsTheDomainItself) {
  EXPECT_EQ(*choose({}, {}), (std::vector<PeerTarget>{{"a.example", 5269, false}}));
}

TEST(PeerTargets, BothKindsByPriorityDirectTlsFirst) {
  EXPECT_EQ(*choose({{5, 0, 5270, "x.example"}, {20, 0, 443, "last.example"}},
                    {{5, 0, 5269, "x.example"}, {1, 0, 5269, "first.example"}}),
            (std::vector<PeerTarget>{{"first.example", 5269, false},
                                     {"x.example", 5270, true},
                                     {"x.example", 5269, false},
                                     {"last.example", 443, true}}));
}

TEST(PeerTargets, ADotMeansNone) {
  const auto none = choose({}, {{0, 0, 0, ""}});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::remote_server_not_found);
  // Of direct TLS alone it says nothing about the other.
  EXPECT_EQ(*choose({{0, 0, 0, ""}}, {}), (std::vector<PeerTarget>{{"a.example", 5269, false}}));
  EXPECT_EQ(*choose({{0, 0, 5270, "x.example"}}, {{0, 0, 0, ""}}),
            (std::vector<PeerTarget>{{"x.example", 5270, true}}));
}

TEST(PeerTargets, PortsOfOtherProtocolsAreLeftOut) {
  const std::vector<Row> harmful = {{0, 0, 25, "x.example"}, {1, 0, 22, "x.example"}, {2, 0, 6379, "x.example"}};
  EXPECT_EQ(*choose({}, harmful), (std::vector<PeerTarget>{{"x.example", 6379, false}}));
  EXPECT_FALSE(choose({}, {{0, 0, 25, "x.example"}}));
  EXPECT_EQ(choose({}, harmful, true)->size(), 3U);
}

TEST(PeerTargets, AThousandRecordsAreAFew) {
  std::vector<Row> many;
  for (uint16_t i = 0; i < 1000; ++i) many.push_back({i, 0, 5269, "x" + std::to_string(i) + ".example"});
  EXPECT_EQ(choose({}, many)->size(), targets_max);
}

}  // namespace
}  // namespace teahouse::s2s::peer_targets_test
