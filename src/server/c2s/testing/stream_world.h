// StreamWorld: two tenants with accounts, two homes that take clients, and transports without bytes, for tests.
//
// Thread: one; both loops turn on it.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "account/testing/account_world.h"
#include "crypto/encoding.h"
#include "server/c2s/clients.h"
#include "server/c2s/stream.h"
#include "store/memory/memory_plane.h"

namespace teahouse::testing {

// The elements that a client would have got, and the calls of its transport. It takes elements instead of bytes.
class FakeTransport final : public c2s::ConnectionTransport {
 public:
  FakeTransport(net::Loop& loop, Events& to) : events(to), connection_(loop, make_socket(other_end_), "192.0.2.7") {}
  ~FakeTransport() override { ::close(other_end_); }

  void send_header(const c2s::StreamHeader& header) override {
    add("<stream xmlns='" + std::string(header.ns) + "' from='" + header.from + "' to='" + header.to + "'>");
  }
  size_t send_stanza(const Stanza& stanza) override {
    std::string text;
    stanza.write(text);
    const size_t bytes = text.size();
    add(std::move(text));
    return bytes;
  }
  void send_nonza(std::string xml) override { add(std::move(xml)); }
  void close() override { add("</stream>"); }
  void cut() override { add("cut"); }
  void restart() override { add("restart"); }
  void set_limits(const c2s::StreamLimits&) override {}
  void start_tls(std::string proceed, const net::TlsContexts&, const std::string& domain, net::AskedPeers) override {
    add(proceed + domain);
    secure = true;
  }
  void hold() override { ++holds; }
  void release() override { --holds; }
  bool is_held() const override { return holds > 0; }
  bool send_ping() override { return false; }
  // It arrives when let_arrive() is called.
  void move_to(net::Loop& other, std::function<void()> arrived) override {
    add("moved to " + std::to_string(other.index()));
    arrived_ = std::move(arrived);
  }
  bool is_moving() const { return arrived_ != nullptr; }
  void let_arrive() { std::exchange(arrived_, nullptr)(); }
  bool is_over_http() const override { return false; }
  std::vector<ChannelBinding> channel_bindings() const override { return connection_.channel_bindings(); }
  std::string tls_version() const override { return connection_.tls_version(); }
  std::string peer_certificate() const override { return certificate; }
  const std::string& peer_address() const override { return connection_.peer_address(); }
  bool is_private() const override { return secure; }
  std::string sni() const override { return name; }

  // From the client.
  void header(const std::string& attributes, std::string_view ns = "jabber:client") {
    const std::string xml = "<s:stream xmlns:s='http://etherx.jabber.org/streams' " + attributes + "/>";
    events.on_header(xml::Document::parse(SharedBytes(xml)).value().root(), ns);
  }
  void element(const std::string& xml) {
    EXPECT_EQ(holds, 0) << "it is not read from: " << xml;
    events.on_element(xml::Document::parse(SharedBytes(xml), {}, "jabber:client").value());
  }

  bool has(const std::string& text) const { return all().find(text) != std::string::npos; }
  std::string all() const {
    std::string text;
    for (const auto& each : sent) text += each + "\n";
    return text;
  }

  Events& events;
  std::vector<std::string> sent;
  int holds = 0;
  bool secure = true;
  std::string name;         // that it asked for in TLS
  std::string certificate;  // that it showed there

 private:
  net::Connection& connection() const override { return connection_; }
  static int make_socket(int& other_end) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) != 0) std::abort();
    other_end = ends[1];
    return ends[0];
  }
  void add(std::string text) {
    std::replace(text.begin(), text.end(), '"', '\'');
    sent.push_back(std::move(text));
  }

  int other_end_ = -1;
  mutable net::Connection connection_;
  std::function<void()> arrived_;
};

