#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/shell.h"
#include "tenant/tenant_fields.h"

namespace teahouse::cli {
namespace {

namespace json = boost::json;

constexpr int64_t number_max = int64_t{1} << 53;  // what JSON's numbers can carry

struct TenantOptions {
  std::string name, domain, reason, reseller, plan;
  std::map<std::string_view, std::string> texts;  // of the fields, by their names
  std::map<std::string_view, std::vector<std::string>> lists;
  std::vector<std::string> hosts;
};
using TenantOptionsPtr = std::shared_ptr<TenantOptions>;

std::string path_of(const TenantOptions& options) { return "/tenants/" + escape_segment(options.name); }

// Options that may be given at the start and changed later.
void add_fields(CLI::App& command, TenantOptions& options) {
  command.add_option(
      "--host", options.hosts,
      "A host beside that of its accounts, as rooms.shop.example=rooms; may be repeated, and replaces all; "
      "\"\" for none");
  for (const TenantField& field : tenant_fields()) {
    const std::string option(field.option), help(field.help);
    if (field.type == FieldType::list || field.type == FieldType::settings) {
      command.add_option(option, options.lists[field.name], help);
    } else {
      CLI::Option* added = command.add_option(option, options.texts[field.name], help);
      if (field.type == FieldType::flag) added->check(CLI::IsMember({"on", "off"}));
      if (field.type == FieldType::number) added->check(CLI::Range(int64_t{0}, number_max));
    }
  }
}

// {"rooms.shop.example=rooms"} as [{"domain": "rooms.shop.example", "kind": "rooms"}].
json::array hosts_of(const std::vector<std::string>& hosts) {
  json::array array;
  for (const std::string& host : hosts) {
    const size_t equals = std::min(host.find('='), host.size());
    if (!host.empty()) {
      array.push_back(
          json::object{{"domain", host.substr(0, equals)}, {"kind", host.substr(std::min(equals + 1, host.size()))}});
    }
  }
  return array;
}

// {"muc.history_messages=20"} as {"muc": {"history_messages": "20"}}; null without a value. Errors of it are told by
// the server, which has the table.
json::object settings_of(const std::vector<std::string>& settings) {
  json::object object;
  for (const std::string& setting : settings) {
    const size_t equals = std::min(setting.find('='), setting.size());
    const std::string name = setting.substr(0, equals);
    const size_t dot = std::min(name.find('.'), name.size());
    json::value& group = object[name.substr(0, dot)];
    if (!group.is_object()) group = json::object();
    json::value& value = group.get_object()[name.substr(std::min(dot + 1, name.size()))];
    if (equals + 1 < setting.size()) value = setting.substr(equals + 1);
  }
  return object;
}

// Only what was given, so that the rest stays.
json::object fields_of(const CLI::App& command, const TenantOptions& options) {
  json::object object;
  if (command.count("--host") != 0) object["hosts"] = hosts_of(options.hosts);
  for (const TenantField& field : tenant_fields()) {
    if (command.count(std::string(field.option)) == 0) continue;
    json::value& value = object[json::string_view(field.name.data(), field.name.size())];
    if (field.type == FieldType::list) {
      const auto& list = options.lists.at(field.name);
      const bool is_none = list == std::vector<std::string>{""};
      value = is_none ? json::array() : json::array(list.begin(), list.end());
    } else if (field.type == FieldType::settings) {
      value = settings_of(options.lists.at(field.name));
    } else if (field.type == FieldType::flag) {
      value = options.texts.at(field.name) == "on";
    } else if (field.type == FieldType::number) {
      value = std::stoll(options.texts.at(field.name));
    } else {
      value = options.texts.at(field.name);
    }
  }
  return object;
}

CLI::App* add_named(CLI::App& group, const char* verb, const char* text, const TenantOptionsPtr& options) {
  CLI::App* command = group.add_subcommand(verb, text)->fallthrough();
  command->add_option("name", options->name, "The tenant's name")->required();
  return command;
}

void add_create(CLI::App& group, Shell& shell) {
  const auto options = std::make_shared<TenantOptions>();
  CLI::App* command =
      add_named(group, "create", "Make a tenant; its first keys are shown now and never again", options);
  command->add_option("--domain", options->domain, "The domain of its accounts")->required();
  command->add_option("--reseller", options->reseller, "The reseller whose tenant it is; the operator's own without");
  add_fields(*command, *options);
  command->callback([&shell, command, options] {
    shell.command = [command, options](Shell& there) {
      json::object body = fields_of(*command, *options);
      body["name"] = options->name;
      body["domain"] = options->domain;
      if (!options->reseller.empty()) body["reseller"] = options->reseller;
      return there.show(there.client().call("POST", "/tenants", json::serialize(body)));
    };
  });
}

void add_set(CLI::App& group, Shell& shell) {
  const auto options = std::make_shared<TenantOptions>();
  CLI::App* command = add_named(group, "set", "Change a tenant; what is not given stays", options);
  add_fields(*command, *options);
  command->callback([&shell, command, options] {
    shell.command = [command, options](Shell& there) {
      const json::object body = fields_of(*command, *options);
      return there.show(there.client().call("PATCH", path_of(*options), json::serialize(body)));
    };
  });
}

void add_suspend(CLI::App& group, Shell& shell) {
  const auto options = std::make_shared<TenantOptions>();
  CLI::App* command =
      add_named(group, "suspend", "Close a tenant's service until it is resumed; nothing is lost", options);
  command->add_option("--reason", options->reason, "What its users and owner are told")->required();
  command->callback([&shell, options] {
    shell.command = [options](Shell& there) {
      const json::object body = {{"reason", options->reason}};
      return there.done(there.client().call("POST", path_of(*options) + "/suspend", json::serialize(body)),
                        options->name + " is suspended.");
    };
  });
}

void add_move(CLI::App& group, Shell& shell) {
  const auto options = std::make_shared<TenantOptions>();
  CLI::App* command = add_named(group, "move", "Give a tenant to another reseller; its users notice nothing", options);
  command->add_option("--reseller", options->reseller, "The reseller whose it becomes; \"\" for the operator's own")
      ->required();
  command->add_option("--plan", options->plan,
                      "The plan that it has there; one of the same name as now if it is not given");
  command->callback([&shell, options] {
    shell.command = [options](Shell& there) {
      json::object body = {{"reseller", options->reseller}};
      if (!options->plan.empty()) body["plan"] = options->plan;
      return there.show(there.client().call("POST", path_of(*options) + "/move", json::serialize(body)));
    };
  });
}

// A command with nothing but the tenant's name.
void add_plain(CLI::App& group, Shell& shell, const char* verb, const char* text,
               int (*run)(Shell& shell, const TenantOptions& options)) {
  const auto options = std::make_shared<TenantOptions>();
  CLI::App* command = add_named(group, verb, text, options);
  command->callback(
      [&shell, options, run] { shell.command = [options, run](Shell& there) { return run(there, *options); }; });
}

int show(Shell& shell, const TenantOptions& options) {
  return shell.show(shell.client().call("GET", path_of(options)));
}

int resume(Shell& shell, const TenantOptions& options) {
  return shell.done(shell.client().call("POST", path_of(options) + "/resume"), options.name + " is in service again.");
}

int remove(Shell& shell, const TenantOptions& options) {
  return shell.done(shell.client().call("DELETE", path_of(options)),
                    options.name + " is removed, with all that it had.");
}

}  // namespace

void add_tenant_commands(CLI::App& app, Shell& shell) {
  CLI::App* group =
      app.add_subcommand("tenant", "The IM servers that are hosted here")->require_subcommand(1)->fallthrough();
  add_create(*group, shell);
  add_set(*group, shell);
  add_suspend(*group, shell);
  add_move(*group, shell);
  add_plain(*group, shell, "show", "All about one tenant", show);
  add_plain(*group, shell, "resume", "Put a suspended tenant into service again", resume);
  add_plain(*group, shell, "remove", "Remove a tenant and all that it has: accounts, rooms, messages, keys", remove);
  const auto of = std::make_shared<TenantOptions>();
  CLI::App* list = group->add_subcommand("list", "All tenants")->fallthrough();
  list->add_option("--reseller", of->reseller, "Only those of this reseller");
  list->callback([&shell, of] {
    shell.command = [of](Shell& there) {
      const std::string query = of->reseller.empty() ? "" : "?reseller=" + escape_segment(of->reseller);
      return there.show_list(there.client().list("/tenants" + query, "tenants"), "tenants",
                             {"name", "domain", "plan", "site", "guests", "suspended"});
    };
  });
}

}  // namespace teahouse::cli
