#include "app/check.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "app/print.h"
#include "app/survey_command.h"
#include "backup/restore.h"
#include "base/clock.h"
#include "files/disk_check.h"
#include "files/place.h"
#include "store/bond.h"
#include "store/commit_mark.h"
#include "store/rocksdb/rocksdb_check.h"
#include "store/sqlite/sqlite_plane.h"
#include "tenant/tables.h"

namespace teahouse {
namespace {

namespace json = boost::json;

struct CheckReport {
  std::vector<std::string> control_faults, between;  // between: why the planes don't belong together
  store::RocksdbReport data;
  ObjectsReport files;
  std::map<TenantId, std::string> names;
  std::string files_place;  // where users' files are, if not on the disk

  bool whole() const { return control_faults.empty() && between.empty() && data.whole() && files.damaged.empty(); }
  store::TenantNames tenant_names() const {
    return [this](TenantId tenant) {
      const auto found = names.find(tenant);
      return found == names.end() ? std::string() : found->second;
    };
  }
};

// Each row of a statement that should have none, or just "ok".
void add_faults(store::ControlPlane& control, const char* sql, const std::string& told, std::vector<std::string>& to) {
  const auto answer = control.execute_now({sql, {}});
  if (!answer) return to.push_back(told + answer.error().text + ".");
  for (const auto& row : answer->rows) {
    const std::string text = row.empty() ? std::string() : store::as_text(row[0]);
    if (text != "ok") to.push_back(told + text + ".");
  }
}

void check_commits(store::ControlPlane& control, const std::string& path, CheckReport& report) {
  const auto noted = store::CommitMark(path + "-mark").read();
  const auto counted = control.execute_now({"SELECT MAX(number) FROM commits", {}});
  if (!noted || !counted || counted->rows.empty()) return;  // a house of before has no count
  const auto found = static_cast<uint64_t>(store::as_int(counted->rows[0][0]));
  if (*noted <= found) return;
  report.control_faults.push_back("The last " + std::to_string(*noted - found) + " changes to " + path +
                                  " are not there: its log is damaged, emptied or deleted, or one of the two is of an "
                                  "earlier time.");
}

void read_names(store::ControlPlane& control, CheckReport& report) {
  const auto tenants = control.execute_now({"SELECT tenant_id, name FROM tenants", {}});
  if (!tenants) return;  // told of by what was checked before
  for (const auto& row : tenants->rows) {
    report.names[static_cast<TenantId>(store::as_int(row[0]))] = store::as_text(row[1]);
  }
}

// Before the data plane is looked at: its report names tenants.
std::unique_ptr<store::ControlPlane> check_control(const std::string& directory, CheckReport& report) {
  const std::string path = directory + "/control.db";
  if (std::error_code none; !std::filesystem::exists(path, none)) {
    report.control_faults.push_back(path + " is missing.");
    return nullptr;
  }
  auto control = store::open_sqlite(path, {.read_only = true});
  if (!control) {
    report.control_faults.push_back(control.error().text + ".");
    return nullptr;
  }
  add_faults(**control, "PRAGMA integrity_check(20)", path + " is damaged: ", report.control_faults);
  add_faults(**control, "PRAGMA foreign_key_check", path + ": a row names one that is not there, in ",
             report.control_faults);
  read_names(**control, report);
  return std::move(*control);
}

void compare_planes(store::ControlPlane& control, const std::string& directory, CheckReport& report) {
  if (!report.data.in_use) check_commits(control, directory + "/control.db", report);
  if (!report.data.house_note) return;
  const auto drawn = last_tenant_id(control);
  if (!drawn) return;
  const auto between = store::Bond::compare(control, *drawn, *report.data.house_note, report.data.last_tenant);
  if (between && !between->empty()) report.between.push_back(*between);
}

json::object to_json(const store::Loss::End& end, const store::TenantNames& names) {
  json::object object{{"tenant", store::name_tenant(end.tenant, names)}, {"store", end.store}, {"owner", end.owner}};
  if (end.at_ms) object["at"] = format_time(*end.at_ms);
  return object;
}

json::array to_json(const std::vector<DamagedObject>& damaged, const store::TenantNames& names) {
  json::array objects;
  for (const DamagedObject& object : damaged) {
    objects.push_back(
        {{"tenant", store::name_tenant(object.tenant, names)}, {"file", object.path}, {"text", object.fault}});
  }
  return objects;
}

json::array to_json(const std::vector<std::string>& texts) { return json::array(texts.begin(), texts.end()); }

std::string to_json(const CheckReport& report, bool taken_out) {
  const auto names = report.tenant_names();
  json::array losses;
  for (const store::Loss& loss : report.data.losses) {
    losses.push_back({{"first", to_json(loss.first, names)},
                      {"last", to_json(loss.last, names)},
                      {"rows_max", loss.rows},
                      {"file", loss.file},
                      {"offset", loss.offset},
                      {"bytes", loss.bytes},
                      {"set_aside", loss.set_aside},
                      {"text", store::to_text(loss, names)}});
  }
  const json::object all{{"whole", report.whole()},
                         {"taken_out", taken_out},
                         {"server_running", report.data.in_use},
                         {"control", to_json(report.control_faults)},
                         {"between", to_json(report.between)},
                         {"data", to_json(report.data.faults)},
                         {"tables", report.data.tables},
                         {"logs", report.data.logs},
                         {"bytes", report.data.bytes},
                         {"files", report.files.objects},
                         {"files_bytes", report.files.bytes},
                         {"files_place", report.files_place},
                         {"damaged_files", to_json(report.files.damaged, names)},
                         {"losses", std::move(losses)}};
  return json::serialize(all);
}

void print_report(const CheckReport& report, const std::string& directory, bool taken_out) {
  for (const auto* faults : {&report.control_faults, &report.data.faults, &report.between}) {
    for (const std::string& fault : *faults) print(fault);
  }
  for (const store::Loss& loss : report.data.losses) {
    const char* what = taken_out ? "Lost: " : loss.set_aside ? "Damaged, and set aside: " : "Damaged: ";
    print(what + store::to_text(loss, report.tenant_names()) + " (" + loss.file + ", " + std::to_string(loss.bytes) +
          " bytes from byte " + std::to_string(loss.offset) + " on)");
  }
  for (const DamagedObject& object : report.files.damaged) {
    print(object.path + " " + object.fault + " It is a file of " +
          store::name_tenant(object.tenant, report.tenant_names()) + ".");
  }
  print("Read control.db, " + std::to_string(report.data.tables) + " tables and " + std::to_string(report.data.logs) +
        " logs of " + directory + "/data, " + std::to_string(report.data.bytes >> 10) + " KiB, and " +
        std::to_string(report.files.objects) + " objects of " + directory + "/files, " +
        std::to_string(report.files.bytes >> 10) + " KiB.");
  if (!report.files_place.empty()) {
    print("Users' files are kept at " + report.files_place +
          " and were not read: their bytes are that server's to keep.");
  }
  if (report.whole()) return print("All is whole.");
  if (!report.files.damaged.empty()) {
    print(taken_out ? "The damaged files are in " + directory + "/data/lost; asking for one is answered with 404 now."
                    : "Put the damaged files back from a backup: a file's name is the SHA-256 of its bytes.");
  }
  if (report.data.losses.empty()) {
    const bool only_files = report.control_faults.empty() && report.between.empty() && report.data.whole();
    return only_files ? void() : print("Something is damaged: docs/operations.md, \"When things go wrong\".");
  }
  print(
      taken_out
          ? "What is lost is taken out, and asking for it is no error any more. What it had replaced or removed may be "
            "there again. Copies of the damaged parts are in " +
                directory + "/data/lost."
          : "Who asks for what is damaged gets an error. Put control.db* and data/ back from one backup; or stop the "
            "server and give it up: teahouse check --take-out --data " +
                directory);
}

// Moves damaged objects to where the damaged parts of tables lie.
void set_aside(const std::string& directory, CheckReport& report) {
  namespace fs = std::filesystem;
  const fs::path lost = directory + "/data/lost";
  for (const DamagedObject& object : report.files.damaged) {
    std::error_code error;
    fs::create_directories(lost, error);
    if (!error) fs::rename(object.path, lost / fs::path(object.path).filename(), error);
    if (error && report.data.failed.empty()) {
      report.data.failed = object.path + " can't be moved to " + lost.string() + ": " + error.message() + ".";
    }
  }
}

Result<CheckReport> make_report(const std::string& directory, bool take_out) {
  CheckReport report;
  if (take_out) {
    if (auto house = backup::refuse_no_house(directory); !house) return house.error();
  }
  const auto control = check_control(directory, report);
  const std::string data = directory + "/data";
  auto checked = take_out ? store::take_out_rocksdb(data, {.may_be_made = false, .tenant_names = report.tenant_names()})
                          : store::check_rocksdb(data);
  if (!checked) return checked.error();
  report.data = std::move(*checked);
  report.files = check_objects(directory + "/files");
  auto place = find_place(directory + "/files");
  if (!place) return place.error();
  report.files_place = std::move(*place);
  if (take_out) set_aside(directory, report);
  if (control) compare_planes(*control, directory, report);
  return report;
}

}  // namespace

int check(int argc, char** argv) {
  CLI::App app{
      "With --data, reads all that is stored and reports what is damaged, of which tenant and store; it changes "
      "nothing, "
      "also while the server runs. With DOMAIN, looks at that domain from outside, from here: DNS, ports, "
      "certificates, "
      "streams, and says what is wrong; it needs no server. Ends with 0 when all is whole, 1 when something is not.",
      "teahouse check"};
  std::string directory;
  SurveyOptions outside;
  bool take_out = false, as_json = false;
  const auto* of_house = app.add_option("--data", directory, "the data directory")->envname("TEAHOUSE_DATA");
  app.add_flag("--json", as_json, "print JSON");
  app.add_flag("--take-out", take_out,
               "give up what is damaged, and say what is lost; copies of it go to DIR/data/lost. The server must be "
               "stopped");
  app.add_option("domain", outside.domain, "a domain to look at, as shop.example");
  app.add_option("--dns", outside.dns_server, "the DNS server to ask, as 192.0.2.53:53; else the system's");
  app.add_option("--trust-anchor", outside.trust_anchor_file,
                 "a file by which DNSSEC is checked; else /usr/share/dns/root.key, where it is there");
  app.add_option("--ca", outside.ca_file, "the authorities of certificates (PEM); else the system's");
  app.add_flag("--private", outside.any_address, "connect to addresses that are not of the public internet, too");
  try {
    app.parse(argc - 1, argv + 1);
  } catch (const CLI::ParseError& error) { return app.exit(error) == 0 ? 0 : 2; }
  outside.as_json = as_json;
  if (!outside.domain.empty()) return survey_domain(outside);
  if (of_house->count() == 0) {
    // tidy: allow print: a sentence for them
    fprintf(stderr, "teahouse check: Say what: --data DIR for what is stored there, or a DOMAIN.\n");
    return 2;
  }
  const auto report = make_report(directory, take_out);
  if (!report) {
    fprintf(stderr, "teahouse check: %s\n", report.error().text.c_str());  // tidy: allow print: a sentence for them
    return 1;
  }
  const bool taken_out = take_out && report->data.failed.empty();
  if (as_json) {
    print(to_json(*report, taken_out));
  } else {
    print_report(*report, directory, taken_out);
  }
  if (!report->data.failed.empty()) {
    fprintf(stderr, "teahouse check: not all is given up: %s\n",
            report->data.failed.c_str());  // tidy: allow print: a sentence for them
  }
  const bool only_losses = report->control_faults.empty() && report->between.empty() && report->data.failed.empty();
  return report->whole() || (take_out && only_losses) ? 0 : 1;
}

}  // namespace teahouse
