// TurnWorld: a Turn with two tenants, and clients that know how to ask.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "calls/testing/fakes.h"
#include "calls/turn.h"
#include "crypto/hash.h"
#include "crypto/md5.h"

namespace teahouse::calls::testing {

class TurnWorld : public ::testing::Test {
 protected:
  struct Client {
    LineKey key;
    CallCredentials::Made credentials;
    std::string nonce = {}, algorithms = {};
    uint16_t algorithm = 1;
    bool uses_sha256 = false;
    std::vector<std::string> heard = {};
    int asked = 0;
  };
  using Attributes = std::vector<std::pair<Attribute, std::string>>;

  Client client(const char* ip, uint16_t port, const TenantPtr& tenant, const char* account) {
    return {{at(ip, port), at("203.0.113.1", 3478)}, house_.credentials.make(tenant->id, account, clock_.wall_ms())};
  }
  static std::string key_of(const Client& client) {
    const std::string text = client.credentials.username + ":calls:" + client.credentials.password;
    return client.algorithm == 2 ? crypto::sha256(text) : crypto::md5(text);
  }
  static std::string peer(const Endpoint& endpoint, const std::string& transaction) {
    return write_xor_address(endpoint, transaction);
  }
  // The next answer; nothing: there was none.
  std::optional<std::string> say(Client& client, const std::string& bytes) {
    FakeLine line(client.heard, client.key);
    const size_t before = client.heard.size();
    turn_.begin_batch();
    turn_.receive(line, bytes);
    return client.heard.size() > before ? std::optional(client.heard.back()) : std::nullopt;
  }
  static std::string next_transaction(Client& client) {
    std::string number = std::to_string(++client.asked);
    return std::string(12 - number.size(), 't') + number;
  }
  static std::string authentic(const Client& client, Method method, const std::string& transaction,
                               const Attributes& attributes) {
    StunWriter writer(method, MessageClass::request, transaction);
    for (const auto& [attribute, value] : attributes) writer.add(attribute, value);
    writer.add(Attribute::username, client.credentials.username).add(Attribute::realm, "calls");
    writer.add(Attribute::nonce, client.nonce);
    if (!client.algorithms.empty()) {
      writer.add(Attribute::password_algorithms, client.algorithms);
      writer.add(Attribute::password_algorithm, u32(static_cast<uint32_t>(client.algorithm) << 16));
    }
    return client.uses_sha256 ? writer.sign_sha256(key_of(client)).take() : writer.sign_sha1(key_of(client)).take();
  }
  void learn_nonce(Client& client) {
    const auto answer = say(client, StunWriter(Method::allocate, MessageClass::request, "tttttttttttt").take());
    ASSERT_TRUE(answer);
    client.nonce = *StunMessage::parse(*answer)->find(Attribute::nonce);
  }
  // 0: success; else the error's code; -1: no answer. The answer is the client's last.
  int ask(Client& client, Method method, const Attributes& attributes) {
    if (client.nonce.empty()) learn_nonce(client);
    const std::string transaction = next_transaction(client);
    return code_of(say(client, authentic(client, method, transaction, attributes)), key_of(client));
  }
  static int code_of(const std::optional<std::string>& answer, const std::string& key = {}) {
    if (!answer) return -1;
    const auto message = StunMessage::parse(*answer);
    EXPECT_TRUE(message);
    const auto error = message->find(Attribute::error_code);
    const int code = error ? (*error)[2] * 100 + (*error)[3] : 0;
    if (!key.empty() && code != 401 && code != 438) {
      EXPECT_TRUE(message->is_made_with(key)) << "an answer to those who are known is signed; code " << code;
    }
    return code;
  }
  int allocate(Client& client, Attributes more = {}) {
    more.insert(more.begin(), {Attribute::requested_transport, std::string("\x11\0\0\0", 4)});
    return ask(client, Method::allocate, more);
  }
  int permit(Client& client, const std::vector<Endpoint>& peers) {
    Attributes attributes;
    const std::string transaction =
        std::string(12 - std::to_string(client.asked + 1).size(), 't') + std::to_string(client.asked + 1);
    for (const Endpoint& each : peers) attributes.emplace_back(Attribute::xor_peer_address, peer(each, transaction));
    return ask(client, Method::create_permission, attributes);
  }
  int bind(Client& client, uint32_t channel, const Endpoint& to) {
    const std::string transaction =
        std::string(12 - std::to_string(client.asked + 1).size(), 't') + std::to_string(client.asked + 1);
    return ask(client, Method::channel_bind,
               {{Attribute::channel_number, u32(channel << 16)}, {Attribute::xor_peer_address, peer(to, transaction)}});
  }
  int refresh(Client& client, uint32_t lifetime_s) {
    return ask(client, Method::refresh, {{Attribute::lifetime, u32(lifetime_s)}});
  }
  void send(Client& client, const Endpoint& to, const std::string& data, bool dont_fragment = false) {
    StunWriter writer(Method::send, MessageClass::indication, "iiiiiiiiiiii");
    writer.add(Attribute::xor_peer_address, peer(to, "iiiiiiiiiiii")).add(Attribute::data, data);
    if (dont_fragment) writer.add(Attribute::dont_fragment, {});
    EXPECT_FALSE(say(client, writer.take())) << "an indication has no answer";
  }
  void send_channel(Client& client, uint16_t channel, const std::string& data) {
    std::string bytes = u32(static_cast<uint32_t>(channel) << 16 | static_cast<uint32_t>(data.size())) + data;
    EXPECT_FALSE(say(client, bytes));
  }
  static Endpoint relayed(const Client& client, size_t which = 0) {
    const auto all = StunMessage::parse(client.heard.back())->addresses(Attribute::xor_relayed_address);
    return all && all->size() > which ? (*all)[which] : Endpoint{};
  }
  // A peer says something to an allocation's address.
  void hear(const Endpoint& address, const Endpoint& from, const std::string& data) {
    const auto found = ports_.wires.open.find(address);
    ASSERT_NE(found, ports_.wires.open.end());
    std::string buffer(Frame::headroom_bytes, '\0');
    buffer.append(data).append(4, '\0');
    turn_.begin_batch();
    found->second->on_peer(from, {buffer.data() + Frame::headroom_bytes, data.size()});
  }
  void go_by(int64_t seconds) {
    clock_.advance_ms(seconds * 1000);
    turn_.sweep();
  }

  FakeClock clock_;
  TenantPtr shop_ = make_tenant(7), forum_ = make_tenant(8);
  Turn::House house_{CallCredentials("a secret"), Nonces("another"),
                     PeerGuard({at("203.0.113.1", 0)}, {at("198.18.0.1", 0)}, {}), Limits(20'000)};
  FakePorts ports_;
  int64_t relayed_bytes_ = 0, dropped_packets_ = 0;
  Turn turn_{clock_, house_, ports_,
             [this](TenantId id) { return id == shop_->id    ? shop_
                                          : id == forum_->id ? forum_
                                                             : nullptr; },
             Turn::Counters{relayed_bytes_, dropped_packets_}};
  Client ann_ = client("192.0.2.10", 4000, shop_, "ann@shop.example");
  Client bo_ = client("192.0.2.11", 4000, forum_, "bo@forum.example");
  const Endpoint peer_ = at("8.8.8.8", 9000), other_ = at("9.9.9.9", 9000);
};

}  // namespace teahouse::calls::testing
