// A backup of a running house asks it for a snapshot (snapshot.h) and copies that; of one that stands still it makes
// the snapshot itself. Which of them is the case the lock of the data plane says.
#include "app/backup_command.h"
#include "app/print.h"

#include <sys/stat.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "app/planes.h"
#include "app/snapshot.h"
#include "backup/backup.h"
#include "backup/backup_folder.h"
#include "backup/restore.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/client.h"
#include "cli/shell.h"
#include "store/rocksdb/rocksdb_plane.h"
#include "store/sqlite/sqlite_plane.h"

namespace teahouse {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

// The files beside the planes, which never change while a server runs.
constexpr std::string_view seal_key = "seal.key";  // the only one of them that a house can't do without
constexpr std::string_view files_beside[] = {seal_key, "operator.key", "ca.key", "ca.pem", "teahouse.toml"};

int fail(const char* command, const Error& error) {
  fprintf(stderr, "teahouse %s: %s\n", command, error.text.c_str());  // tidy: allow print: a sentence for its user
  return error.kind == ErrorKind::service_unavailable ? cli::exit_no_server : cli::exit_refused;
}

std::string shown(uint64_t bytes) {
  constexpr const char* units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  size_t unit = 0;
  auto amount = static_cast<double>(bytes);
  for (; amount >= 1024 && unit + 1 < std::size(units); ++unit) amount /= 1024;
  char text[32];
  snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", amount, units[unit]);
  return text;
}

// Root's files, left in a house of another user, would keep its server from starting.
Result<void> check_house(const std::string& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0)
    return bad_request(directory + " can't be read: " + std::strerror(errno) + ".");
  if (status.st_uid != ::geteuid()) {
    return bad_request(directory + " is of another user. Run this as that user, whose house it is.");
  }
  if (!has_planes(directory)) return bad_request(directory + " holds no house: neither control.db nor data/ is in it.");
  return {};
}

// Neither may be in the other: a backup would hold itself.
Result<void> check_apart(const std::string& directory, const std::string& to) {
  std::error_code failed;
  const fs::path house = fs::weakly_canonical(directory, failed), backups = fs::weakly_canonical(to, failed);
  const auto is_in = [](const fs::path& inner, const fs::path& outer) {
    return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
  };
  if (!is_in(house, backups) && !is_in(backups, house)) return {};
  return bad_request("The folder for backups must be outside of " + directory +
                     ", and the house outside of it; best on another disk.");
}

struct BackupOptions {
  cli::Place place;
  std::string to;
  size_t keep = 0;
  bool json = false;
};

Result<std::string> read_house(const std::string& answer) {
  json::error_code failed;
  const json::value value = json::parse(answer, failed);
  const json::value* house = !failed && value.is_object() ? value.get_object().if_contains("house") : nullptr;
  if (house && house->is_string()) return std::string(std::string_view(house->get_string()));
  return Error{ErrorKind::internal_server_error, "The server's answer is no snapshot."};
}

// Gives the house's id.
Result<std::string> take_snapshot(const cli::Place& place) {
  if (store::is_rocksdb_open(place.data + "/data")) {
    const auto client = cli::Client::find(place);
    if (!client) return client.error();
    const auto reply = client->call_long("POST", "/snapshot");
    if (!reply) return reply.error();
    if (reply->good()) return read_house(reply->body);
    return Error{ErrorKind::not_allowed, "The server made no snapshot: " + reply->refusal()};
  }
  const auto health = std::make_shared<store::DiskHealth>();
  auto planes = open_planes(place.data, {.scrub_bytes_per_s = 0, .health = health});
  if (!planes) return tell_disk(planes.error(), place.data, *health);
  auto made = make_snapshot(*planes->control, *planes->data, place.data);
  if (!made) return made.error();
  return planes->bond->house();
}

// RocksDB's own, made by looking at it.
bool is_of_looking(const std::string& name) { return name.starts_with("LOG") || name == "LOCK"; }

// The files that users have uploaded.
Result<void> list_uploaded(const std::string& snapshot, std::vector<backup::SourceFile>& files) {
  const std::string folder = snapshot + "/files";
  std::error_code failed;
  if (!fs::exists(folder, failed)) return {};
  for (fs::recursive_directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    if (at->is_regular_file())
      files.push_back({fs::relative(at->path(), snapshot).string(), at->path().string(), true});
  }
  return failed ? bad_request(folder + " can't be read: " + failed.message() + ".") : Result<void>();
}

Result<std::vector<backup::SourceFile>> list_files(const std::string& directory, const std::string& snapshot) {
  const std::string data = snapshot + "/data";
  std::vector<backup::SourceFile> files{{"control.db", snapshot + "/control.db"}};
  std::error_code failed;
  for (fs::directory_iterator at(data, failed), end; !failed && at != end; at.increment(failed)) {
    const std::string name = at->path().filename().string();
    if (is_of_looking(name)) continue;
    files.push_back({"data/" + name, at->path().string(), at->path().extension() == ".sst"});
  }
  if (failed) return bad_request(data + " can't be read: " + failed.message() + ".");
  if (auto listed = list_uploaded(snapshot, files); !listed) return listed.error();
  for (const std::string_view name : files_beside) {
    const std::string path = directory + "/" + std::string(name);
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) {
      files.push_back({std::string(name), path});
    } else if (errno != ENOENT || name == seal_key) {
      return bad_request(path + " can't be looked at: " + std::strerror(errno) +
                         ". No backup was made: without it the house would not come back.");
    }
  }
  return files;
}

