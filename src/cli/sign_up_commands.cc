// teahouse sign-up: whether strangers become owners by themselves.
#include <CLI/CLI.hpp>

#include "cli/shell.h"

namespace teahouse::cli {
namespace {

void add_switch(CLI::App& group, Shell& shell, const char* verb, const char* text, const char* body,
                const char* sentence) {
  group.add_subcommand(verb, text)->fallthrough()->callback([&shell, body, sentence] {
    shell.command = [body, sentence](Shell& there) {
      return there.done(there.client().call("PUT", "/sign-up", body), sentence);
    };
  });
}

}  // namespace

void add_sign_up_commands(CLI::App& app, Shell& shell) {
  CLI::App* group =
      app.add_subcommand("sign-up", "Strangers who become owners by themselves")->require_subcommand(1)->fallthrough();
  add_switch(*group, shell, "off", "Close it at once, also at resellers' panels", R"({"on":false})",
             "Nobody can sign up any more.");
  add_switch(*group, shell, "on", "Open it again, where the settings say how", R"({"on":true})", "Sign-ups are on.");
  group->add_subcommand("show", "Show whether it is open, and how many orders wait")->fallthrough()->callback([&shell] {
    shell.command = [](Shell& there) { return there.show(there.client().call("GET", "/sign-up")); };
  });
}

}  // namespace teahouse::cli
