#include "modules/muc/hat_commands.h"

#include <algorithm>

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "modules/commands/command_request.h"
#include "modules/muc/owner.h"
#include "modules/muc/presence.h"
#include "server/module_context.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {
namespace {

constexpr char commands_form[] = "urn:xmpp:hats:commands";
constexpr char hat_user_field[] = "hats#jid";
constexpr char uri_field[] = "hats#uri";
constexpr char title_field[] = "hats#title";
constexpr char hue_field[] = "hats#hue";
constexpr size_t echoed_bytes_max = 1023;

std::string value_of(const DataForm& form, const char* var) {
  const FormField* field = form.find(var);
  return field ? std::string(field->value()) : std::string();
}

void add_choice(DataForm& form, const Room& room) {
  FormField& field = form.add(uri_field, "list-single", "Hat");
  field.required = true;
  for (const auto& [uri, hat] : room.hats.made) field.options.push_back({uri, hat.title});
}

DataForm make_create_form(const Room&) {
  DataForm form(DataForm::Type::form, commands_form);
  form.instructions = "Make a hat, or change the one that has this URI.";
  form.add(title_field, "text-single", "Title").required = true;
  form.add(uri_field, "text-single", "URI").required = true;
  form.add(hue_field, "text-single", "Hue, in degrees from 0 to 360");
  return form;
}

DataForm make_destroy_form(const Room& room) {
  DataForm form(DataForm::Type::form, commands_form);
  form.instructions = "Choose the hat that is to go, from all who wear it too.";
  add_choice(form, room);
  return form;
}

DataForm make_user_form(const Room& room) {
  DataForm form(DataForm::Type::form, commands_form);
  form.instructions = "Choose a user and a hat.";
  form.add(hat_user_field, "jid-single", "User").required = true;
  add_choice(form, room);
  return form;
}

void show(Room& room, const BareJid& user) {
  for (const Occupant* occupant : room.occupants.find_by_account(user)) broadcast_presence(room, *occupant);
}

std::vector<BareJid> wearers_of(const Room& room, const std::string& uri) {
  std::vector<BareJid> users;
  for (const auto& [user, uris] : room.hats.worn) {
    if (uris.contains(uri)) users.push_back(user);
  }
  return users;
}

Result<void> create(Room& room, const DataForm& form) {
  const std::string uri = value_of(form, uri_field);
  Hat hat{value_of(form, title_field), value_of(form, hue_field)};
  const auto good = check_hat(uri, hat);
  if (!good) return good;
  if (const auto may = room.context().disk().check_addition(); !may) return may;
  if (!room.hats.made.contains(uri) && room.hats.made.size() >= hats_max) {
    return Error{ErrorKind::resource_constraint,
                 "A room has at most " + std::to_string(hats_max) + " hats. Destroy one of them first."};
  }
  room.traffic()->wait_for(room.storage().store_hat(room.jid(), uri, hat));
  room.hats.made.insert_or_assign(uri, std::move(hat));
  for (const BareJid& user : wearers_of(room, uri)) show(room, user);
  send_changes(room, {104});
  return {};
}

Result<void> destroy(Room& room, const DataForm& form) {
  const std::string uri = value_of(form, uri_field);
  if (const auto may = room.context().disk().check_removal(); !may) return may;
  for (const BareJid& user : wearers_of(room, uri)) {
    HatUris left = *room.hats.find_worn(user);
    left.erase(uri);
    room.traffic()->wait_for(room.set_worn(user, std::move(left)));
    show(room, user);
  }
  room.hats.made.erase(uri);
  room.traffic()->wait_for(room.storage().remove_hat(room.jid(), uri));
  send_changes(room, {104});
  return {};
}

Result<BareJid> user_of(const Room& room, const DataForm& form) {
  auto jid = Jid::parse(value_of(form, hat_user_field));
  if (!jid || !jid->has_localpart()) return Error{ErrorKind::bad_request, "A hat is given to a user's address."};
  BareJid user = jid->bare();
  room.context().lead_to_account(user);
  return user;
}

Result<void> assign(Room& room, const DataForm& form) {
  const auto user = user_of(room, form);
  if (!user) return user.error();
  if (const auto may = room.context().disk().check_addition(); !may) return may;
  const HatUris* now = room.hats.find_worn(*user);
  HatUris wanted = now ? *now : HatUris();
  if (!wanted.insert(value_of(form, uri_field)).second) return {};
  if (wanted.size() > worn_max) {
    return Error{ErrorKind::resource_constraint, "Nobody wears more than " + std::to_string(worn_max) + " hats."};
  }
  if (!now && room.hats.worn.size() >= wearers_max) {
    return Error{ErrorKind::resource_constraint,
                 "At most " + std::to_string(wearers_max) + " users of one room wear hats."};
  }
  room.traffic()->wait_for(room.set_worn(*user, std::move(wanted)));
  show(room, *user);
  return {};
}

Result<void> unassign(Room& room, const DataForm& form) {
  const auto user = user_of(room, form);
  if (!user) return user.error();
  if (const auto may = room.context().disk().check_removal(); !may) return may;
  const HatUris* now = room.hats.find_worn(*user);
  HatUris left = now ? *now : HatUris();
  if (left.erase(value_of(form, uri_field)) == 0) {
    return Error{ErrorKind::item_not_found, user->str() + " does not wear this hat."};
  }
  room.traffic()->wait_for(room.set_worn(*user, std::move(left)));
  show(room, *user);
  return {};
}

void write_hat(xml::Writer& writer, const BareJid* user, const std::string& uri, const Hat& hat) {
  const auto leaf = [&](const char* var, const std::string& value) {
    writer.open("field").attribute("var", var).leaf("value", value).close();
  };
  writer.open("item");
  if (user) leaf(hat_user_field, user->str());
  leaf(uri_field, uri);
  leaf(title_field, hat.title);
  leaf(hue_field, hat.hue);
  writer.close();
}

DataForm begin_table(bool has_users) {
  DataForm table(DataForm::Type::result, commands_form);
  xml::Writer writer(table.more);
  writer.open("reported");
  if (has_users) writer.open("field").attribute("var", hat_user_field).close();
  for (const char* var : {uri_field, title_field, hue_field}) writer.open("field").attribute("var", var).close();
  writer.close();
  return table;
}

DataForm list(const Room& room) {
  DataForm table = begin_table(false);
  xml::Writer writer(table.more);
  for (const auto& [uri, hat] : room.hats.made) write_hat(writer, nullptr, uri, hat);
  return table;
}

DataForm list_assigned(const Room& room) {
  DataForm table = begin_table(true);
  xml::Writer writer(table.more);
  for (const auto& [user, uris] : room.hats.worn) {
    for (const std::string& uri : uris) {
      const auto hat = room.hats.made.find(uri);
      if (hat != room.hats.made.end()) write_hat(writer, &user, uri, hat->second);
    }
  }
  return table;
}

struct HatCommand {
  const char* node;
  const char* name;
  bool is_for_owners;
  // Either a form and what is done with it, or a table.
  DataForm (*form)(const Room&);
  Result<void> (*run)(Room&, const DataForm&);
  DataForm (*table)(const Room&);
};
constexpr HatCommand hat_commands[] = {
    {"urn:xmpp:hats:commands:create", "Make or change a hat", true, make_create_form, create, nullptr},
    {"urn:xmpp:hats:commands:destroy", "Destroy a hat", true, make_destroy_form, destroy, nullptr},
    {"urn:xmpp:hats:commands:list", "List the hats", false, nullptr, nullptr, list},
    {"urn:xmpp:hats:commands:assign", "Give a hat to a user", true, make_user_form, assign, nullptr},
    {"urn:xmpp:hats:commands:unassign", "Take a hat from a user", true, make_user_form, unassign, nullptr},
    {"urn:xmpp:hats:commands:list-assigned", "List who wears which hats", true, nullptr, nullptr, list_assigned},
};

const HatCommand* find_command(std::string_view node) {
  const auto* found = std::find_if(std::begin(hat_commands), std::end(hat_commands),
                                   [&](const HatCommand& each) { return node == each.node; });
  return found == std::end(hat_commands) ? nullptr : found;
}

bool may(const Room& room, const Jid& asker, const HatCommand& command) {
  if (command.is_for_owners) return room.affiliation_of(asker.bare()) == Affiliation::owner;
  return room.may_look_inside(asker);
}

std::string session_of(const Room& room, const Jid& asker, const HatCommand& command) {
  const std::string named = "command " + room.jid().str() + "\n" + asker.str() + "\n" + command.node;
  return crypto::to_base64url(crypto::hmac_sha256(room.tenant().occupant_id_secret, named).substr(0, 15));
}

void refuse(const Room& room, const Stanza& stanza, const CommandRefusal& refusal) {
  std::string condition, payload;
  if (!refusal.condition.empty()) xml::Writer(condition).open(refusal.condition, ns::commands).close();
  xml::Writer writer(payload);
  writer.open("command", ns::commands);
  const auto command = stanza.first_child();
  for (const char* name : {"node", "sessionid"}) {
    const auto value = command ? command->attribute(name) : std::nullopt;
    if (value && value->size() <= echoed_bytes_max) writer.attribute(name, *value);
  }
  writer.close();
  const Stanza error = make_error(stanza, refusal.error, condition);
  room.traffic()->answer(Stanza::make_reply(stanza, StanzaType::error, payload.append(error.payload())));
}

void answer(const Room& room, const Stanza& stanza, const HatCommand& command, const char* status,
            const DataForm* form) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("command", ns::commands).attribute("node", command.node);
  writer.attribute("sessionid", session_of(room, *stanza.from, command)).attribute("status", status);
  if (form && form->type() == DataForm::Type::form) {
    writer.open("actions").attribute("execute", "complete").open("complete").close().close();
  }
  if (form) form->write(writer);
  writer.close();
  room.reply(stanza, std::move(payload));
}

