// Items: published, and retracted again.
#include <algorithm>

#include "base/random.h"
#include "modules/pubsub/notify.h"
#include "modules/pubsub/request.h"
#include "xml/values.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::pubsub {
namespace {

struct Options {
  std::optional<DataForm> form;
  NodeConfig config;  // of a node that is made with them
};

Result<Options> read_options(const Request& request) {
  Options options{std::nullopt, request.service.front().defaults()};
  const auto element = request.pubsub.child("publish-options", ns::pubsub);
  if (!element) return options;
  const auto x = element->child("x", ns::data_forms);
  if (!x) return Error{ErrorKind::bad_request, "<publish-options/> needs a form."};
  auto form = DataForm::read(*x);
  if (!form) return form.error();
  auto config = parse_options(*form, options.config, request.service.bounds());
  if (!config) return config.error();
  options.form = std::move(*form);
  options.config = std::move(*config);
  return options;
}

// Section 7.1.5. Null: the request is answered.
Node* find_or_create(const Request& request) {
  const auto options = read_options(request);
  if (!options) {
    const bool is_field = options.error().kind == ErrorKind::not_acceptable;
    const ErrorKind kind = is_field ? ErrorKind::conflict : options.error().kind;
    request.fail(kind, options.error().text, is_field ? "precondition-not-met" : "invalid-options");
    return nullptr;
  }
  const std::string name(request.node_name());
  const bool makes =
      !name.empty() && !request.service.nodes().find(name) && request.service.front().may_create(request.asker);
  if (makes) {
    const auto made = request.service.create(name, options->config, request.asker);
    if (made) return *made;
    request.fail({made.error()});
    return nullptr;
  }
  Node* node = request.find_node(Action::publish);
  if (!node || !options->form) return node;
  const std::string_view unmet = find_unmet(*options->form, node->config);
  if (unmet.empty()) return node;
  request.fail(ErrorKind::conflict, "The node's '" + std::string(unmet) + "' is another.", "precondition-not-met");
  return nullptr;
}

// The fault of an item that is to be published in the node; none: it may be.
std::optional<Fault> check_item(const Service& service, const NodeConfig& config, const xml::Element& item) {
  const size_t payloads = item.child_count();
  const std::string_view id = item.attribute("id").value_or("");
  if (id.size() > item_id_bytes_max) {
    return Fault{{ErrorKind::not_acceptable, "An item's id has at most 512 bytes."}};
  }
  if (payloads > 1) return Fault{{ErrorKind::bad_request, "An item has one payload element."}, "invalid-payload"};
  if (payloads == 0 && (config.keeps_items() || config.deliver_payloads)) {
    return Fault{{ErrorKind::bad_request, "An item of this node has a payload."}, "payload-required"};
  }
  const int64_t most = service.limits().pubsub_item_bytes;
  if (most >= 0 && item.inner().size() > static_cast<size_t>(most)) {
    return Fault{{ErrorKind::not_acceptable, "An item has at most " + std::to_string(most) + " bytes."},
                 "payload-too-big"};
  }
  return std::nullopt;
}

struct Draft {
  std::vector<PublishedItem> items;
  std::optional<Fault> fault;
};

Draft read_items(const Request& request, const NodeConfig& config) {
  Draft draft;
  const std::string publisher = request.service.is_account(request.asker) ? std::string() : request.asker.str();
  request.action.for_each_child([&](const xml::Element& child) {
    if (!child.is("item", ns::pubsub) || draft.fault) return;
    draft.fault = check_item(request.service, config, child);
    if (draft.fault) return;
    PublishedItem published;
    published.item.id = child.attribute("id").value_or("");
    if (published.item.id.empty()) published.item.id = random_token(22);
    published.item.publisher = publisher;
    published.item.at_ms = request.service.context().clock().wall_ms();
    if (const auto payload = child.first_child()) xml::write(published.payload, *payload, {});
    published.item.bytes = static_cast<int64_t>(published.payload.size());
    draft.items.push_back(std::move(published));
  });
  if (draft.fault) return draft;
  if (draft.items.empty() && (config.keeps_items() || config.deliver_payloads)) {
    draft.fault = Fault{{ErrorKind::bad_request, "There is no item to publish."}, "item-required"};
  }
  if (draft.items.size() > items_per_publish_max) {
    draft.fault = Fault{{ErrorKind::bad_request, "Publish at most 100 items at once."}};
  }
  return draft;
}

std::string make_publish_result(const Node& node, const std::vector<PublishedItem>& items) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("pubsub", ns::pubsub).open("publish").attribute("node", node.name);
  for (const PublishedItem& each : items) writer.open("item").attribute("id", each.item.id).close();
  writer.close().close();
  return payload;
}

