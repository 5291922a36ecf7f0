#include "modules/muc/mentions.h"

#include <algorithm>

#include "modules/muc/room.h"
#include "server/module_context.h"
#include "xml/values.h"
#include "xmpp/data_form.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {
namespace {

constexpr char count_field[] = "mentions#count";

struct KindField {
  MentionKind kind;
  const char* var;
  const char* label;
};
constexpr KindField kind_fields[] = {
    {MentionKind::individual, "mentions#individual", "Who can mention individual users?"},
    {MentionKind::channel, "mentions#channel", "Who can mention the whole room?"},
    {MentionKind::associations, "mentions#associations", "Who can mention roles and affiliations?"},
    {MentionKind::hats, "mentions#hats", "Who can mention hats?"}};

constexpr std::pair<MentionPower, const char*> power_names[] = {{MentionPower::participants, "participants"},
                                                                {MentionPower::moderators, "moderators"},
                                                                {MentionPower::nobody, "none"}};

const char* name_of(MentionPower power) { return power_names[static_cast<size_t>(power)].second; }

// Groups that the room knows nothing of may be as large as it, so they need what it needs.
MentionKind kind_of(const xml::Element& mention) {
  const auto group = mention.attribute("mentions");
  if (!group) return MentionKind::individual;
  const std::string_view name = *group;
  const std::string_view prefix = ns::mentions;
  if (!name.starts_with(prefix) || name.size() == prefix.size()) return MentionKind::channel;
  const std::string_view kind = name.substr(prefix.size() + 1);
  if (kind == "hats") return MentionKind::hats;
  for (const std::string_view each : {"moderators", "participants", "visitors", "owner", "admin", "member", "none"}) {
    if (kind == each) return MentionKind::associations;
  }
  return MentionKind::channel;
}

bool may_mention(const MentionRules& rules, MentionKind kind, Role role) {
  switch (rules.power[static_cast<size_t>(kind)]) {
    case MentionPower::participants: return role >= Role::participant;
    case MentionPower::moderators: return role == Role::moderator;
    case MentionPower::nobody: return false;
  }
  return false;
}

Error not_acceptable(const FormField& field, const std::string& why) {
  return {ErrorKind::not_acceptable, "The field '" + field.var + "' " + why + "."};
}

Result<MentionRules> parse_rules(const xml::Element& query, const MentionRules& now) {
  const auto x = query.child("x", ns::data_forms);
  const auto form = x ? DataForm::read(*x) : Result<DataForm>(Error{});
  if (!form || form->type() != DataForm::Type::submit || form->form_type() != ns::mentions) {
    return Error{ErrorKind::bad_request, "This is no submitted form for mentions."};
  }
  MentionRules rules = now;
  if (const FormField* field = form->find(count_field)) {
    const auto count = xml::parse_integer(field->value());
    if (!count || *count < 0 || *count > MentionRules::count_max) {
      return not_acceptable(*field, "takes a number from 0 to " + std::to_string(MentionRules::count_max));
    }
    rules.count = *count;
  }
  for (const auto& [kind, var, label] : kind_fields) {
    const FormField* field = form->find(var);
    if (!field) continue;
    const auto* named = std::find_if(std::begin(power_names), std::end(power_names),
                                     [&](const auto& each) { return field->value() == each.second; });
    if (named == std::end(power_names)) return not_acceptable(*field, "takes participants, moderators or none");
    rules.power[static_cast<size_t>(kind)] = named->first;
  }
  return rules;
}

// The changed rules, for everybody in the room.
void send_news(Room& room, const MentionRules& before) {
  const MentionRules& now = room.config.mentions;
  DataForm news(DataForm::Type::result, ns::mentions);
  news.title = "Mentions";
  if (now.count != before.count) news.add(count_field, "text-single", {}, std::to_string(now.count));
  for (const auto& [kind, var, label] : kind_fields) {
    const auto index = static_cast<size_t>(kind);
    if (now.power[index] != before.power[index])
      news.add(var, "list-single", {}, std::string(name_of(now.power[index])));
  }
  std::string payload;
  xml::Writer writer(payload);
  news.write(writer);
  Stanza message = Stanza::make(StanzaKind::message, StanzaType::groupchat, std::move(payload));
  message.from = room.jid();
  room.traffic()->send_all(std::move(message), room.occupants.recipients());
}

}  // namespace

std::string write_mention_powers(const MentionRules& rules) {
  std::string out;
  for (const MentionPower power : rules.power) out.push_back(static_cast<char>('0' + static_cast<int>(power)));
  return out;
}

void read_mention_powers(std::string_view text, MentionRules& rules) {
  if (text.size() != std::size(rules.power)) return;
  for (size_t i = 0; i < text.size(); ++i) {
    const int power = text[i] - '0';
    if (power >= 0 && power <= static_cast<int>(MentionPower::nobody))
      rules.power[i] = static_cast<MentionPower>(power);
  }
}

void add_mention_fields(DataForm& form, const MentionRules& rules) {
  const bool is_to_fill_in = form.type() == DataForm::Type::form;
  form.add(count_field, "text-single", "How many mentions are allowed in a message?", std::to_string(rules.count))
      .required = is_to_fill_in;
  for (const auto& [kind, var, label] : kind_fields) {
    const MentionPower power = rules.power[static_cast<size_t>(kind)];
    FormField& field = form.add(var, "list-single", label, std::string(name_of(power)));
    if (!is_to_fill_in) continue;
    field.required = true;
    field.options = {{"participants", "Participants"}, {"moderators", "Moderators only"}, {"none", "Nobody"}};
  }
}

void answer_mention_rules(Room& room, const Stanza& stanza, const xml::Element&) {
  if (!room.may_look_inside(*stanza.from)) {
    return room.reply_error(stanza, {ErrorKind::forbidden, "Enter the room first."});
  }
  DataForm form(DataForm::Type::form, ns::mentions);
  form.title = "Permissions for mentions";
  add_mention_fields(form, room.config.mentions);
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::mentions);
  form.write(writer);
  writer.close();
  room.reply(stanza, std::move(payload));
}

void set_mention_rules(Room& room, const Stanza& stanza, const xml::Element& query) {
  if (room.affiliation_of(stanza.from->bare()) != Affiliation::owner) {
    return room.reply_error(stanza, {ErrorKind::forbidden, "Only owners say who may mention whom."});
  }
  if (const auto may = room.context().disk().check_addition(); !may) return room.reply_error(stanza, may.error());
  const MentionRules before = room.config.mentions;
  const auto rules = parse_rules(query, before);
  if (!rules) return room.reply_error(stanza, rules.error());
  if (*rules != before) {
    room.config.mentions = *rules;
    room.traffic()->wait_for(room.store_config(RoomChanged{{room.jid().str()}}));
    send_news(room, before);
  }
  room.reply(stanza);
}

void remove_forbidden_mentions(Stanza& message, const Room& room, const Occupant& speaker) {
  if (!message.child("mention", ns::mentions)) return;
  const MentionRules& rules = room.config.mentions;
  int64_t count = 0;
  message.root().for_each_child([&](const xml::Element& child) { count += child.is("mention", ns::mentions) ? 1 : 0; });
  message.remove_children([&](const xml::Element& child) {
    return child.is("mention", ns::mentions) &&
           (count > rules.count || !may_mention(rules, kind_of(child), speaker.role));
  });
}

}  // namespace teahouse::muc
