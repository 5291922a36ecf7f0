// A change is decided on what is read from disk, and applied in the turn in which it was found that nothing has changed
// since: else all is read anew.
#include "modules/pubsub/own_nodes.h"

#include <algorithm>

#include "modules/pubsub/notify.h"
#include "modules/pubsub/pep.h"

namespace teahouse::pubsub {
namespace {

constexpr int tries_max = 10;
constexpr int64_t waiting_ms_max = 60'000;  // so long an account stays in memory at least for what is lined up

Error gone() { return {ErrorKind::service_unavailable, "The account is not in memory any more."}; }

// Errors: not_acceptable for an item that is too large, resource_constraint where there is no room.
Result<void> check(const Service& service, const Node& node, const std::vector<PublishedItem>& items,
                   size_t retracted) {
  const PlanLimits& limits = service.limits();
  for (const PublishedItem& each : items) {
    if (limits.pubsub_item_bytes < 0 || each.item.bytes <= limits.pubsub_item_bytes) continue;
    return Error{ErrorKind::not_acceptable,
                 "An item has at most " + std::to_string(limits.pubsub_item_bytes) + " bytes."};
  }
  size_t added = 0;
  for (const PublishedItem& each : items) added += !node.items.find(each.item.id);
  const int64_t most = service.items_max(node);
  const bool fits = most < 0 || most == 1 || node.items.size() + added <= static_cast<size_t>(most) + retracted;
  if (fits && service.has_room(node, items)) return {};
  return Error{ErrorKind::resource_constraint, "There is no room for more items: remove some of them first."};
}

}  // namespace

std::optional<OwnPlace> OwnNodes::find_last(Resident& resident, std::string_view name) const {
  std::optional<OwnPlace> place;
  pep_.with_service(resident, [&](const Service& service) {
    const Node* node = service.nodes().find(name);
    if (!node || node->items.all().empty()) return;
    const auto& [number, item] = *node->items.all().rbegin();
    place = OwnPlace{number, item.id};
  });
  return place;
}

std::optional<OwnPlace> OwnNodes::find_item(Resident& resident, std::string_view name, std::string_view id) const {
  std::optional<OwnPlace> place;
  pep_.with_service(resident, [&](const Service& service) {
    const Node* node = service.nodes().find(name);
    const auto number = node ? node->items.find(id) : std::nullopt;
    if (number) place = OwnPlace{*number, std::string(id)};
  });
  return place;
}

std::optional<AccessModel> OwnNodes::find_access(Resident& resident, std::string_view name) const {
  std::optional<AccessModel> access;
  pep_.with_service(resident, [&](const Service& service) {
    if (const Node* node = service.nodes().find(name)) access = node->config.access;
  });
  return access;
}

bool OwnNodes::may_read(Resident& resident, std::string_view name, const BareJid& entity) const {
  bool may = false;
  pep_.with_service(resident, [&](const Service& service) {
    const Node* node = service.nodes().find(name);
    may = node && !service.judge(*node, entity, Action::retrieve);
  });
  return may;
}

Task<Result<std::optional<std::string>>> OwnNodes::load_payload(HostPtr host, BareJid account, std::string name,
                                                                uint64_t number) const {
  const Storage storage(context_, *host->tenant, account);
  auto payload = co_await storage.load_payload(context_.loop(), name, number);
  co_return payload;
}

Result<void> OwnNodes::line_up(Resident& resident, size_t bytes, Task<void> work) {
  resident.stay_until(context_.clock().monotonic_ms() + waiting_ms_max);
  return lines_.add(resident.jid(), bytes,
                    begin(*this, resident.host(), resident.jid(), resident.incarnation(), std::move(work)));
}

void OwnNodes::line_up_once(Resident& resident, std::string_view name, Task<void> work) {
  resident.stay_until(context_.clock().monotonic_ms() + waiting_ms_max);
  lines_.add_once(resident.jid(), name,
                  begin(*this, resident.host(), resident.jid(), resident.incarnation(), std::move(work)));
}

// Another account may have the name by now.
Task<void> OwnNodes::begin(const OwnNodes& self, HostPtr host, BareJid account, int64_t incarnation, Task<void> work) {
  const Resident* resident = self.context_.find_resident(*host->tenant, account.str());
  if (!resident || resident->incarnation() != incarnation) co_return;
  co_await std::move(work);
}

Task<Result<OwnNodes::Loaded>> OwnNodes::load_numbered(HostPtr host, BareJid account, std::string name) const {
  Resident* resident = context_.find_resident(*host->tenant, account.str());
  if (!resident) co_return gone();
  Loaded loaded;
  int64_t bytes = 0;
  std::vector<std::pair<uint64_t, std::string>> ids;
  pep_.with_service(*resident, [&](const Service& service) {
    const Node* node = service.nodes().find(name);
    if (!node) return;
    loaded.node.is_there = true;
    loaded.node.access = node->config.access;
    bytes = node->items.bytes();
    for (const auto& [number, item] : node->items.all()) ids.emplace_back(number, item.id);
  });
  if (bytes > load_bytes_max) {
    co_return Error{ErrorKind::resource_constraint,
                    "The items of the node " + name + " have more than 512 KiB: remove some, or read them one by one."};
  }
  const Storage storage(context_, *host->tenant, account);
  for (auto& [number, id] : ids) {
    auto payload = co_await storage.load_payload(context_.loop(), name, number);
    if (!payload) co_return payload.error();
    if (!*payload) continue;  // it was removed meanwhile
    loaded.node.items.push_back({std::move(id), std::move(**payload)});
    loaded.numbers.push_back(number);
  }
  co_return loaded;
}

Task<Result<OwnNode>> OwnNodes::load(HostPtr host, BareJid account, std::string name) const {
  auto loaded = co_await load_numbered(std::move(host), std::move(account), std::move(name));
  if (!loaded) co_return loaded.error();
  co_return std::move(loaded->node);
}

std::vector<uint64_t> OwnNodes::numbers_of(Resident& resident, std::string_view name) const {
  std::vector<uint64_t> numbers;
  pep_.with_service(resident, [&](const Service& service) {
    const Node* node = service.nodes().find(name);
    if (!node) return;
    for (const auto& [number, item] : node->items.all()) numbers.push_back(number);
  });
  return numbers;
}

Task<Result<Lsn>> OwnNodes::change(HostPtr host, BareJid account, std::string name, NodeConfig config,
                                   Decide decide) const {
  for (int i = 0; i < tries_max; ++i) {
    const auto loaded = co_await load_numbered(host, account, name);
    if (!loaded) co_return loaded.error();
    Resident* resident = context_.find_resident(*host->tenant, account.str());
    if (!resident) co_return gone();
    if (numbers_of(*resident, name) != loaded->numbers) continue;
    const auto change = decide(loaded->node);
    if (!change) co_return change.error();
    co_return apply(*resident, name, config, *change);
  }
  co_return Error{ErrorKind::resource_constraint, "This node changes all the time: try again soon."};
}

Result<Lsn> OwnNodes::change_by_ids(Resident& resident, const std::string& name, const NodeConfig& config,
                                    const DecideByIds& decide) const {
  std::vector<std::string> ids;
  pep_.with_service(resident, [&](const Service& service) {
    const Node* node = service.nodes().find(name);
    if (!node) return;
    for (const auto& [number, item] : node->items.all()) ids.push_back(item.id);
  });
  return apply(resident, name, config, decide(ids));
}

Result<Lsn> OwnNodes::apply(Resident& resident, const std::string& name, const NodeConfig& config,
                            const OwnChange& change) const {
  if (change.published.empty() && change.retracted.empty()) return Lsn::none;
  if (const auto may = context_.disk().check_addition(); !may) return may.error();
  std::vector<PublishedItem> items;
  for (const OwnItem& each : change.published) {
    const auto bytes = static_cast<int64_t>(each.payload.size());
    items.push_back({{each.id, {}, bytes, context_.clock().wall_ms()}, each.payload});
  }
  Result<Lsn> result = Lsn::none;
  pep_.with_service(resident, [&](const Service& service) {
    Node* node = service.nodes().find(name);
    const bool is_new = !node;
    if (is_new) {
      const auto made = service.create(name, config, resident.jid());
      if (!made) return void(result = made.error());
      node = *made;
    }
    NodeConfig fitting = node->config;
    fitting.access = std::max(fitting.access, config.access);
    if (config.max_items == items_unbounded) fitting.max_items = items_unbounded;
    const NodeConfig before = std::exchange(node->config, fitting);
    if (const auto may = check(service, *node, items, change.retracted.size()); !may) {
      node->config = before;
      if (is_new) service.nodes().remove(*node);
      return void(result = may.error());
    }
    Lsn lsn = Lsn::none;
    if (is_new) lsn = service.store_new(*node);
    if (!is_new && fitting != before) lsn = service.storage().store_node(*node);
    for (const std::string& id : change.retracted) lsn = std::max(lsn, service.remove_item(*node, id));
    for (const PublishedItem& each : items) lsn = std::max(lsn, service.put_item(*node, each.item, each.payload));
    service.tell(*node, lsn, items, change.retracted);
    result = lsn;
  });
  return result;
}

Result<Lsn> OwnNodes::publish(Resident& resident, const std::string& name, const NodeConfig& config,
                              OwnItem item) const {
  OwnChange change;
  pep_.with_service(resident, [&](const Service& service) {
    const Node* node = service.nodes().find(name);
    const int64_t most = node ? service.items_max(*node) : -1;
    const bool is_full = most > 1 && node->items.size() >= static_cast<size_t>(most);
    if (is_full && !node->items.find(item.id)) change.retracted.push_back(node->items.all().begin()->second.id);
  });
  change.published.push_back(std::move(item));
  return apply(resident, name, config, change);
}

bool OwnNodes::is_followed(Resident& resident, std::string_view name) const {
  return !pep_.own_followers(resident, name).empty();
}

void OwnNodes::tell(Resident& resident, std::string_view name, std::string event) const {
  pep_.with_service(resident, [&](const Service& service) {
    const Send send = service.front().send();
    for (const Jid& to : pep_.own_followers(resident, name)) {
      send(make_notification(service, NotificationType::headline, event, to));
    }
  });
}

}  // namespace teahouse::pubsub
