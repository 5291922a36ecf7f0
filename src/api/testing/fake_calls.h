// FakeCalls: a relay at two ports, and rules that a test sets. For tests.
#pragma once

#include "server/calls.h"

namespace teahouse::api::testing {

class FakeCalls final : public Calls {
 public:
  CallRules rules(const Host& /*host*/) const override { return its_rules; }
  std::vector<ServiceOffer> services(const Host& host, std::string_view bare_jid) const override {
    const Credentials credentials{"for " + std::string(bare_jid), "secret", 90'000'000};
    ServiceOffer stun, turn, turns;
    stun.service = {.type = "stun", .host = host.domain, .port = 3478, .transport = "udp"};
    turn.service = {.type = "turn", .host = host.domain, .port = 3478, .transport = "udp"};
    turns.service = {.type = "turns", .host = host.domain, .port = 443, .transport = "tcp"};
    turn.credentials = turns.credentials = credentials;
    return {stun, turn, turns};
  }
  CallRules its_rules;
};

}  // namespace teahouse::api::testing
