// Shell: the things that all sub-commands share: their common options, and the ways in which they end.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/client.h"

namespace CLI {
class App;
}

namespace teahouse::cli {

inline constexpr int exit_good = 0, exit_refused = 1, exit_usage = 2, exit_no_server = 3;

struct Shell {
  Place place;
  bool json = false;
  std::function<int(Shell&)> command;  // chosen by the arguments

  int run();

  // Each prints its result, as a table or with --json, and returns the program's exit code.
  int fail(const Error& error) const;
  int show(const Result<Reply>& reply) const;  // an object, member by member
  int show_list(const Result<Reply>& reply, std::string_view rows, const std::vector<std::string>& columns) const;
  int done(const Result<Reply>& reply, const std::string& sentence) const;  // no more than that it was done

  Client& client() { return *client_; }
  // The name of the tenant with this domain. Errors: item_not_found.
  Result<std::string> find_tenant(const std::string& domain);

 private:
  std::vector<Client> found_;
  Client* client_ = nullptr;
};

// One line of standard input, without its end. Errors: bad_request for none.
Result<std::string> read_password();

// tenant_commands.cc, account_commands.cc, plan_commands.cc, key_commands.cc, invite_commands.cc, service_commands.cc,
// component_commands.cc, domain_commands.cc, certificate_commands.cc, reseller_commands.cc, person_commands.cc,
// usage_command.cc, mail_command.cc, transfer_commands.cc, sign_up_commands.cc
void add_tenant_commands(CLI::App& app, Shell& shell);
void add_account_commands(CLI::App& app, Shell& shell);
void add_plan_commands(CLI::App& app, Shell& shell);
void add_key_commands(CLI::App& app, Shell& shell);
void add_invite_commands(CLI::App& app, Shell& shell);
void add_service_commands(CLI::App& app, Shell& shell);
void add_component_commands(CLI::App& app, Shell& shell);
void add_domain_commands(CLI::App& app, Shell& shell);
void add_certificate_commands(CLI::App& app, Shell& shell);
void add_reseller_commands(CLI::App& app, Shell& shell);
void add_person_commands(CLI::App& app, Shell& shell);
void add_usage_command(CLI::App& app, Shell& shell);
void add_mail_command(CLI::App& app, Shell& shell);
void add_transfer_commands(CLI::App& app, Shell& shell);
void add_sign_up_commands(CLI::App& app, Shell& shell);

}  // namespace teahouse::cli