// The only stage, with its form filled in.
void complete(Room& room, const Stanza& stanza, const HatCommand& command, const DataForm& filled_in) {
  if (filled_in.type() != DataForm::Type::submit) return refuse(room, stanza, bad_payload("Submit the form."));
  if (const auto good = check_filled_in(command.form(room), filled_in); !good) {
    return refuse(room, stanza, bad_payload(good.error().text));
  }
  const auto done = command.run(room, filled_in);
  if (done) return answer(room, stanza, command, "completed", nullptr);
  const bool is_form_bad = done.error().kind == ErrorKind::bad_request;
  refuse(room, stanza, is_form_bad ? bad_payload(done.error().text) : CommandRefusal{done.error()});
}

void carry_out(Room& room, const Stanza& stanza, const HatCommand& command, const CommandRequest& asked) {
  const bool is_first = asked.session_id.empty();
  if (!is_first && asked.session_id != session_of(room, *stanza.from, command)) {
    return refuse(room, stanza, bad_sessionid());
  }
  if (asked.action == CommandAction::cancel && !is_first) return answer(room, stanza, command, "canceled", nullptr);
  const bool goes_on = asked.action == CommandAction::execute || (asked.action == CommandAction::complete && !is_first);
  if (!goes_on) return refuse(room, stanza, bad_action("There is one stage: execute the command, and complete it."));
  if (command.table) {
    const DataForm table = command.table(room);
    return answer(room, stanza, command, "completed", &table);
  }
  if (asked.form) return complete(room, stanza, command, *asked.form);
  if (!is_first) return refuse(room, stanza, bad_payload("Fill the form in."));
  const DataForm form = command.form(room);
  answer(room, stanza, command, "executing", &form);
}

