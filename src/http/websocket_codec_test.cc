#include "http/websocket_codec.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace teahouse::http::websocket_codec_test {
namespace {

using Item = WebSocketReader::Item;

// A client's frame.
std::string frame(uint8_t first, std::string payload, bool masked = true) {
  std::string head(1, static_cast<char>(first));
  const char bit = masked ? '\x80' : '\0';
  if (payload.size() <= 125) {
    head += static_cast<char>(static_cast<char>(payload.size()) | bit);
  } else if (payload.size() <= 0xFFFF) {
    head += static_cast<char>(126 | bit);
    head += static_cast<char>(payload.size() >> 8);
    head += static_cast<char>(payload.size() & 0xFF);
  } else {
    head += static_cast<char>(127 | bit);
    for (int shift = 56; shift >= 0; shift -= 8)
      head += static_cast<char>(static_cast<uint64_t>(payload.size()) >> shift & 0xFF);
  }
  if (!masked) return head + payload;
  const std::string mask = "\x11\x82\x03\xF4";
  for (size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
  return head + mask + payload;
}

// The items that a reader tells, in words, given `chunk` bytes at a time.
std::vector<std::string> read(std::string_view bytes, size_t chunk, WebSocketLimits limits = {}) {
  WebSocketReader reader(limits);
  std::vector<std::string> told;
  while (!bytes.empty()) {
    std::string_view part = bytes.substr(0, chunk);
    bytes.remove_prefix(part.size());
    while (true) {
      const Item item = reader.next(part);
      if (item == Item::need_more) break;
      switch (item) {
        case Item::text: told.push_back("text " + reader.take_message()); break;
        case Item::binary: told.push_back("binary " + reader.take_message()); break;
        case Item::ping: told.push_back("ping " + std::string(reader.control())); break;
        case Item::pong: told.push_back("pong " + std::string(reader.control())); break;
        case Item::close:
          told.push_back("close " + std::to_string(reader.close_code()) + " " + std::string(reader.control()));
          break;
        default: told.push_back("failed " + std::to_string(reader.close_code())); return told;
      }
    }
    EXPECT_TRUE(part.empty());
  }
  return told;
}

std::vector<std::string> read_both_ways(const std::string& bytes, WebSocketLimits limits = {}) {
  const auto whole = read(bytes, bytes.size(), limits);
  EXPECT_EQ(whole, read(bytes, 1, limits));
  EXPECT_EQ(whole, read(bytes, 7, limits));
  return whole;
}

using Told = std::vector<std::string>;

TEST(WebSocketReader, ReadsMessagesOfAllSizes) {
  EXPECT_EQ(read_both_ways(frame(0x81, "<open/>") + frame(0x81, "") + frame(0x82, "\xFF")),
            (Told{"text <open/>", "text ", "binary \xFF"}));
  for (const size_t size : {125, 126, 65535, 65536, 200000}) {
    EXPECT_EQ(read_both_ways(frame(0x81, std::string(size, 'x'))), Told{"text " + std::string(size, 'x')});
  }
}

TEST(WebSocketReader, JoinsFragmentsAroundControlFrames) {
  EXPECT_EQ(read_both_ways(frame(0x01, "\xE8") + frame(0x89, "hi") + frame(0x00, "\x8C") + frame(0x8A, "") +
                           frame(0x80, "\xB6") + frame(0x81, "b")),
            (Told{"ping hi", "pong ", "text 茶", "text b"}));
}

TEST(WebSocketReader, ReadsClose) {
  EXPECT_EQ(read_both_ways(frame(0x88, "")), Told{"close 1005 "});
  EXPECT_EQ(read_both_ways(frame(0x88,
                                 "\x03\xE8"
                                 "bye")),
            Told{"close 1000 bye"});
  EXPECT_EQ(read_both_ways(frame(0x88, "\x0B\xB8")), Told{"close 3000 "});
}

TEST(WebSocketReader, RefusesWhatTheProtocolForbids) {
  const std::string huge = std::string("\x81\xFF\x80\0\0\0\0\0\0\0", 10) + "mask";
  const std::string long_ping = frame(0x89, std::string(126, 'x'));
  for (const std::string& bytes :
       {frame(0x81, "x", false), frame(0xC1, "x"), frame(0xA1, "x"), frame(0x91, "x"), frame(0x83, "x"),
        frame(0x8B, "x"), frame(0x80, "x"), frame(0x01, "a") + frame(0x81, "b"), frame(0x09, "fragmented ping"),
        long_ping, frame(0x88, "\x03"), frame(0x88, std::string("\x03\xED", 2)),
        frame(0x88, std::string("\x03\xE7", 2)), frame(0x88, std::string("\0\0", 2)), huge,
        std::string("\x81\xFE\0\x05"
                    "mask"
                    "hello",
                    13),
        std::string("\x81\xFF\0\0\0\0\0\0\0\x05"
                    "mask"
                    "hello",
                    19)}) {
    EXPECT_EQ(read_both_ways(bytes).back(), "failed 1002");
  }
}

TEST(WebSocketReader, RefusesTextThatIsNoUtf8) {
  EXPECT_EQ(read_both_ways(frame(0x81, "\xC0\xAF")), Told{"failed 1007"});
  EXPECT_EQ(read_both_ways(frame(0x01, "\xE8\x8C") + frame(0x80, "")), Told{"failed 1007"});
  EXPECT_EQ(read_both_ways(frame(0x88, "\x03\xE8\xFF")), Told{"failed 1007"});
}

TEST(WebSocketReader, LimitsMessagesAndFrames) {
  const WebSocketLimits limits{1000, 10};
  EXPECT_EQ(read_both_ways(frame(0x81, std::string(1000, 'x')), limits)[0].size(), 1005U);
  EXPECT_EQ(read_both_ways(frame(0x81, std::string(1001, 'x')), limits), Told{"failed 1009"});
  EXPECT_EQ(read_both_ways(frame(0x01, std::string(600, 'x')) + frame(0x80, std::string(600, 'x')), limits),
            Told{"failed 1009"});
  EXPECT_EQ(read_both_ways(std::string("\x81\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 10) + "mask", limits),
            Told{"failed 1009"});
  std::string flood = frame(0x01, "");
  for (int i = 0; i < 9; ++i) flood += frame(0x00, "");
  EXPECT_EQ(read_both_ways(flood, limits), Told{});
  EXPECT_EQ(read_both_ways(flood + frame(0x80, "x"), limits), Told{"text x"});
  EXPECT_EQ(read_both_ways(flood + frame(0x80, "x") + flood + frame(0x80, "y"), limits), (Told{"text x", "text y"}));
  EXPECT_EQ(read_both_ways(flood + frame(0x00, ""), limits), Told{"failed 1009"});
}

// Some libraries make a frame of each write: small buffers, or one for each piece of XML.
TEST(WebSocketReader, AMessageMayComeInAnyNumberOfFrames) {
  for (const size_t piece : {1, 7, 512}) {
    std::string bytes = frame(0x01, std::string(piece, 'x'));
    size_t size = piece;
    for (; size + piece <= WebSocketLimits{}.message_bytes_max; size += piece)
      bytes += frame(0, std::string(piece, 'x'));
    EXPECT_EQ(read(bytes + frame(0x80, ""), 1000), Told{"text " + std::string(size, 'x')}) << piece;
    EXPECT_EQ(read(bytes + frame(0x80, std::string(piece, 'x')), 1000), Told{"failed 1009"}) << piece;
  }
}

TEST(WebSocketReader, OtherLimitsHoldFromTheNextFrameOn) {
  WebSocketReader reader({1000, 10});
  const auto next = [&reader](const std::string& bytes) {
    std::string_view input = bytes;
    return reader.next(input);
  };
  EXPECT_EQ(next(frame(0x01, std::string(600, 'x'))), Item::need_more);
  reader.set_limits({2000, 10});
  EXPECT_EQ(next(frame(0x80, std::string(600, 'x'))), Item::text);
  EXPECT_EQ(reader.take_message().size(), 1200U);
  EXPECT_EQ(next(frame(0x01, std::string(600, 'x'))), Item::need_more);
  reader.set_limits({500, 10});
  EXPECT_EQ(next(frame(0x80, "x")), Item::failed);
  EXPECT_EQ(reader.close_code(), close_code::too_big);
}

TEST(WebSocketReader, HoldsNoBufferBetweenMessagesNorForAnnouncements) {
  WebSocketReader reader;
  const std::string bytes = frame(0x81, std::string(100000, 'x'));
  std::string_view input = bytes;
  ASSERT_EQ(reader.next(input), Item::text);
  reader.take_message();
  EXPECT_LT(reader.buffered_bytes(), 64U);
  input = std::string_view(bytes).substr(0, 20);
  ASSERT_EQ(reader.next(input), Item::need_more);
  EXPECT_LT(reader.buffered_bytes(), 64U);
}

TEST(WebSocketWriter, MakesHeadsAndCloseFrames) {
  EXPECT_EQ(make_frame_head(WebSocketOpcode::text, 125), "\x81\x7D");
  EXPECT_EQ(make_frame_head(WebSocketOpcode::text, 126), std::string("\x81\x7E\0\x7E", 4));
  EXPECT_EQ(make_frame_head(WebSocketOpcode::pong, 65536), std::string("\x8A\x7F\0\0\0\0\0\x01\0\0", 10));
  EXPECT_EQ(make_close_frame(1000, "bye"),
            "\x88\x05\x03\xE8"
            "bye");
  std::string reason;
  for (int i = 0; i < 50; ++i) reason += "茶";
  EXPECT_EQ(make_close_frame(1002, reason).size(), 4U + 123U);
  EXPECT_EQ(make_close_frame(1002, "x" + reason).size(), 4U + 121U);
}

TEST(WebSocketWriter, AnswersTheKeyOfTheRfc) {
  EXPECT_EQ(make_accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

}  // namespace
}  // namespace teahouse::http::websocket_codec_test
