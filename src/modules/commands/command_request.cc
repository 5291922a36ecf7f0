#include "modules/commands/command_request.h"

#include <algorithm>

#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr size_t node_bytes_max = 1023, session_id_bytes_max = 128, form_bytes_max = 64 * 1024;

constexpr std::pair<std::string_view, CommandAction> actions[] = {{"execute", CommandAction::execute},
                                                                  {"prev", CommandAction::prev},
                                                                  {"next", CommandAction::next},
                                                                  {"complete", CommandAction::complete},
                                                                  {"cancel", CommandAction::cancel}};

std::optional<CommandAction> find_action(std::string_view sought) {
  for (const auto& [name, action] : actions) {
    if (name == sought) return action;
  }
  return std::nullopt;
}

size_t text_bytes(const DataForm& form) {
  size_t bytes = form.title.size() + form.instructions.size();
  for (const FormField& field : form.fields()) {
    bytes += field.var.size() + field.label.size();
    for (const std::string& value : field.values) bytes += value.size() + sizeof(std::string);
    for (const FormOption& option : field.options) bytes += option.value.size() + option.label.size();
  }
  return bytes;
}

bool is_choice(const FormField& field) { return field.type == "list-single" || field.type == "list-multi"; }

bool offers(const FormField& field, const std::string& value) {
  return std::any_of(field.options.begin(), field.options.end(),
                     [&](const FormOption& option) { return option.value == value; });
}

Error refuse(const FormField& field, std::string_view why) {
  return {ErrorKind::bad_request, "The field '" + field.var + "' " + std::string(why)};
}

}  // namespace

CommandRefusal malformed_action() {
  return {{ErrorKind::bad_request, "The action must be execute, prev, next, complete or cancel."}, "malformed-action"};
}
CommandRefusal bad_action(std::string text) { return {{ErrorKind::bad_request, std::move(text)}, "bad-action"}; }
CommandRefusal bad_payload(std::string text) { return {{ErrorKind::bad_request, std::move(text)}, "bad-payload"}; }
CommandRefusal bad_sessionid() {
  return {{ErrorKind::bad_request, "This session of a command is not yours, or not of this command."}, "bad-sessionid"};
}
CommandRefusal session_expired() {
  return {{ErrorKind::not_allowed, "This session of the command is over. Begin anew."}, "session-expired"};
}

std::variant<CommandRequest, CommandRefusal> read_command(const xml::Element& command) {
  CommandRequest request;
  request.node = command.attribute("node").value_or("");
  if (request.node.empty() || request.node.size() > node_bytes_max) {
    return CommandRefusal{{ErrorKind::bad_request, "A command is named by its node."}};
  }
  const auto session_id = command.attribute("sessionid");
  if (session_id && (session_id->empty() || session_id->size() > session_id_bytes_max)) return bad_sessionid();
  request.session_id = session_id.value_or("");
  if (const auto action = command.attribute("action")) {
    const auto known = find_action(*action);
    if (!known) return malformed_action();
    request.action = *known;
  }
  if (const auto x = command.child("x", ns::data_forms)) {
    auto form = DataForm::read(*x);
    if (!form) return bad_payload(form.error().text);
    if (text_bytes(*form) > form_bytes_max) return bad_payload("The form is longer than 64 KiB.");
    request.form = std::move(*form);
  }
  return request;
}

Result<void> check_filled_in(const DataForm& form, const DataForm& filled_in) {
  for (const FormField& field : form.fields()) {
    const FormField* given = filled_in.find(field.var);
    const bool is_empty = !given || std::all_of(given->values.begin(), given->values.end(),
                                                [](const std::string& value) { return value.empty(); });
    if (is_empty && field.required) return refuse(field, "must be filled in.");
    if (is_empty) continue;
    if (field.type == "boolean" && !given->boolean()) return refuse(field, "must be 0 or 1.");
    if (!is_choice(field) || field.open) continue;
    for (const std::string& value : given->values) {
      if (!offers(field, value)) return refuse(field, "has none of the values that there are.");
    }
  }
  return {};
}

}  // namespace teahouse
