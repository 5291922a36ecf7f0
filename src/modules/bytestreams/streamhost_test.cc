#include "modules/bytestreams/streamhost.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "base/clock.h"

namespace teahouse::bytestreams::streamhost_test {
namespace {

using namespace std::string_literals;

const std::string hash = "5a39cbb2ce2e8e2d8a0e35d1f0e0a5c1d2e3f405";

// Two loops that are turned by hand, each with its streamhost; all streams are of the second.
class StreamhostTest : public ::testing::Test {
 protected:
  StreamhostTest() {
    all_->index_of = [](std::string_view) { return 1; };
    all_->hosts = {&first_, &second_};
    Tenant tenant;
    tenant.meter = std::make_shared<Meter>();
    host_ = std::make_shared<const Host>(
        Host{"proxy.shop.example", HostKind::proxy, std::make_shared<const Tenant>(std::move(tenant))});
  }
  ~StreamhostTest() override {
    for (const int user : users_) ::close(user);
  }

  int connect(Streamhost& at) {
    std::array<int, 2> fds{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds.data()), 0);
    at.accept(std::make_unique<net::Connection>(at.loop(), fds[0], "192.0.2.1"));
    users_.push_back(fds[1]);
    return fds[1];
  }
  void turns() {
    for (int i = 0; i < 5; ++i) {
      loops_[0].run_once(0);
      loops_[1].run_once(0);
    }
  }
  void say(int user, std::string_view bytes) {
    EXPECT_EQ(::send(user, bytes.data(), bytes.size(), MSG_NOSIGNAL), std::ssize(bytes));
    turns();
  }
  static std::string hear(int user) {
    std::string bytes(4096, '\0');
    const ssize_t n = ::recv(user, bytes.data(), bytes.size(), 0);
    if (n == 0 || (n < 0 && errno != EAGAIN)) return "END";
    bytes.resize(n > 0 ? static_cast<size_t>(n) : 0);
    return bytes;
  }
  void shake(int user) {
    say(user, "\5\1\0\5\1\0\3\x28"s + hash + "\0\0"s);
    EXPECT_EQ(hear(user), "\5\0\5\0\0\3\x28"s + hash + "\0\0"s);
  }
  UsePtr use() {
    return *Use::take(host_, *Jid::parse("ann@shop.example/phone"), *Jid::parse("bo@forum.example/desk"));
  }

  FakeClock clock_;
  std::array<net::Loop, 2> loops_{net::Loop{0, clock_}, net::Loop{1, clock_}};
  std::shared_ptr<Streamhost::All> all_ = std::make_shared<Streamhost::All>();
  int64_t relayed_[2] = {0, 0};
  Streamhost first_{loops_[0], all_, relayed_[0]}, second_{loops_[1], all_, relayed_[1]};
  HostPtr host_;
  std::vector<int> users_;
};

TEST_F(StreamhostTest, ThoseOfAStreamMeetOnTheLoopOfItsHash) {
  const int one = connect(first_), other = connect(second_);
  shake(one);
  shake(other);
  EXPECT_EQ(first_.waiting(), 0U);
  EXPECT_EQ(second_.waiting(), 2U);
  EXPECT_EQ(first_.activate(hash, use()).error().kind, ErrorKind::item_not_found);
  EXPECT_TRUE(second_.activate(hash, use()));
  say(one, "over two loops");
  say(other, "and back");
  EXPECT_EQ(hear(other), "over two loops");
  EXPECT_EQ(hear(one), "and back");
  EXPECT_EQ(relayed_[0], 0);
  EXPECT_EQ(relayed_[1], 22);
  EXPECT_EQ(host_->tenant->meter->bytestreams, 1);
  second_.end_relays([](const Use& each) { return each.target().str() == "bo@forum.example"; });
  turns();
  EXPECT_EQ(hear(one) + hear(other), "ENDEND");
  EXPECT_EQ(host_->tenant->meter->bytestreams, 0);
  EXPECT_TRUE(all_->connections.take("192.0.2.1", 1)) << "none is counted any more";
}

TEST_F(StreamhostTest, OneThatArrivesAfterTheEndIsLetGo) {
  const int late = connect(first_);
  second_.stop();
  say(late, "\5\1\0\5\1\0\3\x28"s + hash + "\0\0"s);
  EXPECT_EQ(second_.waiting(), 0U);
  const std::string heard = hear(late);
  EXPECT_TRUE(heard == "END" || (heard == "\5\0"s && hear(late) == "END")) << heard;
  EXPECT_TRUE(all_->connections.take("192.0.2.1", 1));
}

}  // namespace
}  // namespace teahouse::bytestreams::streamhost_test