class StreamWorld : public AccountWorld {
 public:
  StreamWorld() {
    for (unsigned i = 0; i < 2; ++i) {
      loops.push_back(std::make_unique<net::Loop>(i, clock));
      homes.push_back(std::make_unique<Home>(*loops.back(), shared));
      clients.push_back(std::make_unique<c2s::Clients>(*homes.back(), contexts, c2s::Options{.require_tls = false}));
    }
    for (auto& each : clients) each->set_siblings({clients[0].get(), clients[1].get()});
    for (auto& each : homes) {
      each->set_tenant(shop);
      each->set_tenant(forum);
      plane.watch_commits(each->loop(), [to = each.get()](Lsn lsn) { to->commits().on_committed(lsn); });
    }
    for (const auto& tenant : {shop, forum}) {
      for (const char* user : {"ann", "bo", "cy", "di"}) EXPECT_TRUE(create(tenant, user, "secret"));
    }
  }
  ~StreamWorld() {
    for (FakeTransport* each : transports) each->events.on_gone("the test is over");
    turn();
  }

  void turn() {
    for (int i = 0; i < 10; ++i) {
      for (const auto& loop : loops) loop->run_once(0);
    }
  }
  template <class Done>
  void wait_until(Done done) {
    for (int i = 0; i < 500 && !done(); ++i) {
      for (const auto& loop : loops) loop->run_once(5);
    }
    EXPECT_TRUE(done());
  }

  // A stream that was opened to the host, on the first loop.
  FakeTransport& open(const std::string& host, const std::string& certificate = {}, const std::string& from = {}) {
    FakeTransport* made = nullptr;
    clients[0]->accept([&](c2s::Transport::Events& events) {
      auto transport = std::make_unique<FakeTransport>(*loops[0], events);
      made = transport.get();
      return transport;
    });
    transports.push_back(made);
    made->certificate = certificate;
    made->header("version='1.0' to='" + host + "'" + (from.empty() ? "" : " from='" + from + "'"));
    return *made;
  }
  void login(FakeTransport& client, const std::string& localpart, const std::string& password = "secret") {
    const std::string plain = '\0' + localpart + '\0' + password;
    client.element("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + crypto::to_base64(plain) +
                   "</auth>");
  }
  // Also says its header after it.
  FakeTransport& authenticate(const std::string& host, const std::string& localpart = "ann") {
    FakeTransport& client = open(host);
    login(client, localpart);
    wait_until([&] { return client.is_moving() || client.has("<success"); });
    if (client.is_moving()) client.let_arrive();
    EXPECT_TRUE(client.has("<success")) << client.all();
    client.header("version='1.0' to='" + host + "'");
    client.sent.clear();
    return client;
  }
  FakeTransport& bind(const std::string& host, const std::string& resource) {
    FakeTransport& client = authenticate(host);
    client.element("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>" + resource +
                   "</resource></bind></iq>");
    wait_until([&] { return client.has("id='b'"); });
    EXPECT_TRUE(client.has("/" + resource + "</jid>")) << client.all();
    client.sent.clear();
    return client;
  }
  // The client's connection breaks.
  void lose(FakeTransport& client) {
    std::erase(transports, &client);
    client.events.on_gone("it broke");
    turn();
  }
  // One of the shop's users whose home is on that loop.
  std::string user_at(size_t loop) {
    for (const char* user : {"ann", "bo", "cy", "di"}) {
      if (shared.homes.place_of(std::string(user) + "@shop.example").loop == loop) return user;
    }
    ADD_FAILURE() << "nobody's home is loop " << loop;
    return "ann";
  }

  store::MemoryPlane plane;
  LoginThrottle throttle{clock};
  ApiCallLimits limits{clock};
  Shared shared{clock, plane, accounts, keys, throttle, limits, "fake", {}};
  net::TlsContexts contexts;
  std::vector<std::unique_ptr<net::Loop>> loops;
  std::vector<std::unique_ptr<Home>> homes;
  std::vector<std::unique_ptr<c2s::Clients>> clients;
  std::vector<FakeTransport*> transports;  // whose streams are there
};

}  // namespace teahouse::testing
