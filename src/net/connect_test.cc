#include "net/connect.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/clock.h"
#include "net/fake/certificate.h"
#include "net/fake/fake_dns.h"
#include "net/listener.h"
#include "net/tls.h"

namespace teahouse::net::connect_test {
namespace {

// How many file descriptors this process has.
size_t open_files() {
  const auto all = std::filesystem::directory_iterator("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

// An address on which nobody accepts or refuses: its backlog is full.
class SilentAddress {
 public:
  SilentAddress(const std::string& ip, uint16_t port) : address_(*make_address(ip, port)) {
    listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::bind(listening_, address_.raw(), address_.size), 0);
    EXPECT_EQ(::listen(listening_, 0), 0);
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);  // takes the one place
    EXPECT_EQ(::connect(fd, address_.raw(), address_.size), 0);
    filling_ = fd;
  }
  ~SilentAddress() {
    ::close(filling_);
    ::close(listening_);
  }
  SilentAddress(const SilentAddress&) = delete;

 private:
  SocketAddress address_;
  int listening_ = -1, filling_ = -1;
};

struct Peer : Connection::Events {
  explicit Peer(std::unique_ptr<Connection> taken) : connection(std::move(taken)) { connection->start(*this); }
  void on_bytes(std::string_view more) override {
    bytes += more;
    if (echoes) connection->send(std::string(more));
  }
  void on_closed(std::string_view) override { closed = true; }
  std::unique_ptr<Connection> connection;
  std::string bytes;
  bool echoes = false;
  bool closed = false;
};

class Connect : public ::testing::Test {
 protected:
  Connect() {
    EXPECT_TRUE(contexts_.set("localhost", certificate_.chain_pem, certificate_.key_pem));
    std::ofstream(ca_file_) << certificate_.chain_pem;
  }
  ~Connect() override { std::remove(ca_file_.c_str()); }

  // Listens on 127.0.0.1 with echoing peers.
  void listen(bool secure = false) {
    listener_ = *Listener::listen(loop_, "127.0.0.1:0", [this, secure](std::unique_ptr<Connection> accepted) {
      if (secure) accepted->start_tls(contexts_, alpn_);
      accepted_.push_back(std::make_unique<Peer>(std::move(accepted)));
      accepted_.back()->echoes = true;
    });
    port_ = listener_->port();
  }
  Destination to(const std::string& host) {
    Destination destination;
    destination.host = host;
    destination.port = port_;
    return destination;
  }
  TlsClient tls(const std::string& name) { return {*TlsTrust::make(ca_file_), name, {"xmpp-client"}}; }
  void begin(Destination destination) {
    error_ = {};
    peer_.reset();
    connecting_ = connect(loop_, dns_, std::move(destination), [this](auto result) {
      ++told_;
      if (result) {
        peer_ = std::make_unique<Peer>(std::move(*result));
      } else {
        error_ = result.error();
      }
      connecting_ = Connecting();
    });
    turns();
  }
  void turns(int count = 3) {
    for (int i = 0; i < count; ++i) loop_.run_once(0);
  }
  template <class Holds>
  void await(Holds holds) {
    while (!holds()) loop_.run_once(1000);
  }
  void await_end(int before) {
    await([&] { return told_ > before; });
  }
  std::string exchange(const std::string& text) {
    peer_->connection->send(text);
    await([&] { return peer_->bytes.size() >= text.size() || peer_->closed; });
    return peer_->bytes;
  }

