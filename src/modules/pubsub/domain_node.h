// DomainNode: a node that a tenant's domain has on its pubsub service, for the module whose it is. It has one item,
// `current`, that is as the module has it whenever somebody asks the service for something. Nobody else makes a node of
// that name.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "server/module_context.h"

namespace teahouse::pubsub {

struct DomainNode {
  std::string_view name;
  // The payload of its item, XML; none: the tenant has no such node.
  std::function<std::optional<std::string>(const Host&)> payload;
};

}  // namespace teahouse::pubsub
