#include "http/request_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace teahouse::http::request_reader_test {
namespace {

using Step = RequestReader::Step;

struct Read {
  std::vector<Request> requests;
  int status = 0;  // of the failure
};

// Reads all requests, `chunk` bytes at a time; their bodies whole, or streamed and put together here.
Read read_all(std::string_view bytes, size_t chunk, size_t body_bytes_max = 1000, bool is_streamed = false) {
  RequestReader reader;
  Read result;
  Request streamed;
  while (true) {
    switch (reader.advance()) {
      case Step::head:
        reader.allow_body(body_bytes_max, is_streamed);
        if (is_streamed && reader.in_body()) streamed = reader.take_head();
        continue;
      case Step::body: streamed.body += reader.take_body(); continue;
      case Step::complete:
        result.requests.push_back(is_streamed ? streamed : reader.take_request());
        if (is_streamed) reader.begin_next();
        continue;
      case Step::failed: result.status = reader.failure().status; return result;
      case Step::need_more: break;
    }
    if (bytes.empty()) return result;
    reader.append(bytes.substr(0, chunk));
    bytes.remove_prefix(std::min(chunk, bytes.size()));
  }
}

int failure_of(const std::string& bytes) {
  const Read whole = read_all(bytes, bytes.size());
  for (const Read& other :
       {read_all(bytes, 1), read_all(bytes, bytes.size(), 1000, true), read_all(bytes, 1, 1000, true)}) {
    EXPECT_EQ(whole.status, other.status) << bytes;
    EXPECT_EQ(whole.requests.size(), other.requests.size()) << bytes;
  }
  return whole.status;
}

TEST(RequestReader, ReadsPipelinedRequestsInAnyPieces) {
  const std::string bytes =
      "\r\nGET /a?x=1 HTTP/1.1\r\nHost: Capulet.lit:80\r\nX-Two:  b \r\n\r\n"
      "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
      "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nHost: "
      "evil\r\n\r\n"
      "GET /d HTTP/1.0\r\n\r\n";
  for (const size_t each : {size_t{1}, size_t{2}, size_t{7}, size_t{50}, bytes.size()}) {
    for (const bool is_streamed : {false, true}) {
      const Read read = read_all(bytes, each, 1000, is_streamed);
      ASSERT_EQ(read.status, 0);
      ASSERT_EQ(read.requests.size(), 4U);
      EXPECT_EQ(read.requests[0].method, "GET");
      EXPECT_EQ(read.requests[0].path, "/a");
      EXPECT_EQ(read.requests[0].query_string, "x=1");
      EXPECT_EQ(read.requests[0].host, "capulet.lit");
      EXPECT_EQ(read.requests[0].port, "80");
      EXPECT_EQ(read.requests[1].port, "");
      EXPECT_EQ(read.requests[0].headers.value("x-two"), "b");
      EXPECT_TRUE(read.requests[0].keep_alive);
      EXPECT_EQ(read.requests[1].body, "hello");
      EXPECT_EQ(read.requests[2].body, "abcde");
      EXPECT_EQ(read.requests[2].host, "h");
      EXPECT_EQ(read.requests[2].headers.count("Host"), 1U);  // a trailer is no header
      EXPECT_EQ(read.requests[3].path, "/d");
      EXPECT_FALSE(read.requests[3].keep_alive);
    }
  }
}

TEST(RequestReader, RefusesWhatAProxyMayReadOtherwise) {
  const std::string post = "POST / HTTP/1.1\r\nHost: h\r\n";
  for (const char* headers : {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                              "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                              "Content-Length: 5\r\nContent-Length: 5\r\n",
                              "Content-Length: 5\r\nContent-Length: 6\r\n",
                              "Content-Length: 5, 5\r\n",
                              "Content-Length: +5\r\n",
                              "Content-Length: 0x5\r\n",
                              "Content-Length:\r\n",
                              "Content-Length: 99999999999999999999\r\n",
                              "Transfer-Encoding: gzip, chunked\r\n",
                              "Transfer-Encoding: identity\r\n",
                              "Transfer-Encoding: xchunked\r\n",
                              "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                              "Transfer-Encoding : chunked\r\n",
                              "X: a\r\n b\r\n",
                              "Host: other\r\n",
                              "X: a\nY: b\r\n",
                              "X\r\n",
                              ": x\r\n",
                              "X: a\rb\r\n"}) {
    EXPECT_EQ(failure_of(post + headers + "\r\nabcde"), 400) << headers;
  }
  EXPECT_EQ(failure_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(failure_of("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(failure_of("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), 400);
  EXPECT_EQ(failure_of("GET / HTTP/1.1\nHost: h\n\n\r\n\r\n"), 505);
  EXPECT_EQ(failure_of("GET / HTTP/1.1\r\nHost: h\n\n\r\n\r\n"), 400);
  EXPECT_EQ(failure_of("GET / HTTP/2.0\r\nHost: h\r\n\r\n"), 505);
  EXPECT_EQ(failure_of("GET  / HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(failure_of("CONNECT a:443 HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(failure_of("GET /../a HTTP/1.1\r\nHost: h\r\n\r\n"), 404);
  EXPECT_EQ(failure_of("PUT / HTTP/1.1\r\nHost: h\r\nExpect: pancakes\r\n\r\n"), 417);
  EXPECT_EQ(failure_of("\x16\x03\x01 a client hello\r\n\r\n"), 400);
}

TEST(RequestReader, RefusesBadChunks) {
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char* body :
       {"x\r\n", "-1\r\na\r\n", "3\r\nabcd\r\n", "10000000000000000\r\n", "3\nabc\n", " 3\r\nabc\r\n"}) {
    EXPECT_EQ(failure_of(head + body + std::string(10, 'z') + "\r\n"), 400) << body;
  }
  EXPECT_EQ(failure_of(head + "3;" + std::string(20000, 'x')), 400);
  EXPECT_EQ(failure_of(head + "0\r\n" + std::string(20000, 'x')), 400);
}

TEST(RequestReader, HasLimits) {
  const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n";
  EXPECT_EQ(failure_of("GET /" + std::string(17000, 'a')), 414);
  EXPECT_EQ(failure_of(get + "X: " + std::string(17000, 'a')), 431);
  EXPECT_EQ(failure_of(get + "X: " + std::string(15000, 'a') + "\r\n\r\n"), 0);
  std::string many;
  for (int i = 0; i < 100; ++i) many += "A: b\r\n";
  EXPECT_EQ(failure_of(get + many + "\r\n"), 431);
  EXPECT_EQ(failure_of(get + "Content-Length: 1001\r\n\r\n"), 413);
  EXPECT_EQ(failure_of(get + "Content-Length: 1000\r\n\r\n" + std::string(1000, 'a')), 0);
  EXPECT_EQ(failure_of(get + "Transfer-Encoding: chunked\r\n\r\n3e8\r\n" + std::string(1000, 'a') +
                       "\r\n1\r\na\r\n0\r\n\r\n"),
            413);
}

TEST(RequestReader, KnowsHowMuchOfABodyIsLeft) {
  RequestReader reader;
  reader.append("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
  ASSERT_EQ(reader.advance(), Step::head);
  reader.allow_body(5, true);
  EXPECT_EQ(reader.body_bytes_left(), 5U);
  ASSERT_EQ(reader.advance(), Step::body);
  EXPECT_EQ(reader.take_body(), "ab");
  EXPECT_EQ(reader.body_bytes_left(), 3U);
  reader.append("cdePUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  ASSERT_EQ(reader.advance(), Step::body);
  EXPECT_EQ(reader.body_bytes_left(), 0U);
  ASSERT_EQ(reader.advance(), Step::complete);
  reader.begin_next();
  ASSERT_EQ(reader.advance(), Step::head);
  reader.allow_body(5, true);
  EXPECT_EQ(reader.body_bytes_left(), std::nullopt);
}

TEST(RequestReader, KeepsNothingBetweenRequests) {
  RequestReader reader;
  EXPECT_TRUE(reader.is_idle());
  reader.append("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_FALSE(reader.is_idle());
  EXPECT_EQ(reader.advance(), Step::head);
  EXPECT_EQ(reader.advance(), Step::head);  // until the body is allowed
  reader.allow_body(0);
  EXPECT_EQ(reader.advance(), Step::complete);
  reader.take_request();
  EXPECT_EQ(reader.advance(), Step::need_more);
  EXPECT_TRUE(reader.is_idle());
}

}  // namespace
}  // namespace teahouse::http::request_reader_test
