// CommandsModule: the commands that other modules offer at a tenant's accounts host (command.h): listed by disco, and
// run. Commands of clients go between them as any iq.
//
// Thread: its home loop; a command's session lives on the loop of the iq that began it, which is the asker's.
// Limits: those of CommandRequest and CommandSessions (resource-constraint where the tenant has no room).
// Errors: those of XEP-0050 section 4.4; forbidden for a command that is not for the asker, who does not see it listed.
// Spec: XEP-0050 1.3.0. All texts are English, whatever language was asked for.
#pragma once

#include "modules/commands/command_request.h"
#include "modules/commands/command_sessions.h"
#include "modules/disco/disco_module.h"

namespace teahouse {

class CommandsModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;
  void detach() override;

  // `owner`: the module that offers it. REQUIRES: no other has its node.
  void add(const Module& owner, Command command);
  void remove_of(const Module& owner);

 private:
  struct Offered {
    const Module* owner;
    std::shared_ptr<const Command> command;
  };
  using CommandPtr = std::shared_ptr<const Command>;

  CommandPtr find(std::string_view node) const;
  bool answer_node(const IqRequest& request) const;
  std::string list(const IqRequest& request) const;
  void handle(const IqRequest& request);
  void begin(const CommandPtr& command, const IqRequest& request, const CommandRequest& asked);
  void go_on(const CommandPtr& command, const IqRequest& request, CommandRequest asked);
  void submit(const CommandPtr& command, const IqRequest& request, CommandSession& session, CommandRequest asked);
  static Task<void> run(CommandsModule& self, CommandPtr command, CommandStep step, Stanza request, std::string id);
  void tell(const Command& command, const Stanza& request, const std::string& id, CommandStep step,
            Result<CommandAnswer> answer);
  void refuse(const Stanza& request, const CommandRefusal& refusal) const;

  ModuleContext* context_ = nullptr;
  DiscoModule* disco_ = nullptr;
  std::vector<Offered> offered_;
  CommandSessions sessions_;
};

}  // namespace teahouse
