#include "http/file_source.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "http/fake/served_pair.h"
#include "http/range.h"

namespace teahouse::http::file_source_test {
namespace {

using fake::ServedPair;

// A file that counts how it is taken: also by reads alone, as where TLS must have its bytes.
class CountedFile final : public BodySource {
 public:
  struct Counts {
    bool is_read = false;  // by reads alone
    int parts = 0, reads = 0;
  };
  CountedFile(std::shared_ptr<BodySource> file, Counts& counts) : file_(std::move(file)), counts_(counts) {}
  std::optional<uint64_t> size() const override { return file_->size(); }
  bool is_seekable() const override { return file_->is_seekable(); }
  void narrow(uint64_t first, uint64_t bytes) override { file_->narrow(first, bytes); }
  Task<Result<SharedBytes>> read(size_t bytes_max) override {
    ++counts_.reads;
    return file_->read(bytes_max);
  }
  Task<std::optional<FilePart>> prepare(size_t bytes_max) override {
    if (counts_.is_read) return BodySource::prepare(bytes_max);
    ++counts_.parts;
    return file_->prepare(bytes_max);
  }

 private:
  const std::shared_ptr<BodySource> file_;
  Counts& counts_;
};

// Answers with the file at the request's path, and its ranges.
struct FileHandler final : Handler {
  explicit FileHandler(std::string in) : folder(std::move(in)) {}
  void on_request(Request request, Responder responder) override {
    auto source = open_file_source(folder + request.path, *home, *disk);
    ASSERT_TRUE(source);
    Response response = make_empty(200);
    response.source = std::make_shared<CountedFile>(std::move(*source), counts);
    answer_range(request, response);
    responder.send(std::move(response));
  }
  std::string folder;
  CountedFile::Counts counts;
  Executor* home = nullptr;
  Executor* disk = nullptr;
};

class FileSourceTest : public ::testing::Test {
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
    std::string name = ::testing::TempDir() + "file_source_XXXXXX";
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
  // Turns of the disk and of the loop.
  void work(int turns = 10) {
    for (int i = 0; i < turns; ++i) {
      disk_.run_once(0);
      pair_.turns();
    }
  }

  const std::string folder_ = make_folder();
  const std::string content_ = make_content();
  SystemClock clock_;
  net::Loop disk_{1, clock_};
  FileHandler handler_{folder_};
  ServedPair pair_{handler_};
};

TEST_F(FileSourceTest, IsSentWhole) {
  for (const bool is_read : {false, true}) {
    handler_.counts = {is_read};
    const std::string answer = ask();
    EXPECT_NE(answer.find("Content-Length: " + std::to_string(content_.size())), std::string::npos);
    EXPECT_TRUE(answer.ends_with("\r\n\r\n" + content_)) << is_read;
    EXPECT_EQ(handler_.counts.parts > 0, !is_read);
    EXPECT_EQ(handler_.counts.reads > 0, is_read);
  }
}

TEST_F(FileSourceTest, GivesARange) {
  for (const bool is_read : {false, true}) {
    handler_.counts = {is_read};
    const std::string answer = ask("Range: bytes=300000-699999\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 206 Partial Content\r\n"));
    EXPECT_TRUE(answer.ends_with("\r\n\r\n" + content_.substr(300'000, 400'000))) << is_read;
  }
}

TEST_F(FileSourceTest, IsFollowedByTheNextAnswer) {
  const std::string answers = ask("\r\nGET /file HTTP/1.1\r\nHost: h\r\n");
  const size_t first = answers.find("\r\n\r\n" + content_ + "HTTP/1.1 200 OK\r\n");
  ASSERT_NE(first, std::string::npos);
  EXPECT_NE(answers.find("\r\n\r\n" + content_, first + content_.size()), std::string::npos);
}

TEST_F(FileSourceTest, ThatShrinksBreaksTheAnswerOff) {
  for (const bool is_read : {false, true}) {
    handler_.counts = {is_read};
    std::ofstream(folder_ + "/file") << content_;
    const size_t peer = pair_.connect();
    EXPECT_NE(pair_.exchange(peer, "GET /file HTTP/1.1\r\nHost: h\r\n\r\n"), "");
    ASSERT_EQ(::truncate((folder_ + "/file").c_str(), 1000), 0);
    work();
    EXPECT_EQ(pair_.server().connections(), 0U) << is_read;
  }
}

// A part that was found in memory may be gone when it is sent.
TEST_F(FileSourceTest, ThatShrinksWhileAPartWaitsBreaksTheAnswerOff) {
  const size_t peer = pair_.connect();
  pair_.send(peer, "GET /file HTTP/1.1\r\nHost: h\r\n\r\n");
  work();
  ASSERT_EQ(::truncate((folder_ + "/file").c_str(), 1000), 0);
  EXPECT_LT(pair_.receive(peer).size(), content_.size());
  EXPECT_EQ(pair_.server().connections(), 0U);
}

TEST_F(FileSourceTest, GivesUpAPeerThatTakesNothing) {
  ASSERT_EQ(::truncate((folder_ + "/file").c_str(), 50'000'000), 0);
  const size_t idle = pair_.connect(), slow = pair_.connect();
  for (const size_t peer : {idle, slow}) pair_.send(peer, "GET /file HTTP/1.1\r\nHost: h\r\n\r\n");
  work();
  for (int i = 0; i < 20; ++i) {
    pair_.advance_ms(20'000);
    EXPECT_GT(pair_.receive_some(slow, 1'000'000), 0U) << i;
    work();
  }
  EXPECT_EQ(pair_.server().connections(), 1U);
  pair_.hang_up(slow);
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
}  // namespace teahouse::http::file_source_test
