// FakeDns: a Dns whose answers are the test's.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "net/address.h"
#include "net/dns.h"

namespace teahouse::net::fake {

class FakeDns final : public Dns {
 public:
  std::unique_ptr<Query> find(const std::string& name, DnsType type, Done done) override {
    auto query = std::make_unique<Asked>(*this, Key{name, type});
    asked_[query->key] = std::move(done);
    return query;
  }
  bool is_asked(const std::string& name, DnsType type) const { return asked_.contains({name, type}); }
  size_t asked() const { return asked_.size(); }
  // REQUIRES: it is asked.
  void answer(const std::string& name, DnsType type, Result<DnsAnswer> answer) {
    const auto done = std::move(asked_.at({name, type}));
    asked_.erase({name, type});
    done(std::move(answer));
  }
  // With these addresses, as text.
  void answer_addresses(const std::string& name, DnsType type, const std::vector<std::string>& ips) {
    DnsAnswer made;
    for (const std::string& ip : ips) {
      const SocketAddress address = *make_address(ip, 0);
      const size_t offset = type == DnsType::a ? 4 : 8;  // in sockaddr_in and sockaddr_in6
      made.records.emplace_back(reinterpret_cast<const char*>(&address.storage) + offset, type == DnsType::a ? 4 : 16);
    }
    answer(name, type, std::move(made));
  }

 private:
  using Key = std::pair<std::string, DnsType>;
  struct Asked final : Query {
    Asked(FakeDns& owner, Key of) : dns(owner), key(std::move(of)) {}
    ~Asked() override { dns.asked_.erase(key); }
    FakeDns& dns;
    Key key;
  };
  std::map<Key, Done> asked_;
};

}  // namespace teahouse::net::fake
