// teahouse mail: whether the server can send mail.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/shell.h"

namespace teahouse::cli {

void add_mail_command(CLI::App& app, Shell& shell) {
  CLI::App* group = app.add_subcommand("mail", "Mail that the server sends")->require_subcommand(1)->fallthrough();
  const auto to = std::make_shared<std::string>();
  CLI::App* command =
      group->add_subcommand("test", "Send a test mail, and show what the mail server says")->fallthrough();
  command->add_option("address", *to, "Where it goes")->required();
  command->callback([&shell, to] {
    shell.command = [to](Shell& there) {
      const std::string body = boost::json::serialize(boost::json::object{{"to", *to}});
      return there.done(there.client().call_long("POST", "/mail/test", body), "The mail server has taken it.");
    };
  });
}

}  // namespace teahouse::cli
