// CommandRequest: a <command/> as it came; CommandRefusal: an error of XEP-0050 section 4.4.
//
// Limits: a node of 1,023 bytes and a session id of 128; a form whose texts have 64 KiB together.
// Errors: malformed-action, bad-payload, bad-sessionid; bad-request where there is no node.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "base/result.h"
#include "xml/document.h"
#include "xmpp/data_form.h"

namespace teahouse {

enum class CommandAction : uint8_t { execute, prev, next, complete, cancel };

struct CommandRequest {
  std::string node;
  std::string session_id;  // empty: a new one is to begin
  CommandAction action = CommandAction::execute;
  std::optional<DataForm> form;
};

struct CommandRefusal {
  Error error;
  std::string_view condition = {};  // in the namespace of commands; empty: none
};

CommandRefusal malformed_action();
CommandRefusal bad_action(std::string text);
CommandRefusal bad_payload(std::string text);
CommandRefusal bad_sessionid();
CommandRefusal session_expired();

std::variant<CommandRequest, CommandRefusal> read_command(const xml::Element& command);

// Whether what was filled in has what the form requires, and chooses what it offers. Errors: bad_request.
Result<void> check_filled_in(const DataForm& form, const DataForm& filled_in);

}  // namespace teahouse
