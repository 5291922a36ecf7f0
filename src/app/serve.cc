#include <sys/resource.h>
#include <sys/stat.h>
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "app/server.h"

namespace teahouse {
namespace {

int fail(const Error& error) {
  fprintf(stderr, "teahouse serve: %s\n", error.text.c_str());  // tidy: allow print: a sentence for who started it
  return 1;
}

// As many sockets as the machine's administrator allows.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int run(const Config& config) {
  // All threads leave these to this one.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  raise_file_limit();

  auto server = Server::make(config);
  if (!server) return fail(server.error());
  const auto started = (*server)->start();
  if (!started) return fail(started.error());
  printf("ready\n");  // tidy: allow print: what scripts wait for
  fflush(stdout);
  int signal_number = 0;
  sigwait(&signals, &signal_number);
  (*server)->stop();
  return 0;
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
  try {
    app.parse(argc - 1, argv + 1);
  } catch (const CLI::ParseError& error) { return app.exit(error) == 0 ? 0 : 2; }
  umask(077);  // keys and everybody's messages are in what it makes
  const auto config = load_config(data_directory, overrides);
  if (!config) return fail(config.error());
  log::start(config->log_level);
  return run(*config);
}

}  // namespace teahouse
