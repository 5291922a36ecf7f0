#include <sys/resource.h>
#include <sys/stat.h>
#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "app/planes.h"
#include "app/server.h"
#include "backup/backup_folder.h"
#include "backup/restore.h"

namespace teahouse {
namespace {

int fail(const Error& error) {
  fprintf(stderr, "teahouse serve: %s\n", error.text.c_str());  // tidy: allow print: a sentence for its user
  return 1;
}

// Open files that are not connections: storage's (store/rocksdb/options.cc), and a reserve for all else.
constexpr size_t files_of_storage = 512, files_in_reserve = 64, files_of_a_loop = 8, connections_min = 64;

// Makes the limit on open files what the machine's administrator allows; how many of them may be connections.
Result<size_t> raise_file_limit(size_t loops) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return Error{ErrorKind::service_unavailable, std::strerror(errno)};
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const size_t others = files_of_storage + files_in_reserve + loops * files_of_a_loop;
  if (limit.rlim_max < others + connections_min) {
    return Error{ErrorKind::service_unavailable,
                 "it may open " + std::to_string(limit.rlim_max) + " files; storage and " +
                     std::to_string(connections_min) + " connections need " + std::to_string(others + connections_min) +
                     ". Raise the hard limit (ulimit -Hn, or LimitNOFILE= of its service)"};
  }
  return limit.rlim_max - others;
}

// Keeps restores away from a folder while a house begins in it, also one that is not there yet; empty where there is a
// house. One that can't be made is told of later.
Result<std::optional<backup::FolderLock>> begin_house(const std::string& directory) {
  if (has_planes(directory)) return std::optional<backup::FolderLock>();
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed) return std::optional<backup::FolderLock>();
  auto lock = backup::FolderLock::take(directory);
  if (lock) return std::optional(std::move(*lock));
  if (lock.error().kind != ErrorKind::conflict) return lock.error();
  return Error{ErrorKind::conflict, "A restore into " + directory +
                                        ", or the first start of another server there, is at work. Start this when it "
                                        "has ended."};
}

int run(const Config& config, std::optional<backup::FolderLock> beginning) {
  // All threads leave these to this one.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  const auto connections_max = raise_file_limit(config.loop_count());
  if (!connections_max) return fail(connections_max.error());

  auto server = Server::make(config, *connections_max);
  if (!server) return fail(server.error());
  beginning.reset();
  const auto started = (*server)->start();
  if (!started) return fail(started.error());
  if (const std::string link = (*server)->begin_panel(); !link.empty()) {
    // tidy: allow print: the link is for the one who starts it
    printf("The panel has no operator yet. Make your account here, once, within a day: %s\n", link.c_str());
  }
  printf("ready\n");  // tidy: allow print: scripts wait for it
  fflush(stdout);
  int signal_number = 0;
  sigwait(&signals, &signal_number);
  if ((*server)->stop()) return 0;
  log::error("server",
             "The disk takes no writes: what waits for it, of which nobody was told that it is stored, is lost");
  std::_Exit(1);
}

}  // namespace

int serve(int argc, char** argv) {
  CLI::App app{
      "Runs the server until SIGTERM. Makes everything that it needs in the data directory at its first start.",
      "teahouse serve"};
  std::string data_directory;
  std::vector<std::string> overrides;
  app.add_option("--data", data_directory, "the data directory")->required();
  app.add_option("--set", overrides, "a setting of teahouse.toml, as listen.http=127.0.0.1:8080")
      ->allow_extra_args(false);
  bool accept_loss = false, believe_clock = false;
  app.add_flag("--accept-loss", accept_loss,
               "go on with what is whole where files are damaged, missing or of two times; what is lost is said in the "
               "log");
  app.add_flag("--believe-clock", believe_clock,
               "the machine's clock is right, however far it is ahead of the last run");
  try {
    app.parse(argc - 1, argv + 1);
  } catch (const CLI::ParseError& error) { return app.exit(error) == 0 ? 0 : 2; }
  umask(077);  // keys and everybody's messages are in what it makes
  auto beginning = begin_house(data_directory);
  if (!beginning) return fail(beginning.error());
  if (auto house = backup::refuse_no_house(data_directory); !house) return fail(house.error());
  auto config = load_config(data_directory, overrides);
  if (!config) return fail(config.error());
  config->accept_loss = accept_loss;
  config->believe_clock = believe_clock;
  log::start(config->log_level);
  return run(*config, std::move(*beginning));
}

}  // namespace teahouse
