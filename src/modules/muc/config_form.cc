#include "modules/muc/config_form.h"

#include <algorithm>

#include "xml/values.h"

namespace teahouse::muc {
namespace {

struct BooleanField {
  const char* var;
  const char* label;
  bool RoomConfig::*member;
};
constexpr BooleanField boolean_fields[] = {
    {"muc#roomconfig_persistentroom", "Keep the room when the last occupant has left", &RoomConfig::persistent},
    {"muc#roomconfig_publicroom", "Show the room in the list of rooms", &RoomConfig::is_public},
    {"muc#roomconfig_membersonly", "Only members may enter", &RoomConfig::members_only},
    {"muc#roomconfig_moderatedroom", "Only those with voice may speak", &RoomConfig::moderated},
    {"muc#roomconfig_changesubject", "Participants may change the subject", &RoomConfig::change_subject},
    {"muc#roomconfig_allowinvites", "Members may invite others into a members-only room", &RoomConfig::member_invites},
    {"muc#roomconfig_enablelogging", "Keep messages in the room's archive", &RoomConfig::archived},
};

struct TextField {
  const char* var;
  const char* label;
  std::string RoomConfig::*member;
  size_t bytes_max;
};
constexpr TextField text_fields[] = {
    {"muc#roomconfig_roomname", "Name", &RoomConfig::name, name_bytes_max},
    {"muc#roomconfig_roomdesc", "Description", &RoomConfig::description, description_bytes_max},
    {"muc#roomconfig_lang", "Language", &RoomConfig::lang, 35},
};

struct PrivateMessageChoice {
  PrivateMessages value;
  const char* name;
  const char* label;
};
constexpr PrivateMessageChoice private_message_choices[] = {
    {PrivateMessages::anyone, "anyone", "Anyone"},
    {PrivateMessages::participants, "participants", "Those with voice"},
    {PrivateMessages::moderators, "moderators", "Moderators only"},
    {PrivateMessages::none, "none", "Nobody"}};

constexpr Role listed_roles[] = {Role::moderator, Role::participant, Role::visitor};

Error not_acceptable(std::string_view var, std::string_view why) {
  return {ErrorKind::not_acceptable, "The field '" + std::string(var) + "' " + std::string(why) + "."};
}

void add_roles(DataForm& form, const char* var, const char* label, const bool (&chosen)[4]) {
  FormField& field = form.add(var, "list-multi", label);
  for (const Role role : listed_roles) {
    field.options.push_back({to_string(role), to_string(role)});
    if (chosen[static_cast<size_t>(role)]) field.values.emplace_back(to_string(role));
  }
}

Result<void> read_roles(const FormField& field, bool (&chosen)[4]) {
  bool read[4] = {};
  for (const auto& value : field.values) {
    if (value == "none" || value.empty()) continue;
    const auto role = find_role(value);
    if (!role) return not_acceptable(field.var, "names a role that is none");
    read[static_cast<size_t>(*role)] = true;
  }
  std::copy(std::begin(read), std::end(read), std::begin(chosen));
  return {};
}

Result<int64_t> read_number(const FormField& field, int64_t least, int64_t most) {
  const auto value = xml::parse_integer(field.value());
  if (value && *value >= least && *value <= most) return *value;
  return not_acceptable(field.var, "takes a number from " + std::to_string(least) + " to " + std::to_string(most));
}

Result<std::vector<BareJid>> read_jids(const FormField& field) {
  std::vector<BareJid> jids;
  for (const auto& value : field.values) {
    if (value.empty()) continue;
    const auto jid = Jid::parse(value);
    if (!jid || !jid->has_localpart()) return not_acceptable(field.var, "holds what is no user's address");
    jids.push_back(jid->bare());
  }
  if (jids.size() > affiliations_max) return not_acceptable(field.var, "holds too many addresses");
  std::sort(jids.begin(), jids.end());
  jids.erase(std::unique(jids.begin(), jids.end()), jids.end());
  return jids;
}

Result<void> read_plain(const DataForm& form, RoomConfig& config) {
  for (const auto& [var, label, member] : boolean_fields) {
    const FormField* field = form.find(var);
    if (!field) continue;
    const auto value = field->boolean();
    if (!value) return not_acceptable(var, "takes 0 or 1");
    config.*member = *value;
  }
  for (const auto& [var, label, member, bytes_max] : text_fields) {
    const FormField* field = form.find(var);
    if (!field) continue;
    if (field->value().size() > bytes_max) return not_acceptable(var, "is too long");
    config.*member = field->value();
  }
  return {};
}

Result<void> read_password(const DataForm& form, RoomConfig& config) {
  const FormField* is_protected = form.find("muc#roomconfig_passwordprotectedroom");
  const FormField* secret = form.find("muc#roomconfig_roomsecret");
  if (secret && secret->value().size() > password_bytes_max) return not_acceptable(secret->var, "is too long");
  if (is_protected) {
    const auto value = is_protected->boolean();
    if (!value) return not_acceptable(is_protected->var, "takes 0 or 1");
    if (!*value) {
      config.password.clear();
      return {};
    }
  }
  if (secret) config.password = secret->value();
  if (is_protected && config.password.empty()) return not_acceptable("muc#roomconfig_roomsecret", "is needed too");
  return {};
}

Result<void> read_choices(const DataForm& form, RoomConfig& config) {
  if (const FormField* field = form.find("muc#roomconfig_whois")) {
    if (field->value() != "anyone" && field->value() != "moderators") {
      return not_acceptable(field->var, "takes anyone or moderators");
    }
    config.non_anonymous = field->value() == "anyone";
  }
  if (const FormField* field = form.find("muc#roomconfig_allowpm")) {
    const auto* named = std::find_if(std::begin(private_message_choices), std::end(private_message_choices),
                                     [&](const auto& each) { return field->value() == each.name; });
    if (named == std::end(private_message_choices)) return not_acceptable(field->var, "names no known choice");
    config.private_messages = named->value;
  }
  if (const FormField* field = form.find("muc#roomconfig_maxusers")) {
    config.max_users = 0;
    if (!field->value().empty() && field->value() != "none") {
      const auto number = read_number(*field, 1, 1'000'000);
      if (!number) return number.error();
      config.max_users = *number;
    }
  }
  if (const FormField* field = form.find("muc#maxhistoryfetch")) {
    const auto number = read_number(*field, 0, history_max);
    if (!number) return number.error();
    config.max_history = *number;
  }
  if (const FormField* field = form.find("muc#roomconfig_slow_mode_duration")) {
    const auto number = read_number(*field, 0, slow_mode_s_max);
    if (!number) return number.error();
    config.slow_mode_s = *number;
  }
  if (const FormField* field = form.find("muc#roomconfig_presencebroadcast")) {
    const auto read = read_roles(*field, config.broadcast);
    if (!read) return read;
  }
  if (const FormField* field = form.find("muc#roomconfig_getmemberlist")) return read_roles(*field, config.member_list);
  return {};
}

void add_choices(DataForm& form, const RoomConfig& config) {
  auto& whois = form.add("muc#roomconfig_whois", "list-single", "Who may see the occupants' real addresses",
                         std::string(config.non_anonymous ? "anyone" : "moderators"));
  whois.options = {{"moderators", "Moderators only"}, {"anyone", "Anyone"}};
  auto& allow_pm = form.add("muc#roomconfig_allowpm", "list-single", "Who may send private messages");
  for (const auto& [value, name, label] : private_message_choices) {
    allow_pm.options.push_back({name, label});
    if (value == config.private_messages) allow_pm.values.emplace_back(name);
  }
  auto& max_users = form.add("muc#roomconfig_maxusers", "list-single", "Most occupants at once",
                             config.max_users ? std::to_string(config.max_users) : std::string("none"));
  max_users.options.push_back({"none", "As many as come"});
  for (const char* option : {"10", "20", "50", "100", "200", "500"}) max_users.options.push_back({option, option});
  max_users.open = true;
  form.add("muc#maxhistoryfetch", "text-single", "Most messages of history for who enters",
           std::to_string(config.max_history));
  form.add("muc#roomconfig_slow_mode_duration", "text-single", "Seconds between two messages of one user (0: none)",
           std::to_string(config.slow_mode_s))
      .range.emplace(0, slow_mode_s_max);
  add_roles(form, "muc#roomconfig_presencebroadcast", "Roles whose presence is broadcast", config.broadcast);
  add_roles(form, "muc#roomconfig_getmemberlist", "Roles that may read the member list", config.member_list);
}

}  // namespace

DataForm make_config_form(const RoomConfig& config, const std::vector<BareJid>& owners,
                          const std::vector<BareJid>& admins) {
  DataForm form(DataForm::Type::form, roomconfig_form);
  form.title = "Room configuration";
  for (const auto& [var, label, member, bytes_max] : text_fields) form.add(var, "text-single", label, config.*member);
  for (const auto& [var, label, member] : boolean_fields) form.add(var, "boolean", label, config.*member);
  form.add("muc#roomconfig_passwordprotectedroom", "boolean", "A password is needed to enter",
           !config.password.empty());
  form.add("muc#roomconfig_roomsecret", "text-private", "The password", config.password);
  add_choices(form, config);
  auto& owner_field = form.add("muc#roomconfig_roomowners", "jid-multi", "Owners");
  for (const auto& jid : owners) owner_field.values.push_back(jid.str());
  auto& admin_field = form.add("muc#roomconfig_roomadmins", "jid-multi", "Admins");
  for (const auto& jid : admins) admin_field.values.push_back(jid.str());
  return form;
}

Result<ConfigChange> parse_config_form(const DataForm& form, const RoomConfig& current) {
  const std::string_view form_type = form.form_type();
  if (form.type() != DataForm::Type::submit || (!form_type.empty() && form_type != roomconfig_form)) {
    return Error{ErrorKind::bad_request, "This is no submitted room configuration form."};
  }
  ConfigChange change{current, {}, {}};
  for (const auto read : {read_plain, read_password, read_choices}) {
    const auto done = read(form, change.config);
    if (!done) return done.error();
  }
  if (const FormField* field = form.find("muc#roomconfig_roomowners")) {
    auto jids = read_jids(*field);
    if (!jids) return jids.error();
    change.owners = std::move(*jids);
  }
  if (const FormField* field = form.find("muc#roomconfig_roomadmins")) {
    auto jids = read_jids(*field);
    if (!jids) return jids.error();
    change.admins = std::move(*jids);
  }
  return change;
}

}  // namespace teahouse::muc
