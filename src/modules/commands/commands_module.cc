#include "modules/commands/commands_module.h"

#include <algorithm>

#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr size_t echoed_bytes_max = 1023;

const char* to_string(CommandNote::Type type) {
  switch (type) {
    case CommandNote::Type::info: return "info";
    case CommandNote::Type::warn: return "warn";
    case CommandNote::Type::error: break;
  }
  return "error";
}

void write_actions(xml::Writer& writer, bool is_first, bool is_last) {
  writer.open("actions").attribute("execute", is_last ? "complete" : "next");
  if (!is_first) writer.open("prev").close();
  writer.open(is_last ? "complete" : "next").close();
  writer.close();
}

void open_command(xml::Writer& writer, std::string_view node, std::string_view id, std::string_view status) {
  writer.open("command", ns::commands).attribute("xml:lang", "en").attribute("node", node);
  writer.attribute("sessionid", id).attribute("status", status);
}

std::string make_answer(const Command& command, const CommandAnswer& answer, const std::string& id, bool is_first) {
  std::string payload;
  xml::Writer writer(payload);
  open_command(writer, command.node, id, answer.goes_on() ? "executing" : "completed");
  if (answer.goes_on()) write_actions(writer, is_first, answer.is_last);
  if (answer.form) answer.form->write(writer);
  for (const CommandNote& note : answer.notes) {
    writer.open("note").attribute("type", to_string(note.type)).text(note.text).close();
  }
  writer.close();
  return payload;
}

void write_identity(xml::Writer& writer, std::string_view type, std::string_view name) {
  writer.open("identity").attribute("category", "automation").attribute("type", type).attribute("name", name).close();
  for (const char* feature : {ns::commands, ns::data_forms}) writer.open("feature").attribute("var", feature).close();
}

CommandStep make_step(const IqRequest& request) { return {request.host, *request.stanza.from->full(), {}}; }

}  // namespace

const ModuleInfo& CommandsModule::info() const {
  static const ModuleInfo info{
      .name = "commands",
      .summary = "Commands that users run at their server, stage by stage, with forms.",
      .xeps = {{50, "1.3.0", "Ad-Hoc Commands",
                "at hosts, not at accounts; answers are English; commands are not announced by messages"}},
      .host_features = {ns::commands, ns::data_forms},
      .needs = {"disco"},
      .is_optional = true};
  return info;
}

void CommandsModule::attach(ModuleContext& context) {
  context_ = &context;
  disco_ = &context.need<DiscoModule>("disco");
  disco_->on_host_node = [this](const IqRequest& request) { return answer_node(request); };
  context.on_iq(IqTarget::host, StanzaType::set, "command", ns::commands, [this](const IqRequest& iq) { handle(iq); });
  context.on(&Hooks::session_closing, [this](Session& session) { sessions_.end_of(session.jid().str()); });
  context.on(&Hooks::tenant_removed, [this](const TenantPtr& tenant) { sessions_.end_of(tenant->id); });
}

void CommandsModule::detach() { disco_->on_host_node = nullptr; }

void CommandsModule::add(const Module& owner, Command command) {
  assert(!find(command.node) && "two commands of one node");
  offered_.push_back({&owner, std::make_shared<const Command>(std::move(command))});
}

void CommandsModule::remove_of(const Module& owner) {
  std::erase_if(offered_, [&](const Offered& each) { return each.owner == &owner; });
}

CommandsModule::CommandPtr CommandsModule::find(std::string_view node) const {
  const auto found =
      std::find_if(offered_.begin(), offered_.end(), [&](const Offered& each) { return each.command->node == node; });
  return found == offered_.end() ? nullptr : found->command;
}

std::string CommandsModule::list(const IqRequest& request) const {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_items).attribute("node", ns::commands);
  for (const Offered& each : offered_) {
    if (!each.command->may(*request.host, request.stanza.from->bare())) continue;
    writer.open("item").attribute("jid", request.host->domain).attribute("node", each.command->node);
    writer.attribute("name", each.command->name).close();
  }
  writer.close();
  return payload;
}

bool CommandsModule::answer_node(const IqRequest& request) const {
  if (!context_->is_at(*request.host)) return false;
  const std::string_view node = *request.query.attribute("node");
  const bool is_list = node == ns::commands;
  const bool wants_items = request.query.ns() == ns::disco_items;
  const CommandPtr command = is_list ? nullptr : find(node);
  if (!is_list && !command) return false;
  if (is_list && wants_items) {
    context_->reply(request.stanza, list(request));
    return true;
  }
  if (command && !command->may(*request.host, request.stanza.from->bare())) {
    context_->reply_error(request.stanza, {ErrorKind::forbidden, "This command is not for you."});
    return true;
  }
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", request.query.ns()).attribute("node", node);
  if (!wants_items) {
    write_identity(writer, is_list ? "command-list" : "command-node", is_list ? "Commands" : command->name);
  }
  writer.close();
  context_->reply(request.stanza, std::move(payload));
  return true;
}