// A publisher removes what it has published; an owner removes all.
bool may_retract(const Service& service, const Node& node, const BareJid& asker, const Item& item) {
  if (service.affiliation_of(node, asker) == Affiliation::owner) return true;
  return item.publisher == asker.str() && !service.judge(node, asker, Action::publish);
}

}  // namespace

void publish(const Request& request) {
  const Service& service = request.service;
  const auto made_before = service.nodes().by_name.size();
  if (!request.may_write(true)) return;
  Node* node = find_or_create(request);
  if (!node) return;
  const bool is_new = service.nodes().by_name.size() != made_before;
  const auto give_up = [&](const Fault& fault) {
    if (is_new) service.nodes().remove(*node);
    request.fail(fault);
  };
  const Draft draft = read_items(request, node->config);
  if (draft.fault) return give_up(*draft.fault);
  if (!service.has_room(*node, draft.items)) {
    return give_up({{ErrorKind::resource_constraint, "There is no room for more items: remove some of them first."}});
  }
  Lsn lsn = is_new ? service.store_new(*node) : Lsn::none;
  if (node->config.keeps_items()) {
    for (const PublishedItem& each : draft.items) lsn = service.put_item(*node, each.item, each.payload);
  }
  request.finish(
      lsn, make_publish_result(*node, draft.items),
      make_notifications(service, *node, make_items_event(*node, draft.items, node->config.deliver_payloads)));
}

void retract(const Request& request) {
  Node* node = request.find_node(Action::publish);
  if (!node) return;
  const Service& service = request.service;
  std::vector<uint64_t> numbers;
  std::vector<std::string> ids;
  for (auto child = request.action.first_child(); child; child = child->next_sibling()) {
    if (!child->is("item", ns::pubsub)) continue;
    const auto number = node->items.find(child->attribute("id").value_or(""));
    if (child->attribute("id").value_or("").empty()) {
      return request.fail(ErrorKind::bad_request, "Say which item: the attribute 'id'.", "item-required");
    }
    if (!number) return request.fail(ErrorKind::item_not_found, "There is no such item.");
    const Item& item = node->items.all().at(*number);
    if (!may_retract(service, *node, request.asker, item)) {
      return request.fail(ErrorKind::forbidden, "You may remove what you have published.");
    }
    if (std::find(numbers.begin(), numbers.end(), *number) != numbers.end()) continue;
    numbers.push_back(*number);
    ids.push_back(item.id);
  }
  if (numbers.empty()) return request.fail(ErrorKind::bad_request, "Say which item to remove.", "item-required");
  if (!request.may_write(false)) return;
  Lsn lsn = Lsn::none;
  for (const uint64_t number : numbers) {
    lsn = service.storage().remove_item(*node, number);
    service.nodes().remove_item(*node, number);
  }
  const auto notify = xml::parse_boolean(request.action.attribute("notify").value_or(""));
  std::vector<Stanza> events;
  if (notify.value_or(node->config.notify_retract)) {
    events = make_notifications(service, *node, make_retract_event(node->name, ids));
  }
  request.finish(lsn, {}, std::move(events));
}

}  // namespace teahouse::pubsub
