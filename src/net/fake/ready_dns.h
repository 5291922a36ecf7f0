// ReadyDns: a Dns that has the records that a test gives it, and answers soon. Thread: that of the executor's.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "net/address.h"
#include "net/dns.h"
#include "net/fake/dns_server.h"

namespace teahouse::net::fake {

class ReadyDns final : public Dns {
 public:
  std::unique_ptr<Query> find(const std::string& name, DnsType type, Done done) override {
    ++asked;
    const auto failed = failures_.find(name);
    Result<DnsAnswer> answer = failed == failures_.end() ? answer_for(name, type) : Result<DnsAnswer>(failed->second);
    Executor::at_end_of_this_turn([done = std::move(done), answer = std::move(answer)] { done(answer); });
    return std::make_unique<Query>();
  }
  void set(const std::string& name, DnsType type, std::vector<std::string> records) {
    records_[{name, type}] = std::move(records);
  }
  void set_txt(const std::string& name, const std::string& text) {
    set(name, DnsType::txt, {static_cast<char>(text.size()) + text});
  }
  void set_cname(const std::string& name, const std::string& target) {
    set(name, DnsType::cname, {make_dns_name(target)});
  }
  void set_a(const std::string& name, const std::string& ip) {
    const SocketAddress address = *make_address(ip, 0);
    set(name, DnsType::a, {std::string(reinterpret_cast<const char*>(&address.storage) + 4, 4)});
  }
  void fail(const std::string& name, Error error) { failures_.insert_or_assign(name, std::move(error)); }

  int asked = 0;

 private:
  Result<DnsAnswer> answer_for(const std::string& name, DnsType type) const {
    DnsAnswer answer;
    const auto found = records_.find({name, type});
    if (found != records_.end()) answer.records = found->second;
    return answer;
  }
  std::map<std::pair<std::string, DnsType>, std::vector<std::string>> records_;
  std::map<std::string, Error> failures_;
};

}  // namespace teahouse::net::fake
