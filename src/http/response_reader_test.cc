#include "http/response_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace teahouse::http::response_reader_test {
namespace {

// "200 body" for each answer that a connection carries, then why it failed; in pieces of so many bytes.
std::string read(std::string_view bytes, size_t piece = 1'000'000, bool ends = true, bool to_head = false) {
  ResponseReader reader;
  std::string all, body;
  int status = 0;
  reader.begin(to_head, 1000);
  while (true) {
    switch (reader.advance()) {
      case ResponseReader::Step::need_more:
        if (bytes.empty() && !ends) return all + "...";
        if (bytes.empty()) reader.end();
        reader.append(bytes.substr(0, piece));
        bytes.remove_prefix(std::min(piece, bytes.size()));
        break;
      case ResponseReader::Step::head: status = reader.take_head().status; break;
      case ResponseReader::Step::body: body += reader.take_body(); break;
      case ResponseReader::Step::complete:
        all += std::to_string(status) + " " + body;
        body.clear();
        if (!reader.is_reusable() && !reader.is_waiting()) return all;
        all += "|";
        reader.begin(to_head, 1000);
        if (bytes.empty() && !reader.is_waiting()) return all;
        break;
      case ResponseReader::Step::failed: return all + "failed: " + reader.failure();
    }
  }
}

const std::string ok = "HTTP/1.1 200 OK\r\n";

TEST(ResponseReader, ReadsBodiesByEachOfTheirLengths) {
  const struct {
    std::string bytes, read;
  } rows[] = {
      {ok + "Content-Length: 5\r\n\r\nhello", "200 hello|"},
      {ok + "Content-Length: 0\r\n\r\n", "200 |"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\n\r\n", "200 hello|"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n0\r\nTrailer: x\r\n\r\n", "200 |"},
      {ok + "\r\nhello", "200 hello"},  // to the connection's end
      {ok + "Connection: close\r\nContent-Length: 2\r\n\r\nhi", "200 hi"},
      {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200 hi"},
      {"HTTP/1.1 204 No Content\r\n\r\n", "204 |"},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "304 |"},
      {"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + ok + "Content-Length: 2\r\n\r\nhi",
       "200 hi|"},
      {ok + "Content-Length: 1\r\n\r\naHTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nb", "200 a|404 b|"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(read(row.bytes), row.read) << row.bytes;
    EXPECT_EQ(read(row.bytes, 1), row.read) << row.bytes;
    EXPECT_EQ(read(row.bytes, 7), row.read) << row.bytes;
  }
  EXPECT_EQ(read(ok + "Content-Length: 5\r\n\r\n", 100, true, true), "200 |");  // to HEAD
}

TEST(ResponseReader, RefusesWhatCouldEndInTwoPlaces) {
  for (const std::string& head : {
           std::string("Content-Length: 1\r\nContent-Length: 1\r\n\r\na"),
           std::string("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na"),
           std::string("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
           std::string("Transfer-Encoding: gzip\r\n\r\na"),
           std::string("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
           std::string("Content-Length: +1\r\n\r\na"),
           std::string("Content-Length: 1, 1\r\n\r\na"),
           std::string("Content-Length: -1\r\n\r\na"),
           std::string("Content-Length: 99999999999999999999999\r\n\r\na"),
           std::string("Folded: a\r\n b\r\n\r\n"),
           std::string("Bad Name: a\r\n\r\n"),
           std::string("Nul: a") + '\0' + "\r\n\r\n",
           std::string("Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n"),
           std::string("Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n"),
           std::string("Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"),
       }) {
    EXPECT_TRUE(read(ok + head).starts_with("failed: ")) << head << read(ok + head);
  }
  for (const std::string& bytes :
       {std::string("nonsense\r\n\r\n"), std::string("HTTP/2 200 OK\r\n\r\n"), std::string("HTTP/1.1 99 x\r\n\r\n"),
        std::string("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
        std::string("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")}) {
    EXPECT_TRUE(read(bytes).starts_with("failed: ")) << bytes << read(bytes);
  }
}

TEST(ResponseReader, SaysThatAnAnswerBrokeOff) {
  for (const std::string& bytes :
       {std::string(), std::string("HTTP/1.1 200"), ok, ok + "Content-Length: 5\r\n\r\nhell",
        ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", ok + "Transfer-Encoding: chunked\r\n\r\n"}) {
    EXPECT_TRUE(read(bytes).ends_with("failed: it ended before it was complete")) << bytes;
    EXPECT_EQ(read(bytes, 3, false), "...") << bytes;
  }
}

TEST(ResponseReader, HasLimits) {
  EXPECT_EQ(read(ok + "X: " + std::string(70'000, 'x')), "failed: its head is larger than 64 KiB");
  std::string many = ok;
  for (int i = 0; i < 201; ++i) many += "X: y\r\n";
  EXPECT_EQ(read(many + "\r\n"), "failed: it has more than 200 header fields");
  std::string interim;
  for (int i = 0; i < 11; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(read(interim + ok + "\r\n"), "failed: too many interim answers came before it");
  const std::string too_long = "failed: its body is larger than 1000 bytes";
  EXPECT_EQ(read(ok + "Content-Length: 1001\r\n\r\n"), too_long);
  EXPECT_EQ(read(ok + "\r\n" + std::string(1001, 'x')), too_long);
  EXPECT_EQ(read(ok + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x') + "\r\n0\r\n\r\n"),
            too_long);
  EXPECT_EQ(read(ok + "Content-Length: 1000\r\n\r\n" + std::string(1000, 'x')), "200 " + std::string(1000, 'x') + "|");
  EXPECT_TRUE(read(ok + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(70'000, 'x')).starts_with("failed: "));
}

TEST(ResponseReader, TakesNoMoreMemoryThanCame) {
  ResponseReader reader;
  reader.begin(false);
  reader.append(ok + "Content-Length: 1000000000000\r\n\r\n");  // a reader that reserved it would end the program
  EXPECT_EQ(reader.advance(), ResponseReader::Step::head);
  EXPECT_EQ(reader.advance(), ResponseReader::Step::need_more);
}

}  // namespace
}  // namespace teahouse::http::response_reader_test
