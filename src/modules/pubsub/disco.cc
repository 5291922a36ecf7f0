// Nodes tell of themselves: disco#info with pubsub#meta-data, and lists of nodes and items.
#include <algorithm>

#include "base/clock.h"
#include "modules/pubsub/request.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::pubsub {
namespace {

constexpr size_t items_told = 200;
constexpr size_t nodes_per_page_max = 500;

// A node is there for those that may read it, or subscribe and wait for approval.
const Node* find_visible(const Service& service, std::string_view name, const BareJid& asker) {
  const Node* node = service.nodes().find(name);
  return node && !service.judge(*node, asker, Action::subscribe) ? node : nullptr;
}

void write_node_item(const Service& service, const Node& node, xml::Writer& writer) {
  writer.open("item").attribute("jid", service.address().str()).attribute("node", node.name);
  if (!node.config.title.empty()) writer.attribute("name", node.config.title);
  writer.close();
}

}  // namespace

std::optional<std::string> make_node_info(const Service& service, std::string_view name, const BareJid& asker) {
  const Node* node = find_visible(service, name, asker);
  if (!node) return std::nullopt;
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_info).attribute("node", node->name);
  writer.open("identity").attribute("category", "pubsub").attribute("type", "leaf");
  if (!node->config.title.empty()) writer.attribute("name", node->config.title);
  writer.close();
  for (const char* feature : {ns::disco_info, ns::disco_items, ns::pubsub}) {
    writer.open("feature").attribute("var", feature).close();
  }
  DataForm form(DataForm::Type::result, meta_data_form);
  add_meta_data(form, node->config);
  form.add("pubsub#creation_date", "text-single", "Made at", format_time(node->created_ms));
  form.add("pubsub#num_subscribers", "text-single", "Subscribers", std::to_string(node->subscriptions.size()));
  FormField& owners = form.add("pubsub#owner", "jid-multi", "Owners");
  for (const BareJid& owner : service.owners_of(*node)) owners.values.push_back(owner.str());
  form.write(writer);
  writer.close();
  return payload;
}

void write_nodes(const Service& service, const BareJid& asker, xml::Writer& writer) {
  for (const auto& [name, node] : service.nodes().by_name) {
    if (find_visible(service, name, asker)) write_node_item(service, node, writer);
  }
}

std::string make_service_items(const Service& service, const BareJid& asker, const RsmRequest& rsm,
                               bool asks_for_page) {
  std::vector<const Node*> nodes;
  for (const auto& [name, node] : service.nodes().by_name) {
    if (find_visible(service, name, asker)) nodes.push_back(&node);
  }
  const auto place = [&](const std::string& name, bool behind) {
    const auto is_before = [&](const Node* node) { return behind ? node->name <= name : node->name < name; };
    return static_cast<size_t>(std::partition_point(nodes.begin(), nodes.end(), is_before) - nodes.begin());
  };
  const size_t most = rsm.page_size(nodes_per_page_max, nodes_per_page_max);
  size_t begin = rsm.after ? place(*rsm.after, true) : std::min(rsm.index.value_or(0), nodes.size());
  size_t end = rsm.before && !rsm.before->empty() ? std::max(begin, place(*rsm.before, false)) : nodes.size();
  rsm.backwards() ? begin = end - std::min(most, end - begin) : end = begin + std::min(most, end - begin);
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_items);
  for (size_t i = begin; i < end; ++i) write_node_item(service, *nodes[i], writer);
  if (asks_for_page || end - begin < nodes.size()) {
    RsmAnswer answer;
    answer.count = nodes.size();
    if (begin < end) {
      answer.first = nodes[begin]->name;
      answer.last = nodes[end - 1]->name;
      answer.first_index = begin;
    }
    write_rsm(writer, answer);
  }
  writer.close();
  return payload;
}

std::optional<std::string> make_node_items(const Service& service, std::string_view name, const BareJid& asker) {
  const Node* node = find_visible(service, name, asker);
  if (!node || service.judge(*node, asker, Action::retrieve)) return std::nullopt;
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_items).attribute("node", node->name);
  size_t told = 0;
  for (auto at = node->items.all().rbegin(); at != node->items.all().rend() && told < items_told; ++at, ++told) {
    writer.open("item").attribute("jid", service.address().str()).attribute("name", at->second.id).close();
  }
  writer.close();
  return payload;
}

}  // namespace teahouse::pubsub
