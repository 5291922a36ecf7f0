#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>

#include "cli/tenant_verb.h"

namespace teahouse::cli {
namespace {

namespace json = boost::json;

struct DomainOptions {
  std::string tenant, domain, use;
  bool trusted = false;
};

std::string path_of(const DomainOptions& options) { return "/tenants/" + escape_segment(options.tenant) + "/domains"; }
std::string path_of_one(const DomainOptions& options) {
  return path_of(options) + "/" + escape_segment(options.domain);
}

std::string text_of(const json::object& object, const char* member) {
  const json::value* found = object.if_contains(member);
  return found && found->is_string() ? std::string(std::string_view(found->get_string())) : "";
}

// As it is copied into a form of a registrar, and below it what is wrong.
void print_record(const json::object& record) {
  const std::string state = text_of(record, "state");
  std::cout << (state.empty() ? "" : state + ": ") << text_of(record, "name") << "  " << text_of(record, "type") << "  "
            << text_of(record, "value") << (record.if_contains("one_of") ? "  (one proof is enough)" : "") << '\n';
  if (const std::string told = text_of(record, "told"); !told.empty()) std::cout << "    " << told << '\n';
}

// Sentences and records, for people; --json has all of it.
int print(Shell& shell, const Result<Reply>& reply) {
  if (shell.json || !reply || !reply->good()) return shell.show(reply);
  json::error_code failed;
  const json::value value = json::parse(reply->body, failed);
  if (failed || !value.is_object()) return shell.show(reply);
  const json::object& domain = value.get_object();
  std::cout << text_of(domain, "told") << "\n\n";
  if (const json::value* records = domain.if_contains("records"); records && records->is_array()) {
    for (const json::value& record : records->get_array()) {
      if (record.is_object()) print_record(record.get_object());
    }
  }
  const json::value* file = domain.if_contains("file");
  if (file && file->is_object() && text_of(domain, "state") != "proved") {
    std::cout << "\nOr a file: " << text_of(file->get_object(), "url") << " with the line "
              << text_of(file->get_object(), "content") << '\n';
    if (const std::string told = text_of(file->get_object(), "told"); !told.empty()) {
      std::cout << "    " << told << '\n';
    }
  }
  return exit_good;
}

int add(Shell& shell, const DomainOptions& options) {
  json::object body = {{"domain", options.domain}};
  if (!options.use.empty()) body["use"] = options.use;
  if (options.trusted) body["trusted"] = true;
  return print(shell, shell.client().call("POST", path_of(options), json::serialize(body)));
}

int list(Shell& shell, const DomainOptions& options) {
  return shell.show_list(shell.client().call("GET", path_of(options)), "domains",
                         {"domain", "use", "state", "proved_by", "created"});
}

int show(Shell& shell, const DomainOptions& options) {
  return print(shell, shell.client().call("GET", path_of_one(options)));
}

int check(Shell& shell, const DomainOptions& options) {
  return print(shell, shell.client().call_long("POST", path_of_one(options) + "/check"));
}

int remove(Shell& shell, const DomainOptions& options) {
  return shell.done(shell.client().call("DELETE", path_of_one(options)),
                    options.domain + " is not the tenant's any more.");
}

using DomainOptionsPtr = std::shared_ptr<DomainOptions>;

DomainOptionsPtr add_command(CLI::App& group, Shell& shell, const char* verb, const char* text,
                             int (*run)(Shell&, const DomainOptions&), CLI::App** made = nullptr) {
  auto options = std::make_shared<DomainOptions>();
  CLI::App* command = add_tenant_verb(group, shell, verb, text, options, run);
  command->add_option("domain", options->domain, "As shop.example")->required();
  if (made) *made = command;
  return options;
}

}  // namespace

void add_domain_commands(CLI::App& app, Shell& shell) {
  CLI::App* group = app.add_subcommand("domain", "Domains of a tenant: their proofs and DNS records")
                        ->require_subcommand(1)
                        ->fallthrough();
  CLI::App* command = nullptr;
  const DomainOptionsPtr options =
      add_command(*group, shell, "add", "Claim one; what is to be copied into DNS is shown", add, &command);
  command->add_option("--use", options->use, "web (the default), rooms, upload, pubsub, proxy or calls");
  command->add_flag("--trusted", options->trusted,
                    "You know that it is the tenant's: no proof is asked, and another tenant that has it loses it");
  const auto of_list = std::make_shared<DomainOptions>();
  add_tenant_verb(*group, shell, "list", "Those that there are", of_list, list);
  add_command(*group, shell, "show", "One, with its records", show);
  add_command(*group, shell, "check", "Look it up in DNS now; proved, it is served", check);
  add_command(*group, shell, "remove", "Give one up", remove);
}

}  // namespace teahouse::cli