// A damaged block would be copied as faithfully as a whole one.
Result<void> check_copy(const std::string& path) {
  return path.ends_with(".sst") ? store::check_rocksdb_table(path) : Result<void>();
}

// Whether what was written opens; how many of its parts are set aside as damaged.
Result<size_t> check_all(const std::string& folder) {
  const std::string data = folder + "/data";
  auto damages = store::check_rocksdb_copy(data);
  std::vector<fs::path> looks;
  std::error_code failed;
  for (fs::directory_iterator at(data, failed), end; !failed && at != end; at.increment(failed)) {
    if (is_of_looking(at->path().filename().string())) looks.push_back(at->path());
  }
  for (const fs::path& path : looks) fs::remove(path, failed);
  return damages;
}

Result<backup::BackupMade> copy_snapshot(const BackupOptions& options, backup::BackupFolder& folder) {
  const std::string& directory = options.place.data;
  if (auto removed = remove_snapshots(directory); !removed) return removed.error();
  const auto house = take_snapshot(options.place);
  if (!house) return house.error();
  const auto snapshot = claim_snapshot(directory);
  if (!snapshot) return snapshot.error();
  if (auto whole = store::check_sqlite_copy(*snapshot + "/control.db"); !whole) return whole.error();
  auto files = list_files(directory, *snapshot);
  if (!files) return files.error();
  return backup::make_backup(folder, {*house, TEAHOUSE_VERSION, std::move(*files), options.keep,
                                      SystemClock().wall_ms(), check_copy, check_all});
}

Result<backup::BackupMade> run_backup(const BackupOptions& options) {
  const std::string& directory = options.place.data;
  if (auto checked = check_house(directory); !checked) return checked.error();
  if (auto apart = check_apart(directory, options.to); !apart) return apart.error();
  auto folder = backup::BackupFolder::open(options.to);
  if (!folder) return folder.error();
  const auto lock = backup::FolderLock::take(directory);
  if (!lock) return lock.error();
  auto made = copy_snapshot(options, *folder);
  const auto removed = remove_snapshots(directory);
  if (made && !removed) made->notes.push_back(removed.error().text);
  return made;
}

void report(const BackupOptions& options, const backup::BackupMade& made) {
  for (const std::string& note : made.notes) {
    fprintf(stderr, "teahouse backup: %s\n", note.c_str());  // tidy: allow print: a sentence for its user
  }
  if (options.json) {
    const json::object object{{"backup", options.to + "/" + made.name},
                              {"files", made.files},
                              {"bytes", made.bytes},
                              {"copied_bytes", made.copied_bytes},
                              {"set_aside", made.damages},
                              {"removed", json::value_from(made.removed)}};
    return print(json::serialize(object));
  }
  std::string text = options.to + "/" + made.name + " is whole: " + std::to_string(made.files) + " files, " +
                     shown(made.bytes) + ", of which " + shown(made.copied_bytes) + " were copied.";
  for (const std::string& name : made.removed) text += " " + name + " is removed.";
  print(text);
}

}  // namespace

int backup_command(int argc, char** argv) {
  CLI::App app{
      "Backs up the whole house, also while its server runs, and reads back what it has written. Run it as the "
      "server's "
      "user. What has not changed since the last backup in that folder is shared with it by hard links.",
      "teahouse backup"};
  BackupOptions options;
  app.add_option("--data", options.place.data, "the server's data folder")->required()->envname("TEAHOUSE_DATA");
  app.add_option("--to", options.to, "a folder for the backups of this house alone; it must be there")->required();
  app.add_option("--keep", options.keep, "so many backups are kept, the oldest beyond that removed; without it, all")
      ->check(CLI::PositiveNumber);
  app.add_option("--url", options.place.url, "the server's HTTP address, if it is not as server.json says");
  app.add_option("--ca", options.place.ca_file, "the certificate authority to trust (PEM), for an https --url");
  app.add_flag("--json", options.json, "print JSON");
  try {
    app.parse(argc - 1, argv + 1);
  } catch (const CLI::ParseError& error) { return app.exit(error) == 0 ? cli::exit_good : cli::exit_usage; }
  umask(077);
  log::start(log::Level::warning);
  const auto made = run_backup(options);
  if (!made) return fail("backup", made.error());
  report(options, *made);
  return made->damages == 0 ? cli::exit_good : cli::exit_refused;
}

int restore_command(int argc, char** argv) {
  CLI::App app{
      "Makes a house of a backup, in a folder that is not there or empty. Every file of the backup is compared with "
      "what "
      "was written before anything is made.",
      "teahouse restore"};
  std::string from, directory;
  app.add_option("--from", from, "a backup, or a folder of backups, of which the newest is taken")->required();
  app.add_option("--data", directory, "where the house is to be; the data folder of a server")
      ->required()
      ->envname("TEAHOUSE_DATA");
  try {
    app.parse(argc - 1, argv + 1);
  } catch (const CLI::ParseError& error) { return app.exit(error) == 0 ? cli::exit_good : cli::exit_usage; }
  umask(077);
  const auto restored = backup::restore_backup(from, directory);
  if (!restored) return fail("restore", restored.error());
  print(directory + " holds the house of " + restored->backup + ", as it was at " + restored->made + " (" +
        std::to_string(restored->files) + " files, " + shown(restored->bytes) + "). Start it: teahouse serve --data " +
        directory);
  return cli::exit_good;
}

}  // namespace teahouse
