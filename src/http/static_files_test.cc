#include "http/static_files.h"

#include <gtest/gtest.h>

#include <array>

namespace teahouse::http::static_files_test {
namespace {

constexpr std::array assets = {
    Asset{"/panel/index.html", "text/html; charset=utf-8", "<html>", "v1", "GZIPPED", false},
    Asset{"/panel/app-1a2b.js", "text/javascript", "code()", "1a2b", "", true},
};

Request request_with(const std::string& name, const std::string& value) {
  Request request;
  request.headers.add(name, value);
  return request;
}

TEST(StaticFiles, AnswersWithTheProgramsOwnBytes) {
  const StaticFiles files(assets);
  const Response response = files.respond(Request(), "/panel/app-1a2b.js");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body.view().data(), assets[1].bytes.data());
  EXPECT_EQ(response.headers.value("ETag"), "\"1a2b\"");
  EXPECT_NE(response.headers.value("Cache-Control").find("immutable"), std::string::npos);
  EXPECT_EQ(response.headers.find("Vary"), nullptr);
  EXPECT_EQ(files.respond(Request(), "/panel/").body.view(), "<html>");
  EXPECT_EQ(files.respond(Request(), "/panel/").headers.value("Cache-Control"), "no-cache");
  EXPECT_EQ(files.respond(Request(), "/panel").status, 404);
  EXPECT_EQ(files.respond(Request(), "/other").status, 404);
}

TEST(StaticFiles, AnswersGzipToWhoTakesIt) {
  const StaticFiles files(assets);
  for (const char* accept : {"gzip", "br, GZIP;q=0.5", "deflate, gzip"}) {
    const Response response = files.respond(request_with("Accept-Encoding", accept), "/panel/index.html");
    EXPECT_EQ(response.body.view(), "GZIPPED") << accept;
    EXPECT_EQ(response.headers.value("Content-Encoding"), "gzip");
    EXPECT_EQ(response.headers.value("ETag"), "\"v1-gzip\"");
    EXPECT_EQ(response.headers.value("Vary"), "Accept-Encoding");
  }
  for (const char* accept : {"", "br", "gzip;q=0", "gzip; q=0.00", "xgzip"}) {
    EXPECT_EQ(files.respond(request_with("Accept-Encoding", accept), "/panel/index.html").body.view(), "<html>")
        << accept;
  }
}

TEST(StaticFiles, AnswersARangeOfWhatItWouldHaveSent) {
  const StaticFiles files(assets);
  Request request = request_with("Range", "bytes=2-3");
  request.method = "GET";
  Response response = files.respond(request, "/panel/index.html");
  EXPECT_EQ(response.status, 206);
  EXPECT_EQ(response.body.view(), "tm");
  EXPECT_EQ(response.body.view().data(), assets[0].bytes.data() + 2);
  EXPECT_EQ(response.headers.value("Content-Range"), "bytes 2-3/6");
  request.headers.add("Accept-Encoding", "gzip");
  response = files.respond(request, "/panel/index.html");
  EXPECT_EQ(response.body.view(), "IP");
  EXPECT_EQ(response.headers.value("Content-Range"), "bytes 2-3/7");
  EXPECT_EQ(response.headers.value("Content-Encoding"), "gzip");
  request.headers.add("If-Range", "\"v1\"");  // of the other variant
  EXPECT_EQ(files.respond(request, "/panel/index.html").status, 200);
  request.headers.add("If-None-Match", "*");
  EXPECT_EQ(files.respond(request, "/panel/index.html").status, 304);
  EXPECT_EQ(files.respond(request_with("Range", "bytes=9-"), "/panel/index.html").status, 200);  // no GET
}

TEST(StaticFiles, Answers304) {
  const StaticFiles files(assets);
  for (const char* tag : {"\"v1\"", "W/\"v1\"", "\"x\", \"v1\"", "*"}) {
    const Response response = files.respond(request_with("If-None-Match", tag), "/panel/index.html");
    EXPECT_EQ(response.status, 304) << tag;
    EXPECT_TRUE(response.body.empty());
    EXPECT_EQ(response.headers.value("ETag"), "\"v1\"");
  }
  for (const char* tag : {"\"v2\"", "v1", ""}) {
    EXPECT_EQ(files.respond(request_with("If-None-Match", tag), "/panel/index.html").status, 200) << tag;
  }
}

}  // namespace
}  // namespace teahouse::http::static_files_test
