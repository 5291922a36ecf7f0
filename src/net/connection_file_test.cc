// Files that the kernel sends.
#include <sys/mman.h>

#include <optional>

#include "net/fake/connection_on_pair.h"

namespace teahouse::net::connection_file_test {
namespace {

using fake::ConnectionOnPair;

int make_file(std::string_view bytes) {
  const int file = ::memfd_create("connection_test", MFD_CLOEXEC);
  EXPECT_EQ(::write(file, bytes.data(), bytes.size()), std::ssize(bytes));
  return file;
}

TEST_F(ConnectionOnPair, SendsAFileAfterWhatIsQueued) {
  const int file = make_file("0123456789");
  connection_->start(recorder_);
  connection_->send(std::string("head "));
  EXPECT_EQ(connection_->send_file(file, 2, 5), 0U);
  turns();
  EXPECT_EQ(recorder_.drained, 1);
  EXPECT_EQ(connection_->send_file(file, 2, 5), 5U);
  connection_->send(std::string(" tail"));
  turns();
  EXPECT_EQ(peer_reads(), "head 23456 tail");
  EXPECT_EQ(connection_->send_file(file, 10, 1), std::nullopt);  // it has no such byte
  ::close(file);
}

TEST_F(ConnectionOnPair, SendsAFileAsThePeerTakesIt) {
  std::string content;
  while (content.size() < 5'000'000) content += std::to_string(content.size()) + " ";
  const int file = make_file(content);
  connection_->start(recorder_);
  std::string received;
  size_t sent = 0;
  while (sent < content.size()) {
    const int drained = recorder_.drained;
    const auto more = connection_->send_file(file, sent, content.size() - sent);
    ASSERT_TRUE(more);
    sent += *more;
    if (sent == content.size()) break;
    EXPECT_EQ(connection_->send_file(file, sent, content.size() - sent), 0U);
    turns();
    EXPECT_EQ(recorder_.drained, drained);  // not before the peer has taken some
    for (int i = 0; i < 100 && recorder_.drained == drained; ++i) {
      received += peer_reads();
      turns();
    }
    ASSERT_EQ(recorder_.drained, drained + 1);
    EXPECT_TRUE(connection_->take_sign_of_life());
  }
  for (std::string more = peer_reads(); !more.empty(); more = peer_reads()) received += more;
  EXPECT_EQ(received, content);
  ::close(file);
}

TEST_F(ConnectionOnPair, SendsNoFileToAPeerThatIsGone) {
  const int file = make_file("0123456789");
  connection_->start(recorder_);
  peer_closes();
  EXPECT_EQ(connection_->send_file(file, 0, 10), 0U);
  turns();
  EXPECT_EQ(recorder_.closed, 1);
  EXPECT_EQ(connection_->send_file(file, 0, 10), 0U);
  ::close(file);
}

}  // namespace
}  // namespace teahouse::net::connection_file_test