void write_identity(xml::Writer& writer, const char* type, const char* name) {
  writer.open("identity").attribute("category", "automation").attribute("type", type).attribute("name", name).close();
  for (const auto feature : {ns::commands, ns::data_forms}) writer.open("feature").attribute("var", feature).close();
}

}  // namespace

void handle_command(Room& room, const Stanza& stanza, const xml::Element& element) {
  const auto read = read_command(element);
  if (const auto* refusal = std::get_if<CommandRefusal>(&read)) return refuse(room, stanza, *refusal);
  const auto& asked = std::get<CommandRequest>(read);
  const HatCommand* command = find_command(asked.node);
  if (!command) return refuse(room, stanza, {{ErrorKind::item_not_found, "There is no such command here."}});
  if (!stanza.from->is_full() || !may(room, *stanza.from, *command)) {
    return refuse(room, stanza, {{ErrorKind::forbidden, "This command is not for you."}});
  }
  if (room.locked) return refuse(room, stanza, {{ErrorKind::not_allowed, "Configure the room first."}});
  carry_out(room, stanza, *command, asked);
}

bool answer_command_node(Room& room, const Stanza& stanza, const xml::Element& query) {
  const std::string_view node = query.attribute("node").value_or("");
  const bool is_list = node == ns::commands, wants_items = query.ns() == ns::disco_items;
  const HatCommand* command = find_command(node);
  if (!is_list && !command) return false;
  if (command && !may(room, *stanza.from, *command)) {
    room.reply_error(stanza, {ErrorKind::forbidden, "This command is not for you."});
    return true;
  }
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", query.ns()).attribute("node", node);
  if (!wants_items)
    write_identity(writer, command ? "command-node" : "command-list", command ? command->name : "Commands");
  for (const HatCommand& each : hat_commands) {
    if (!is_list || !wants_items || !may(room, *stanza.from, each)) continue;
    writer.open("item").attribute("jid", room.jid().str()).attribute("node", each.node);
    writer.attribute("name", each.name).close();
  }
  writer.close();
  room.reply(stanza, std::move(payload));
  return true;
}

}  // namespace teahouse::muc