// With the command that it answers, as in the XEP's examples: slixmpp finds its session by that.
void CommandsModule::refuse(const Stanza& request, const CommandRefusal& refusal) const {
  std::string condition, payload;
  if (!refusal.condition.empty()) xml::Writer(condition).open(refusal.condition, ns::commands).close();
  xml::Writer writer(payload);
  writer.open("command", ns::commands);
  const auto command = request.first_child();
  for (const char* name : {"node", "sessionid"}) {
    const auto value = command ? command->attribute(name) : std::nullopt;
    if (value && value->size() <= echoed_bytes_max) writer.attribute(name, *value);
  }
  writer.close();
  const Stanza error = make_error(request, refusal.error, condition);
  context_->route(Stanza::make_reply(request, StanzaType::error, payload.append(error.payload())));
}

void CommandsModule::handle(const IqRequest& request) {
  auto read = read_command(request.query);
  if (const auto* refusal = std::get_if<CommandRefusal>(&read)) return refuse(request.stanza, *refusal);
  auto& asked = std::get<CommandRequest>(read);
  const CommandPtr command = find(asked.node);
  if (!command) { return refuse(request.stanza, {{ErrorKind::item_not_found, "There is no such command here."}}); }
  if (!request.stanza.from->is_full() || !command->may(*request.host, request.stanza.from->bare())) {
    sessions_.end_of(request.stanza.from->str());
    return refuse(request.stanza, {{ErrorKind::forbidden, "This command is not for you."}});
  }
  if (asked.session_id.empty()) return begin(command, request, asked);
  go_on(command, request, std::move(asked));
}

void CommandsModule::begin(const CommandPtr& command, const IqRequest& request, const CommandRequest& asked) {
  if (asked.action != CommandAction::execute) {
    return refuse(request.stanza, bad_action("A command begins with the action execute, without a sessionid."));
  }
  CommandStep step = make_step(request);
  CommandSession* session = sessions_.begin(step, command->node, context_->clock().monotonic_ms());
  if (!session) {
    return refuse(request.stanza,
                  {{ErrorKind::resource_constraint, "Too many commands are under way here. Try again later."}});
  }
  session->runs = true;
  spawn(run(*this, command, std::move(step), request.stanza, session->id));
}

void CommandsModule::go_on(const CommandPtr& command, const IqRequest& request, CommandRequest asked) {
  const std::string& asker = request.stanza.from->str();
  const std::string& host = request.host->domain;
  CommandSession* session =
      sessions_.find(asked.session_id, host, asker, command->node, context_->clock().monotonic_ms());
  if (!session) {
    const bool is_over = sessions_.is_own(asked.session_id, host, asker, command->node);
    return refuse(request.stanza, is_over ? session_expired() : bad_sessionid());
  }
  if (asked.action == CommandAction::cancel) {
    std::string payload;
    xml::Writer writer(payload);
    open_command(writer, command->node, session->id, "canceled");
    writer.close();
    sessions_.end(asked.session_id);
    return context_->reply(request.stanza, std::move(payload));
  }
  if (session->runs) return refuse(request.stanza, bad_action("The command is still at work on what you sent."));
  sessions_.keep(*session, context_->clock().monotonic_ms());
  if (asked.action == CommandAction::execute) {
    asked.action = session->is_last ? CommandAction::complete : CommandAction::next;
  }
  submit(command, request, *session, std::move(asked));
}

void CommandsModule::submit(const CommandPtr& command, const IqRequest& request, CommandSession& session,
                            CommandRequest asked) {
  CommandStep step = make_step(request);
  step.forms = session.forms;
  if (asked.action == CommandAction::prev) {
    if (step.forms.empty()) return refuse(request.stanza, bad_action("There is no stage before this one."));
    step.forms.pop_back();
  } else {
    if ((asked.action == CommandAction::complete) != session.is_last) {
      return refuse(request.stanza, bad_action(session.is_last ? "There is no stage after this one."
                                                               : "There are more stages before it is complete."));
    }
    if (!asked.form) asked.form.emplace(DataForm::Type::submit);
    if (const auto good = check_filled_in(*session.shown, *asked.form); !good) {
      return refuse(request.stanza, bad_payload(good.error().text));
    }
    step.forms.push_back(std::move(*asked.form));
  }
  session.runs = true;
  spawn(run(*this, command, std::move(step), request.stanza, session.id));
}

Task<void> CommandsModule::run(CommandsModule& self, CommandPtr command, CommandStep step, Stanza request,
                               std::string id) {
  auto running = command->run(step);
  auto answer = co_await running;
  self.tell(*command, request, id, std::move(step), std::move(answer));
}

void CommandsModule::tell(const Command& command, const Stanza& request, const std::string& id, CommandStep step,
                          Result<CommandAnswer> answer) {
  CommandSession* session = sessions_.find(id);  // it may have been cancelled meanwhile
  if (session) session->runs = false;
  if (!answer) {
    const bool is_form_bad = answer.error().kind == ErrorKind::bad_request && !step.forms.empty();
    if (session && !session->shown) sessions_.end(id);
    if (is_form_bad) return refuse(request, bad_payload(answer.error().text));
    return refuse(request, {answer.error()});
  }
  const bool is_first = step.forms.empty();
  std::string payload = make_answer(command, *answer, id, is_first);
  if (!answer->goes_on()) {
    sessions_.end(id);
  } else if (session) {
    session->forms = std::move(step.forms);
    session->is_last = answer->is_last;
    session->shown = std::move(answer->form);
  }
  context_->reply(request, std::move(payload));
}

}  // namespace teahouse
