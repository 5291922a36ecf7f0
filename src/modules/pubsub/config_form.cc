// The values of all fields go through text, as forms have them: reading, writing, comparing and storing a
// configuration are walks over one table.
#include "modules/pubsub/config_form.h"

#include <algorithm>
#include <boost/json.hpp>
#include <span>

#include "xml/values.h"

namespace teahouse::pubsub {
namespace {

namespace json = boost::json;
using Values = std::vector<std::string>;

struct Choice {
  const char *value, *label;
};
constexpr Choice access_models[] = {{"open", "Anyone"},
                                    {"presence", "Those who see the owner's presence"},
                                    {"roster", "Those in some of the owner's roster groups"},
                                    {"authorize", "Those whom the owner approves"},
                                    {"whitelist", "Those whom the owner lists"}};
constexpr Choice publish_models[] = {{"publishers", "Publishers"}, {"subscribers", "Subscribers"}, {"open", "Anyone"}};
constexpr Choice send_last_choices[] = {{"never", "Never"},
                                        {"on_sub", "When somebody subscribes"},
                                        {"on_sub_and_presence", "When somebody subscribes or comes online"}};
constexpr Choice notification_types[] = {{"headline", "Headlines, which do not wait"},
                                         {"normal", "Messages, which wait for those who are away"}};
constexpr Choice itemreply_choices[] = {{"owner", "The owner of the node"}, {"publisher", "The publisher of the item"}};

struct Field {
  const char *var, *type, *label;
  std::span<const Choice> choices;
  bool is_public;  // told by pubsub#meta-data
  Values (*get)(const NodeConfig&);
  bool (*put)(NodeConfig&, const Values&);  // false: the value cannot be
};

std::string_view first(const Values& values) { return values.empty() ? std::string_view() : values.front(); }

template <auto member>
Values get_flag(const NodeConfig& config) {
  return {config.*member ? "1" : "0"};
}
template <auto member>
bool put_flag(NodeConfig& config, const Values& values) {
  const auto value = xml::parse_boolean(first(values));
  if (value) config.*member = *value;
  return value.has_value();
}
template <auto member>
Values get_text(const NodeConfig& config) {
  return {config.*member};
}
template <auto member>
bool put_text(NodeConfig& config, const Values& values) {
  config.*member = first(values);
  return first(values).size() <= text_bytes_max;
}
template <auto member, const auto& choices>
Values get_choice(const NodeConfig& config) {
  return {choices[static_cast<size_t>(config.*member)].value};
}
template <auto member, const auto& choices>
bool put_choice(NodeConfig& config, const Values& values) {
  for (size_t i = 0; i < std::size(choices); ++i) {
    if (first(values) != choices[i].value) continue;
    config.*member = static_cast<std::remove_reference_t<decltype(config.*member)>>(i);
    return true;
  }
  return false;
}

Values get_max_items(const NodeConfig& config) {
  return {config.max_items == items_unbounded ? "max" : std::to_string(config.max_items)};
}
bool put_max_items(NodeConfig& config, const Values& values) {
  const auto number = xml::parse_integer(first(values));
  if (first(values) != "max" && (!number || *number < 0)) return false;
  config.max_items = number.value_or(items_unbounded);
  return true;
}
Values get_groups(const NodeConfig& config) { return config.groups; }
bool put_groups(NodeConfig& config, const Values& values) {
  config.groups = values;
  std::sort(config.groups.begin(), config.groups.end());
  const auto is_long = [](const std::string& group) { return group.size() > text_bytes_max; };
  return values.size() <= groups_max && std::none_of(values.begin(), values.end(), is_long);
}
Values get_itemreply(const NodeConfig& config) { return {config.show_publisher ? "publisher" : "owner"}; }
bool put_itemreply(NodeConfig& config, const Values& values) {
  config.show_publisher = first(values) == "publisher";
  return config.show_publisher || first(values) == "owner";
}

#define FLAG(member) {}, false, get_flag<&NodeConfig::member>, put_flag<&NodeConfig::member>
#define TEXT(member) {}, true, get_text<&NodeConfig::member>, put_text<&NodeConfig::member>
#define CHOICE(member, choices, is_public) \
  choices, is_public, get_choice<&NodeConfig::member, choices>, put_choice<&NodeConfig::member, choices>
constexpr Field fields[] = {
    {"pubsub#title", "text-single", "Name", TEXT(title)},
    {"pubsub#description", "text-single", "Description", TEXT(description)},
    {"pubsub#type", "text-single", "Namespace of the items", TEXT(type)},
    {"pubsub#language", "text-single", "Language", TEXT(language)},
    {"pubsub#access_model", "list-single", "Who may subscribe and read", CHOICE(access, access_models, true)},
    {"pubsub#publish_model", "list-single", "Who may publish", CHOICE(publish, publish_models, true)},
    {"pubsub#roster_groups_allowed", "list-multi", "Roster groups that may read", {}, false, get_groups, put_groups},
    {"pubsub#max_items", "text-single", "Most items kept (a number, or max)", {}, true, get_max_items, put_max_items},
    {"pubsub#persist_items", "boolean", "Keep items", FLAG(persist_items)},
    {"pubsub#send_last_published_item", "list-single", "Send the last item",
     CHOICE(send_last, send_last_choices, false)},
    {"pubsub#deliver_notifications", "boolean", "Notify subscribers", FLAG(deliver_notifications)},
    {"pubsub#deliver_payloads", "boolean", "Notify with the items themselves", FLAG(deliver_payloads)},
    {"pubsub#notify_config", "boolean", "Notify of a changed configuration", FLAG(notify_config)},
    {"pubsub#notify_delete", "boolean", "Notify when the node is deleted", FLAG(notify_delete)},
    {"pubsub#notify_retract", "boolean", "Notify when items are removed", FLAG(notify_retract)},
    {"pubsub#notification_type", "list-single", "Notifications are", CHOICE(notification, notification_types, false)},
    {"pubsub#itemreply", "list-single", "Answers to an item go to", itemreply_choices, false, get_itemreply,
     put_itemreply},
    {"pubsub#subscribe", "boolean", "Others may subscribe", FLAG(subscribe)},
};
#undef FLAG
#undef TEXT
#undef CHOICE

const Field* find_field(std::string_view var) {
  const auto* found =
      std::find_if(std::begin(fields), std::end(fields), [&](const Field& each) { return each.var == var; });
  return found == std::end(fields) ? nullptr : found;
}

Error not_acceptable(std::string_view var, std::string_view why) {
  return {ErrorKind::not_acceptable, "The field '" + std::string(var) + "' " + std::string(why) + "."};
}

bool needs_presence(AccessModel access) { return access == AccessModel::presence || access == AccessModel::roster; }

Result<NodeConfig> check(NodeConfig config, const ConfigBounds& bounds) {
  if (bounds.items_max >= 0 && config.max_items > bounds.items_max) {
    return not_acceptable("pubsub#max_items", "takes 'max', or a number up to " + std::to_string(bounds.items_max));
  }
  if (needs_presence(config.access) && !bounds.has_presence) {
    return not_acceptable("pubsub#access_model", "takes 'open', 'authorize' or 'whitelist' on this service");
  }
  return config;
}

Result<NodeConfig> parse(const DataForm& form, const NodeConfig& current, const ConfigBounds& bounds,
                         std::string_view form_type, bool is_strict) {
  const std::string_view type = form.form_type();
  if (form.type() != DataForm::Type::submit || (type != form_type && (is_strict || !type.empty()))) {
    return Error{ErrorKind::bad_request, "This is no submitted form of the type " + std::string(form_type) + "."};
  }
  NodeConfig config = current;
  for (const FormField& submitted : form.fields()) {
    if (submitted.var == "FORM_TYPE") continue;
    const Field* field = find_field(submitted.var);
    if (!field && is_strict) return not_acceptable(submitted.var, "is not known here");
    if (field && !field->put(config, submitted.values))
      return not_acceptable(submitted.var, "has a value that cannot be");
  }
  return check(std::move(config), bounds);
}

void add_field(DataForm& form, const Field& field, const NodeConfig& config) {
  FormField& added = form.add(field.var, field.type, field.label);
  for (const Choice& choice : field.choices) added.options.push_back({choice.value, choice.label});
  added.values = field.get(config);
  if (added.type == "list-multi") added.open = true;
}

}  // namespace

DataForm make_config_form(const NodeConfig& config, const ConfigBounds& bounds) {
  DataForm form(DataForm::Type::form, node_config_form);
  for (const Field& field : fields) add_field(form, field, config);
  if (bounds.has_presence) return form;
  DataForm fitting(DataForm::Type::form, node_config_form);
  for (const Field& field : fields) {
    if (field.get == get_groups) continue;
    add_field(fitting, field, config);
  }
  return fitting;
}

Result<NodeConfig> parse_config_form(const DataForm& form, const NodeConfig& current, const ConfigBounds& bounds) {
  return parse(form, current, bounds, node_config_form, false);
}

Result<NodeConfig> parse_options(const DataForm& form, const NodeConfig& current, const ConfigBounds& bounds) {
  return parse(form, current, bounds, publish_options_form, true);
}

std::string_view find_unmet(const DataForm& form, const NodeConfig& config) {
  NodeConfig wanted = config;
  for (const FormField& submitted : form.fields()) {
    const Field* field = find_field(submitted.var);
    if (!field) continue;
    field->put(wanted, submitted.values);
    if (field->get(wanted) != field->get(config)) return field->var;
  }
  return {};
}

void add_meta_data(DataForm& form, const NodeConfig& config) {
  for (const Field& field : fields) {
    if (field.is_public) form.add(field.var, field.type, field.label, std::string(first(field.get(config))));
  }
}

std::string write_config(const NodeConfig& config) {
  json::object object;
  for (const Field& field : fields) {
    const Values values = field.get(config);
    object[field.var] = json::array(values.begin(), values.end());
  }
  return json::serialize(object);
}

NodeConfig read_config(std::string_view text, const NodeConfig& defaults) {
  NodeConfig config = defaults;
  json::error_code fault;
  const json::value value = json::parse(json::string_view(text.data(), text.size()), fault);
  if (fault || !value.is_object()) return config;
  for (const Field& field : fields) {
    const json::value* found = value.as_object().if_contains(field.var);
    if (!found || !found->is_array()) continue;
    Values values;
    for (const json::value& each : found->as_array()) {
      if (each.is_string()) values.emplace_back(each.as_string());
    }
    NodeConfig changed = config;
    if (field.put(changed, values)) config = std::move(changed);
  }
  return config;
}

}  // namespace teahouse::pubsub
