#include "http/file_source.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "http/fake/served_pair.h"
#include "http/range.h"

namespace teahouse::http {
namespace {

using fake::ServedPair;

// Answers with the file at the request's path, and its ranges.
struct FileHandler final : Handler {
  explicit FileHandler(std::string in) : folder(std::move(in)) {}
  void on_request(Request request, Responder responder) override {
    auto source = open_file_source(folder + request.path, *home, *disk);
    ASSERT_TRUE(source);
    Response response = make_empty(200);
    response.source = std::move(*source);
    answer_range(request, response);
    responder.send(std::move(response));
  }
  std::string folder;
  Executor* home = nullptr;
  Executor* disk = nullptr;
};

class FileSourceTest : public testing::Test {
 protected:
  FileSourceTest() {
    std::ofstream(folder_ + "/file") << content_;
    handler_.home = &pair_.loop();
    handler_.disk = &disk_;
  }
  ~FileSourceTest() override {
    std::remove((folder_ + "/file").c_str());
    ::rmdir(folder_.c_str());
  }
  static std::string make_folder() {
    std::string name = testing::TempDir() + "file_source_XXXXXX";
    return mkdtemp(name.data()) ? name : std::string();
  }
  static std::string make_content() {
    std::string content;
    while (content.size() < 1'000'000) content += std::to_string(content.size()) + " ";
    return content;
  }
  // The whole answer; the disk's turns are taken between those of the loop.
  std::string ask(const std::string& headers = {}) {
    const size_t peer = pair_.connect();
    std::string answer = pair_.exchange(peer, "GET /file HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n");
    for (int i = 0; i < 50; ++i) {
      disk_.run_once(0);
      answer += pair_.receive(peer);
    }
    return answer;
  }

  const std::string folder_ = make_folder();
  const std::string content_ = make_content();
  SystemClock clock_;
  net::Loop disk_{1, clock_};
  FileHandler handler_{folder_};
  ServedPair pair_{handler_};
};

TEST_F(FileSourceTest, IsReadElsewhereAndSentWhole) {
  const std::string answer = ask();
  EXPECT_NE(answer.find("Content-Length: " + std::to_string(content_.size())), std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n" + content_));
}

TEST_F(FileSourceTest, GivesARange) {
  const std::string answer = ask("Range: bytes=300000-699999\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 206 Partial Content\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n" + content_.substr(300'000, 400'000)));
}

TEST_F(FileSourceTest, ThatShrinksBreaksTheAnswerOff) {
  const size_t peer = pair_.connect();
  EXPECT_NE(pair_.exchange(peer, "GET /file HTTP/1.1\r\nHost: h\r\n\r\n"), "");
  ASSERT_EQ(::truncate((folder_ + "/file").c_str(), 1000), 0);
  for (int i = 0; i < 10; ++i) {
    disk_.run_once(0);
    pair_.turns();
  }
  EXPECT_EQ(pair_.server().connections(), 0U);
}

TEST_F(FileSourceTest, IsARegularFileThatIsThere) {
  for (const std::string& path : {folder_, folder_ + "/other", folder_ + "/file/x", std::string("/dev/null")}) {
    const auto source = open_file_source(path, pair_.loop(), disk_);
    ASSERT_FALSE(source) << path;
    EXPECT_EQ(source.error().kind, ErrorKind::item_not_found) << path;
  }
}

}  // namespace
}  // namespace teahouse::http
