// DnsServer: a small DNS server on loopback, UDP and TCP, with the records that a test gives it and the tricks that
// hostile ones play. Lives on the test's loop.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/connection.h"
#include "net/datagram.h"
#include "net/dns.h"
#include "net/listener.h"

namespace teahouse::net::fake {

// A name in wire format; each label may have any bytes but a dot.
inline std::string make_dns_name(std::string_view name) {
  std::string wire;
  while (!name.empty()) {
    const size_t dot = std::min(name.find('.'), name.size());
    wire += static_cast<char>(dot);
    wire += name.substr(0, dot);
    name.remove_prefix(std::min(dot + 1, name.size()));
  }
  return wire + '\0';
}
inline std::string make_u16(unsigned value) { return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)}; }
inline std::string make_srv(unsigned priority, unsigned weight, unsigned port, std::string_view target) {
  return make_u16(priority) + make_u16(weight) + make_u16(port) + make_dns_name(target);
}

class DnsServer {
 public:
  using Packets = std::vector<std::string>;
  // A whole message that is sent instead of `answer`. Only over UDP.
  using Trick = std::function<Packets(const std::string& answer)>;

  explicit DnsServer(Loop& loop) {
    while (!tcp_) {  // a port that is free for UDP may be taken for TCP
      udp_ = *Datagram::open(loop, "127.0.0.1:0", [this](const Datagram::Packet& packet) { on_packet(packet); });
      auto listener = Listener::listen(loop, address(), [this](std::unique_ptr<Connection> accepted) {
        clients_.push_back(std::make_unique<TcpClient>(*this, std::move(accepted)));
      });
      if (listener) tcp_ = std::move(*listener);
    }
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(udp_->port()); }
  void add(const std::string& name, DnsType type, std::string data, int ttl_s = 60) {
    records_.emplace(name, Record{type, type, std::move(data), ttl_s});
  }
  // An RRSIG for the records of this name and type; it comes with them.
  void add_signature(const std::string& name, DnsType covered, std::string data) {
    constexpr auto rrsig = static_cast<DnsType>(46);
    records_.emplace(name, Record{rrsig, covered, std::move(data), 60});
  }
  void clear() { records_.clear(); }
  void set_trick(Trick trick) { trick_ = std::move(trick); }
  int asked(const std::string& name, DnsType type) const {
    const auto found = asked_.find({name, type});
    return found == asked_.end() ? 0 : found->second;
  }
  int asked_over_tcp() const { return asked_over_tcp_; }

 private:
  struct Record {
    DnsType type;
    DnsType comes_with;  // what was asked for, to get it
    std::string data;
    int ttl_s;
  };
  struct TcpClient final : Connection::Events {
    TcpClient(DnsServer& owner, std::unique_ptr<Connection> taken) : server(owner), connection(std::move(taken)) {
      connection->start(*this);
    }
    void on_bytes(std::string_view more) override {
      bytes += more;
      while (bytes.size() >= 2) {
        const size_t size = static_cast<uint8_t>(bytes[0]) * 256U + static_cast<uint8_t>(bytes[1]);
        if (bytes.size() < 2 + size) return;
        const std::string answer = server.answer_to(std::string_view(bytes).substr(2, size), false);
        ++server.asked_over_tcp_;
        connection->send(make_u16(static_cast<unsigned>(answer.size())) + answer);
        bytes.erase(0, 2 + size);
      }
    }
    void on_closed(std::string_view) override {}
    DnsServer& server;
    std::unique_ptr<Connection> connection;
    std::string bytes;
  };
  static constexpr size_t udp_bytes_max = 1232;

  void on_packet(const Datagram::Packet& packet) {
    const std::string answer = answer_to(packet.bytes, true);
    for (std::string& each : trick_ ? trick_(answer) : Packets{answer}) udp_->send(packet.peer, std::move(each));
  }
  std::string answer_to(std::string_view query, bool udp) {
    size_t at = 12;
    std::string name;
    while (at < query.size() && query[at] != 0) {
      const size_t length = static_cast<uint8_t>(query[at]);
      name += (name.empty() ? "" : ".") + std::string(query.substr(at + 1, length));
      at += 1 + length;
    }
    const std::string question(query.substr(12, at + 5 - 12));
    const auto type =
        static_cast<DnsType>(static_cast<uint8_t>(query[at + 1]) * 256 + static_cast<uint8_t>(query[at + 2]));
    ++asked_[{name, type}];
    const std::string asked_name = name;
    std::string answers;
    unsigned count = 0;
    for (int hops = 0; hops < 4; ++hops) {
      const std::string owner = name;
      const auto [first, end] = records_.equal_range(owner);
      for (auto each = first; each != end; ++each) {
        const Record& record = each->second;
        if (record.comes_with != type && record.type != DnsType::cname) continue;
        const std::string at_question("\xc0\x0c", 2);  // a pointer to the name that stands there
        answers += (owner == asked_name ? at_question : make_dns_name(owner)) +
                   make_u16(static_cast<unsigned>(record.type)) + make_u16(1) + make_u16(0) +
                   make_u16(static_cast<unsigned>(record.ttl_s)) + make_u16(static_cast<unsigned>(record.data.size())) +
                   record.data;
        ++count;
        if (record.type == DnsType::cname && type != DnsType::cname) name = text_of(record.data);
      }
      if (name == owner) break;
    }
    const bool cut = udp && answers.size() > udp_bytes_max;
    const bool exists = records_.contains(name);
    const unsigned flags = 0x8180U | (cut ? 0x0200U : 0U) | (exists ? 0U : 3U);
    return std::string(query.substr(0, 2)) + make_u16(flags) + make_u16(1) + make_u16(cut ? 0 : count) + make_u16(0) +
           make_u16(0) + question + (cut ? "" : answers);
  }
  static std::string text_of(std::string_view wire) {
    std::string text;
    while (wire.size() > 1) {
      const size_t length = static_cast<uint8_t>(wire[0]);
      text += (text.empty() ? "" : ".") + std::string(wire.substr(1, length));
      wire.remove_prefix(1 + length);
    }
    return text;
  }

  std::unique_ptr<Datagram> udp_;
  std::unique_ptr<Listener> tcp_;
  std::vector<std::unique_ptr<TcpClient>> clients_;
  std::multimap<std::string, Record> records_;
  std::map<std::pair<std::string, DnsType>, int> asked_;
  int asked_over_tcp_ = 0;
  Trick trick_;
};

}  // namespace teahouse::net::fake
