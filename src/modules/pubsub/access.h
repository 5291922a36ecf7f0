// May an entity do this with a node? All rules in one pure function.
//
// Spec: XEP-0060 sections 4.1 (affiliations), 4.5 (access models), 6.1.3, 6.5.9, 7.1.3.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "modules/pubsub/node.h"

namespace teahouse::pubsub {

// A refusal: the stanza error and what XEP-0060 adds to it.
struct Fault {
  Error error;
  std::string_view condition = {};  // of pubsub#errors
  std::string_view feature = {};    // of <unsupported/>
};

enum class Action : uint8_t { subscribe, retrieve, publish, own };

// The standing of an entity with a node.
struct Standing {
  Affiliation affiliation = Affiliation::none;
  bool is_subscribed = false;  // explicitly, and approved
  bool sees_presence = false;  // of the account whose node it is
  bool is_in_group = false;    // one of those that the node names
};

// None: they may.
std::optional<Fault> judge(const NodeConfig& config, const Standing& standing, Action action);

}  // namespace teahouse::pubsub
