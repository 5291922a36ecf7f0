#include "http/range.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "http/body_source.h"

namespace teahouse::http::range_test {
namespace {

using Kind = RangeAsked::Kind;

std::string show(std::string_view range, uint64_t size) {
  const RangeAsked asked = parse_range(range, size);
  if (asked.kind == Kind::whole) return "whole";
  if (asked.kind == Kind::unsatisfiable) return "unsatisfiable";
  return std::to_string(asked.first) + "+" + std::to_string(asked.bytes);
}

TEST(Range, IsOneOfBytes) {
  EXPECT_EQ(show("bytes=0-4", 10), "0+5");
  EXPECT_EQ(show("Bytes=3-3", 10), "3+1");
  EXPECT_EQ(show("bytes= 3- ", 10), "3+7");
  EXPECT_EQ(show("bytes=3-99999999999999999999999", 10), "3+7");
  EXPECT_EQ(show("bytes=-4", 10), "6+4");
  EXPECT_EQ(show("bytes=-99999999999999999999999", 10), "0+10");
  EXPECT_EQ(show("bytes=0-", 1), "0+1");
}

TEST(Range, IsUnsatisfiableBeyondTheEnd) {
  for (const char* range : {"bytes=10-", "bytes=10-20", "bytes=99999999999999999999999-", "bytes=-0", "bytes=-000"}) {
    EXPECT_EQ(show(range, 10), "unsatisfiable") << range;
  }
  EXPECT_EQ(show("bytes=0-", 0), "unsatisfiable");
}

TEST(Range, ThatIsNoneGetsTheWhole) {
  for (const char* range :
       {"", "bytes", "bytes=", "bytes=-", "bytes=--1", "bytes=a-b", "bytes=1", "bytes=5-3", "bytes=0-1,3-4",
        "bytes=0-0,-1", "bytes=+1-2", "bytes=0x1-2", "lines=0-1", "=0-1", "bytes 0-1", "bytes=1 -2", "bytes=-1-2"}) {
    EXPECT_EQ(show(range, 10), "whole") << range;
  }
  EXPECT_EQ(show("bytes=-5", 0), "whole");
}

// "0123456789", version "v1".
class AnswerRangeTest : public ::testing::Test {
 protected:
  Request request_;
  Response response_ = make_text(200, "0123456789");

  AnswerRangeTest() {
    request_.method = "GET";
    response_.headers.add("ETag", "\"v1\"");
    response_.headers.add("Last-Modified", "Tue, 14 Nov 2023 22:13:20 GMT");
  }
  int answer() {
    answer_range(request_, response_);
    return response_.status;
  }
};

TEST_F(AnswerRangeTest, Gives206) {
  request_.headers.add("Range", "bytes=2-4");
  EXPECT_EQ(answer(), 206);
  EXPECT_EQ(response_.body.view(), "234");
  EXPECT_EQ(response_.headers.value("Content-Range"), "bytes 2-4/10");
  EXPECT_EQ(response_.headers.value("ETag"), "\"v1\"");
  EXPECT_EQ(response_.content_type, "text/plain; charset=utf-8");
}

TEST_F(AnswerRangeTest, Gives416) {
  request_.headers.add("Range", "bytes=10-");
  EXPECT_EQ(answer(), 416);
  EXPECT_EQ(response_.headers.value("Content-Range"), "bytes */10");
  EXPECT_NE(response_.body.view().find("\"code\":\"range-not-satisfiable\""), std::string_view::npos);
}

TEST_F(AnswerRangeTest, GivesTheWholeAndSaysThatItTakesRanges) {
  EXPECT_EQ(answer(), 200);
  EXPECT_EQ(response_.headers.value("Accept-Ranges"), "bytes");
  EXPECT_EQ(response_.body.size(), 10U);
}

TEST_F(AnswerRangeTest, OnlyAGetOfA200HasRanges) {
  request_.headers.add("Range", "bytes=2-4");
  request_.method = "HEAD";
  EXPECT_EQ(answer(), 200);
  request_.method = "GET";
  response_.status = 404;
  EXPECT_EQ(answer(), 404);
  EXPECT_EQ(response_.body.size(), 10U);
}

TEST_F(AnswerRangeTest, IfRangeMustNameThisVersion) {
  const auto ask = [this](const char* if_range) {
    Request request = request_;
    Response response = response_;
    request.headers.add("Range", "bytes=2-4");
    request.headers.add("If-Range", if_range);
    answer_range(request, response);
    return response.status;
  };
  EXPECT_EQ(ask("\"v1\""), 206);
  EXPECT_EQ(ask("Tue, 14 Nov 2023 22:13:20 GMT"), 206);
  for (const char* other : {"\"v2\"", "W/\"v1\"", "v1", "", "Tue, 14 Nov 2023 22:13:21 GMT"}) {
    EXPECT_EQ(ask(other), 200) << other;
  }
  response_.headers = {};
  EXPECT_EQ(ask(""), 200) << "no version is none";
}

struct Tape final : BodySource {
  explicit Tape(bool seeks) : is_tape(!seeks) {}
  std::optional<uint64_t> size() const override { return 10; }
  bool is_seekable() const override { return !is_tape; }
  void narrow(uint64_t from, uint64_t count) override { first = from, bytes = count; }
  Task<Result<SharedBytes>> read(size_t) override { co_return SharedBytes(); }
  bool is_tape;
  uint64_t first = 0, bytes = 10;
};

TEST_F(AnswerRangeTest, NarrowsASourceThatIsSeekable) {
  request_.headers.add("Range", "bytes=-3");
  const auto disk = std::make_shared<Tape>(true);
  response_.source = disk;
  EXPECT_EQ(answer(), 206);
  EXPECT_EQ(response_.headers.value("Content-Range"), "bytes 7-9/10");
  EXPECT_EQ(disk->first, 7U);
  EXPECT_EQ(disk->bytes, 3U);
  Response other = make_empty(200);
  other.source = std::make_shared<Tape>(false);
  answer_range(request_, other);
  EXPECT_EQ(other.status, 200);
  EXPECT_EQ(other.headers.find("Accept-Ranges"), nullptr);
}

}  // namespace
}  // namespace teahouse::http::range_test
