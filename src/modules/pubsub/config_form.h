// The forms of a node: its configuration (pubsub#node_config), its preconditions (pubsub#publish-options), and what it
// tells of itself (pubsub#meta-data). Each field stands in one table.
//
// Spec: XEP-0060 sections 7.1.5, 8.2, 5.4 and 16.4.
// Errors: bad_request for a form of another kind, not_acceptable (with the field's name) for a value that cannot be.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "modules/pubsub/config.h"
#include "xmpp/data_form.h"

namespace teahouse::pubsub {

inline constexpr char node_config_form[] = "http://jabber.org/protocol/pubsub#node_config";
inline constexpr char publish_options_form[] = "http://jabber.org/protocol/pubsub#publish-options";
inline constexpr char meta_data_form[] = "http://jabber.org/protocol/pubsub#meta-data";

// The bounds in which a service lets its nodes be.
struct ConfigBounds {
  int64_t items_max;  // of a node; -1: unlimited
  bool has_presence;  // the access models `presence` and `roster` are there
};

DataForm make_config_form(const NodeConfig& config, const ConfigBounds& bounds);
// Fields that are absent or unknown change nothing.
Result<NodeConfig> parse_config_form(const DataForm& form, const NodeConfig& current, const ConfigBounds& bounds);
// The same of publish-options, of which every field must be known.
Result<NodeConfig> parse_options(const DataForm& form, const NodeConfig& current, const ConfigBounds& bounds);
// Of a node that is there: the first field that its configuration does not meet; empty: it meets them all.
// REQUIRES: parse_options() took the form.
std::string_view find_unmet(const DataForm& form, const NodeConfig& config);
// Adds the fields that everybody may know by whom the node may be seen.
void add_meta_data(DataForm& form, const NodeConfig& config);

// For the store: as JSON. read_config takes `defaults` for what is missing or not known.
std::string write_config(const NodeConfig& config);
NodeConfig read_config(std::string_view text, const NodeConfig& defaults);

}  // namespace teahouse::pubsub
