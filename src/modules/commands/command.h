// Command: something that a module offers at a tenant's accounts host, in stages; what it is asked, and what it
// answers.
//
// A command is run once for each stage: at first with no form, then with those that were filled in at the stages so
// far. It answers with a form to fill in, or with what came of it. Going back to an earlier stage runs it with fewer
// forms, so it does nothing before its last stage.
//
// Spec: XEP-0050.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "tenant/tenant.h"
#include "xmpp/data_form.h"
#include "xmpp/jid.h"

namespace teahouse {

struct CommandStep {
  HostPtr host;  // at which it is run, as it is now
  FullJid asker;
  std::vector<DataForm> forms;  // one a stage; each has what the stage's form requires
};

struct CommandNote {
  enum class Type : uint8_t { info, warn, error } type = Type::info;
  std::string text;
};

struct CommandAnswer {
  // Of type `form`: to be filled in, and the command goes on. Of type `result`, or none: it has completed.
  std::optional<DataForm> form;
  bool is_last = true;  // of a form to be filled in: the next stage completes the command
  std::vector<CommandNote> notes = {};

  bool goes_on() const { return form && form->type() == DataForm::Type::form; }
};

struct Command {
  std::string node;  // unique at its hosts
  std::string name;  // for people
  // Whether an entity may run it there; asked again at each stage.
  std::function<bool(const Host& host, const BareJid& asker)> may;
  // Errors: bad_request for a form that does not say what it should (the command's user sees <bad-payload/> and may
  // send another); the others as they are.
  std::function<Task<Result<CommandAnswer>>(CommandStep)> run;
};

}  // namespace teahouse
