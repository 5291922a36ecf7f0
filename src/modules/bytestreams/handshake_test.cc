#include "modules/bytestreams/handshake.h"

#include <gtest/gtest.h>

#include <vector>

namespace teahouse::bytestreams::handshake_test {
namespace {

using State = Handshake::State;
using namespace std::string_literals;

const std::string hash = "5a39cbb2ce2e8e2d8a0e35d1f0e0a5c1d2e3f405", greeting = "\5\1\0"s, greeted = "\5\0"s;

std::string request(std::string head, const std::string& name, const std::string& port = "\0\0"s) {
  return head.append(1, static_cast<char>(name.size())) + name + port;
}
const std::string good = request("\5\1\0\3"s, hash);
std::string refusal(char reply) { return "\5"s + reply + "\0\1\0\0\0\0\0\0"s; }

TEST(Handshake, GrantsWhatWasAskedFor) {
  Handshake handshake;
  EXPECT_EQ(handshake.take(greeting), greeted);
  EXPECT_EQ(handshake.state(), State::request);
  EXPECT_EQ(handshake.take(good), "");
  EXPECT_EQ(handshake.state(), State::asked);
  EXPECT_EQ(handshake.hash(), hash);
  EXPECT_EQ(handshake.grant(), request("\5\0\0\3"s, hash));
  EXPECT_EQ(Handshake::refuse(), refusal(2));
}

TEST(Handshake, TakesBytesAsTheyCome) {
  const std::string all = "\5\3\2\1\0"s + good + "early";
  for (size_t piece = 1; piece <= all.size(); ++piece) {
    Handshake handshake;
    std::string answer;
    for (size_t at = 0; at < all.size(); at += piece) answer += handshake.take(all.substr(at, piece));
    EXPECT_EQ(answer, greeted) << piece;
    EXPECT_EQ(handshake.state(), State::asked) << piece;
    EXPECT_EQ(handshake.hash(), hash) << piece;
  }
}

TEST(Handshake, ReadsCapitalsAndRepeatsThem) {
  const std::string capitals = "5A39CBB2CE2E8E2D8A0E35D1F0E0A5C1D2E3F405";
  Handshake handshake;
  EXPECT_EQ(handshake.take(greeting + request("\5\1\0\3"s, capitals)), greeted);
  EXPECT_EQ(handshake.hash(), hash);
  EXPECT_EQ(handshake.grant(), request("\5\0\0\3"s, capitals));
}

TEST(Handshake, ConnectsNobodyToAPlace) {
  const std::vector<std::pair<std::string, char>> wrong = {
      {"\5\1\0\1\x7F\0\0\1\x1F\x90"s, 8},                                     // an IPv4 address
      {"\5\1\0\4"s + std::string(16, '\1') + "\0\x50"s, 8},                   // an IPv6 address
      {"\5\2\0\3"s + static_cast<char>(40) + hash + "\0\0"s, 7},              // BIND
      {"\5\3\0\3"s + static_cast<char>(40) + hash + "\0\0"s, 7},              // UDP ASSOCIATE
      {request("\5\1\0\3"s, "localhost"), 2},                                 // a name
      {request("\5\1\0\3"s, hash, "\0\x50"s), 2},                             // a port
      {request("\5\1\0\3"s, "metadata.google.internal.aaaaaaaaaaaaaaa"), 2},  // 40 letters
      {request("\5\1\0\3"s, std::string(255, 'a')), 2},
      {request("\5\1\0\3"s, ""), 2},
  };
  for (const auto& [bytes, reply] : wrong) {
    Handshake handshake;
    EXPECT_EQ(handshake.take(greeting + bytes), greeted + refusal(reply));
    EXPECT_EQ(handshake.state(), State::refused);
    EXPECT_EQ(handshake.take(good), "");
    EXPECT_EQ(handshake.state(), State::refused);
  }
}

TEST(Handshake, HasNoPasswords) {
  for (const std::string& methods : {"\5\0"s, "\5\1\2"s, "\5\2\1\2"s}) {
    Handshake handshake;
    EXPECT_EQ(handshake.take(methods), "\5\xFF"s);
    EXPECT_EQ(handshake.state(), State::refused);
  }
}

TEST(Handshake, SaysNothingToOtherProtocols) {
  for (const std::string& bytes :
       {"GET / HTTP/1.1\r\n\r\n"s, "\4\1\0\x50\1\2\3\4\0"s, "\x16\3\1\0\xA5"s + std::string(200, 'x'),
        "<?xml version='1.0'?>"s, std::string(10'000, '\xFF')}) {
    Handshake handshake;
    EXPECT_EQ(handshake.take(bytes), "");
    EXPECT_EQ(handshake.take(bytes), "");
    EXPECT_NE(handshake.state(), State::asked);
  }
  Handshake handshake;
  EXPECT_EQ(handshake.take(greeting + "\4\1\0\3\x28"s), greeted);
  EXPECT_EQ(handshake.state(), State::refused);
}

}  // namespace
}  // namespace teahouse::bytestreams::handshake_test
