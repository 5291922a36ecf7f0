// ask_all: many look-ups at once. Fetches of files are Surveyor's.
//
// Thread: the executor's, which is that of the Dns. Limits: the Dns's for each.
#pragma once

#include <string>
#include <vector>

#include "base/executor.h"
#include "base/task.h"
#include "net/dns.h"

namespace teahouse::survey {

struct Question {
  std::string name;
  net::DnsType type = net::DnsType::a;
};
using DnsResult = Result<net::DnsAnswer>;

// The answers in the order of the questions. Lifetime: `home` and `dns` outlive it.
Task<std::vector<DnsResult>> ask_all(Executor& home, net::Dns& dns, std::vector<Question> questions);

}  // namespace teahouse::survey
