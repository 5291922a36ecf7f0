// Nodes: made, configured, emptied and deleted by their owners.
#include "base/random.h"
#include "modules/pubsub/notify.h"
#include "modules/pubsub/request.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::pubsub {
namespace {

constexpr size_t redirect_bytes_max = 2000;

std::string write_form(const DataForm& form) {
  std::string out;
  xml::Writer writer(out);
  form.write(writer);
  return out;
}

// The <configure/> of a request. Errors: answered as the form's.
Result<NodeConfig> read_config_of(const Request& request, const std::optional<xml::Element>& configure,
                                  const NodeConfig& current) {
  const auto x = configure ? configure->child("x", ns::data_forms) : std::nullopt;
  if (!x) return current;
  const auto form = DataForm::read(*x);
  if (!form) return form.error();
  if (form->type() == DataForm::Type::cancel) return current;
  return parse_config_form(*form, current, request.service.bounds());
}

}  // namespace

void create_node(const Request& request) {
  const Service& service = request.service;
  std::string name(request.node_name());
  if (name.empty()) name = random_token(22);  // an instant node
  const auto configure = request.pubsub.child("configure", ns::pubsub);
  const auto config = read_config_of(request, configure, service.front().defaults());
  if (!config) return request.fail({config.error()});
  const auto made = service.create(name, *config, request.asker);
  if (!made) return request.fail({made.error()});
  std::string payload;
  xml::Writer(payload).open("pubsub", ns::pubsub).open("create").attribute("node", name).close().close();
  request.finish(service.store_new(**made), std::move(payload));
}

void answer_config(const Request& request) {
  const Node* node = request.find_node(Action::own);
  if (!node) return;
  std::string payload;
  xml::Writer writer(payload);
  writer.open("pubsub", ns::pubsub_owner).open("configure").attribute("node", node->name);
  writer.raw(write_form(make_config_form(node->config, request.service.bounds()))).close().close();
  request.reply(std::move(payload));
}

void set_config(const Request& request) {
  Node* node = request.find_node(Action::own);
  if (!node) return;
  const Service& service = request.service;
  if (!request.action.child("x", ns::data_forms)) return request.fail(ErrorKind::bad_request, "There is no form.");
  const auto config = read_config_of(request, request.action, node->config);
  if (!config) return request.fail({config.error()});
  if (*config == node->config) return request.finish(Lsn::none);
  if (!request.may_write(true)) return;
  node->config = *config;
  const Lsn stored = service.storage().store_node(*node);
  const Lsn lsn = std::max(stored, service.trim(*node));
  std::vector<Stanza> events;
  if (node->config.notify_config) {
    DataForm form = make_config_form(node->config, service.bounds());
    const std::string inner = node->config.deliver_payloads ? write_form(form) : std::string();
    events = make_notifications(service, *node, make_node_event("configuration", node->name, inner));
  }
  request.finish(lsn, {}, std::move(events));
}

void answer_default_config(const Request& request) {
  const Service& service = request.service;
  std::string payload;
  xml::Writer writer(payload);
  writer.open("pubsub", ns::pubsub_owner).open("default");
  writer.raw(write_form(make_config_form(service.front().defaults(), service.bounds()))).close().close();
  request.reply(std::move(payload));
}

void delete_node(const Request& request) {
  Node* node = request.find_node(Action::own);
  if (!node || !request.may_write(false)) return;
  const Service& service = request.service;
  std::string redirect;
  if (const auto element = request.action.child("redirect", ns::pubsub_owner)) {
    const std::string_view uri = element->attribute("uri").value_or("");
    if (uri.size() > redirect_bytes_max) return request.fail(ErrorKind::not_acceptable, "The URI is too long.");
    if (!uri.empty()) xml::Writer(redirect).open("redirect").attribute("uri", uri).close();
  }
  std::vector<Stanza> events;
  if (node->config.notify_delete) {
    events = make_notifications(service, *node, make_node_event("delete", node->name, redirect));
  }
  request.finish(service.remove(*node), {}, std::move(events));
}

void purge_node(const Request& request) {
  Node* node = request.find_node(Action::own);
  if (!node) return;
  const Service& service = request.service;
  if (!node->config.persist_items) {
    return request.fail(
        {{ErrorKind::feature_not_implemented, "This node keeps no items."}, "unsupported", "persistent-items"});
  }
  if (!request.may_write(false)) return;
  Lsn lsn = Lsn::none;
  while (!node->items.all().empty()) {
    const uint64_t number = node->items.all().begin()->first;
    lsn = service.storage().remove_item(*node, number);
    service.nodes().remove_item(*node, number);
  }
  std::vector<Stanza> events;
  if (node->config.notify_retract) {
    events = make_notifications(service, *node, make_node_event("purge", node->name));
  }
  request.finish(lsn, {}, std::move(events));
}

}  // namespace teahouse::pubsub