  const fake::Certificate certificate_ = fake::make_certificate("localhost", "127.0.0.1");
  const std::string ca_file_ = ::testing::TempDir() + "teahouse_connect_test_" + std::to_string(getpid()) + ".pem";
  TlsContexts contexts_;
  std::vector<std::string> alpn_ = {"xmpp-client"};
  FakeClock clock_;
  Loop loop_{0, clock_};
  fake::FakeDns dns_;
  std::vector<std::unique_ptr<Peer>> accepted_;
  std::unique_ptr<Listener> listener_;
  uint16_t port_ = 0;
  Connecting connecting_;
  std::unique_ptr<Peer> peer_;
  Error error_{};
  int told_ = 0;
};

TEST_F(Connect, ReachesAnAddressAndAName) {
  listen();
  begin(to("127.0.0.1"));
  await_end(0);
  ASSERT_TRUE(peer_) << error_.text;
  EXPECT_EQ(exchange("ping"), "ping");
  EXPECT_EQ(peer_->connection->peer_address(), "127.0.0.1");
  EXPECT_EQ(dns_.asked(), 0U);

  begin(to("shop.example"));
  dns_.answer_addresses("shop.example", DnsType::aaaa, {});
  dns_.answer_addresses("shop.example", DnsType::a, {"127.0.0.1"});
  await_end(1);
  ASSERT_TRUE(peer_) << error_.text;
  EXPECT_EQ(exchange("ping"), "ping");
}

TEST_F(Connect, WaitsALittleForIPv6AndNoLonger) {
  listen();
  begin(to("shop.example"));
  dns_.answer_addresses("shop.example", DnsType::a, {"127.0.0.1"});
  clock_.advance_ms(40);
  turns();
  EXPECT_TRUE(accepted_.empty());
  clock_.advance_ms(20);
  await_end(0);
  EXPECT_TRUE(peer_) << error_.text;
  EXPECT_EQ(dns_.asked(), 0U);  // the other look-up ended
}

TEST_F(Connect, GoesOnAtOnceAfterARefusalAndBySchedulePastSilence) {
  listen();
  const SilentAddress silent("127.0.0.2", port_);
  begin(to("shop.example"));
  dns_.answer_addresses("shop.example", DnsType::aaaa, {});
  // Nobody listens on .3; .2 is silent; .1 answers.
  dns_.answer_addresses("shop.example", DnsType::a, {"127.0.0.3", "127.0.0.2", "127.0.0.1"});
  turns(10);
  clock_.advance_ms(240);
  turns();
  EXPECT_TRUE(accepted_.empty());
  clock_.advance_ms(20);
  await_end(0);
  EXPECT_TRUE(peer_) << error_.text;
  EXPECT_EQ(accepted_.size(), 1U);
}

TEST_F(Connect, TakesTurnsBetweenTheFamiliesIPv6First) {
  listen();
  begin(to("shop.example"));
  // An address that is not reachable from here fails at once, and an address that is comes to its turn after one of the
  // other kind.
  dns_.answer_addresses("shop.example", DnsType::a, {"127.0.0.1", "127.0.0.3"});
  dns_.answer_addresses("shop.example", DnsType::aaaa, {"::ffff:127.0.0.3"});
  await_end(0);
  EXPECT_TRUE(peer_) << error_.text;
  EXPECT_EQ(told_, 1);
}

TEST_F(Connect, SaysWhyItCannot) {
  listen();
  const uint16_t port = port_;
  listener_.reset();
  const struct {
    Result<DnsAnswer> a;
    ErrorKind kind;
    std::string text;
  } rows[] = {
      {DnsAnswer(), ErrorKind::remote_server_not_found, "it has no address"},
      {Error{ErrorKind::remote_server_timeout, "no answer"}, ErrorKind::remote_server_timeout, "no answer"},
      {DnsAnswer{{std::string("\x7f\0\0\x01", 4)}}, ErrorKind::service_unavailable,
       "127.0.0.1 says: Connection refused"},
  };
  for (const auto& row : rows) {
    begin(to("shop.example"));
    const int before = told_;
    dns_.answer("shop.example", DnsType::aaaa, DnsAnswer());
    dns_.answer("shop.example", DnsType::a, row.a);
    await_end(before);
    EXPECT_EQ(error_.kind, row.kind);
    EXPECT_EQ(error_.text, "cannot connect to shop.example port " + std::to_string(port) + ": " + row.text);
  }
}

TEST_F(Connect, JudgesTheAddressNotTheName) {
  listen();
  for (const char* host : {"127.0.0.1", "::ffff:127.0.0.1", "2002:7f00:1::", "shop.example"}) {
    Destination destination = to(host);
    destination.guard = AddressGuard::public_only();
    const int before = told_;
    begin(std::move(destination));
    if (dns_.asked() > 0) {
      dns_.answer_addresses(host, DnsType::aaaa, {"::1", "fe80::1"});
      dns_.answer_addresses(host, DnsType::a, {"127.0.0.1", "169.254.169.254"});
    }
    await_end(before);
    EXPECT_EQ(error_.kind, ErrorKind::forbidden) << host << error_.text;
  }
  turns();
  EXPECT_TRUE(accepted_.empty());
}

TEST_F(Connect, ChecksTheServersNameAndTellsItsOwn) {
  listen(true);
  Destination destination = to("127.0.0.1");
  for (const char* good : {"localhost", "127.0.0.1"}) {
    const int before = told_;
    destination.tls = tls(good);
    contexts_.remove("localhost");
    ASSERT_TRUE(contexts_.set(good, certificate_.chain_pem, certificate_.key_pem));
    ASSERT_TRUE(contexts_.set_fallback(certificate_.chain_pem, certificate_.key_pem));
    begin(destination);
    await_end(before);
    ASSERT_TRUE(peer_) << error_.text;
    EXPECT_TRUE(peer_->connection->is_secure());
    EXPECT_EQ(peer_->connection->alpn(), "xmpp-client");
    EXPECT_EQ(exchange(std::string(100'000, 'x')).size(), 100'000U);
    EXPECT_EQ(accepted_.back()->connection->sni(), good == std::string("localhost") ? "localhost" : "");
  }
  for (const char* bad : {"shop.example", "127.0.0.2", "local", ""}) {
    const int before = told_;
    destination.tls = tls(bad);
    begin(destination);
    await_end(before);
    EXPECT_FALSE(peer_) << bad;
    EXPECT_EQ(error_.kind, *bad ? ErrorKind::not_authorized : ErrorKind::service_unavailable) << bad << error_.text;
  }
  for (const TlsTrust& trust : {*TlsTrust::make(), TlsTrust::nobody()}) {  // the system knows no such authority
    const int before = told_;
    destination.tls = TlsClient{trust, "localhost", {}};
    begin(destination);
    await_end(before);
    EXPECT_EQ(error_.kind, ErrorKind::not_authorized);
  }
  EXPECT_FALSE(TlsTrust::make("/nowhere.pem"));
}

TEST_F(Connect, TakesNoWildcardForPartOfALabelAndNoCommonName) {
  const auto wild = fake::make_certificate("*.shop.example");
  const auto part = fake::make_certificate("im*.shop.example");
  std::ofstream(ca_file_) << wild.chain_pem << part.chain_pem;
  listen(true);
  const struct {
    const fake::Certificate& shown;
    const char* name;
    bool good;
  } rows[] = {{wild, "im.shop.example", true},
              {wild, "shop.example", false},
              {wild, "a.b.shop.example", false},
              {part, "im1.shop.example", false},
              {wild, "im.forum.example", false}};
  for (const auto& row : rows) {
    ASSERT_TRUE(contexts_.set_fallback(row.shown.chain_pem, row.shown.key_pem));
    const int before = told_;
    Destination destination = to("127.0.0.1");
    destination.tls = tls(row.name);
    begin(destination);
    await_end(before);
    EXPECT_EQ(peer_ != nullptr, row.good) << row.name << " " << error_.text;
  }
}

TEST_F(Connect, EndsWhereNobodySpeaksTls) {
  listen();  // echoes the ClientHello
  Destination destination = to("127.0.0.1");
  destination.tls = tls("localhost");
  begin(destination);
  await_end(0);
  EXPECT_EQ(error_.kind, ErrorKind::service_unavailable) << error_.text;
}

TEST_F(Connect, GivesUpInTime) {
  listen();
  const SilentAddress silent("127.0.0.2", port_);
  begin(to("127.0.0.2"));
  clock_.advance_ms(9'980);
  turns();
  EXPECT_EQ(told_, 0);
  clock_.advance_ms(20);
  turns();
  EXPECT_EQ(told_, 1);
  EXPECT_EQ(error_.kind, ErrorKind::remote_server_timeout);
}

TEST_F(Connect, LeavesNothingBehindWhenItIsCancelled) {
  listen(true);
  const SilentAddress silent("127.0.0.2", port_);
  const size_t files = open_files();
  const auto cancel = [&] {
    connecting_ = Connecting();
    EXPECT_EQ(dns_.asked(), 0U);
    turns();
    accepted_.clear();
    turns();
    EXPECT_EQ(open_files(), files);
  };
  begin(to("shop.example"));
  EXPECT_EQ(dns_.asked(), 2U);
  cancel();  // in the look-up
  begin(to("shop.example"));
  dns_.answer_addresses("shop.example", DnsType::a, {"127.0.0.2", "127.0.0.2"});
  clock_.advance_ms(60);
  turns();
  clock_.advance_ms(260);
  turns();
  EXPECT_EQ(open_files(), files + 2);
  cancel();  // in two attempts
  Destination destination = to("127.0.0.1");
  destination.tls = tls("localhost");
  connecting_ = connect(loop_, dns_, destination, [this](auto) { ++told_; });
  connecting_ = Connecting();  // before it began
  begin(destination);
  cancel();  // in the handshake
  clock_.advance_ms(20'000);
  turns();
  EXPECT_EQ(told_, 0);
}

}  // namespace
}  // namespace teahouse::net::connect_test
