// bench_load: does one work against one server and prints what it saw as a line of JSON.
#include <sys/resource.h>

#include <array>
#include <cstdio>
#include <exception>
#include <stdexcept>

#include "bench/load/works.h"

namespace teahouse::bench {
namespace {

constexpr char help[] = R"(usage: bench_load WORK --target ADDRESS:PORT [--OPTION VALUE]...

Works, with their options and defaults
  login     --count 2000 --users 100 --at-once 32    log in, leave, again
  idle      --count 10000 --seconds 5                sessions that say nothing: memory
  messages  --pairs 100 --window 1 --seconds 5 --warmup 1 [--rate PER_S] [--idle N]    1:1
  room      --rooms 1 --occupants 50 --window 1 --seconds 5 --warmup 1      join, then messages to all
  presence  --contacts 1000 --seconds 5              a user whose contacts all look
  archive   --fill 20000 --page 50 --seconds 5       pages of a user's archive, backwards
  flood     --pairs 50 --window 100 --calm-pairs 20 --rate 200 --seconds 5 --warmup 1    needs --tenants 2
  post      --connections 50 --http ADDRESS:PORT --key KEY --seconds 5 --warmup 1        POST /v1/messages
  stalled   --readers 100 --writers 10 --bytes 300 --fill 10 --stall reading|acknowledging --calm-pairs 20
            --rate 200 --seconds 5 --warmup 1    users who stop reading while others write to them: memory
  resume    --count 10000 --at-once 200              says when to restart the server, then XEP-0198

For all of them
  --transport plain|starttls|tls|websocket|floor|floor_tls   (plain)
  --mechanism SCRAM-SHA-256|SCRAM-SHA-1|PLAIN|HT-SHA-256-NONE    (SCRAM-SHA-256); HT: each session's first login
                             is by PLAIN, for a token, and the next by that, with SASL2 and Bind 2
  --domain bench.example     users are u0@DOMAIN, u1@DOMAIN ...; rooms at --rooms-prefix (rooms.)
  --tenants 1                more: t0.DOMAIN, t1.DOMAIN ... take turns
  --password secret          of all of them
  --resume-tls off           each TLS session resumes the one before, by its ticket
  --presence on --sm off --carbons off    initial presence, XEP-0198, XEP-0280
  --at-once 50               logins and joins under way
  --watch NAME=PID           whose CPU and memory to tell: a process with its descendants; several may be given

It exits with 1 and a sentence when the work could not be done, with 3 when a message was lost, doubled or misled.
)";

struct Work {
  const char* name;
  void (*run)(Job&);
};
constexpr std::array works{
    Work{"login", run_login},     Work{"idle", run_idle},         Work{"messages", run_messages},
    Work{"room", run_room},       Work{"presence", run_presence}, Work{"archive", run_archive},
    Work{"flood", run_flood},     Work{"post", run_post},         Work{"resume", run_resume},
    Work{"stalled", run_stalled},
};

Transport parse_transport(const std::string& name) {
  using enum Transport;
  for (const auto& [known, transport] : {std::pair{"plain", plain},
                                         {"starttls", starttls},
                                         {"tls", tls},
                                         {"websocket", websocket},
                                         {"floor", floor},
                                         {"floor_tls", floor_tls}}) {
    if (name == known) return transport;
  }
  throw std::runtime_error("There is no transport '" + name + "'; see bench_load --help.");
}

Target read_target(const Options& options) {
  Target target;
  target.address = parse_address(options.text("target", "127.0.0.1:5222"));
  target.transport = parse_transport(options.text("transport", "plain"));
  target.mechanism = options.text("mechanism", target.mechanism);
  target.domain = options.text("domain", target.domain);
  target.rooms_prefix = options.text("rooms-prefix", target.rooms_prefix);
  target.websocket_path = options.text("websocket-path", target.websocket_path);
  target.password = options.text("password", target.password);
  target.tenants = static_cast<size_t>(std::max<int64_t>(1, options.number("tenants", 1)));
  target.presence = options.flag("presence", true);
  target.stream_management = options.flag("sm", false);
  target.carbons = options.flag("carbons", false);
  return target;
}

void allow_many_sockets() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int run(int argc, char** argv) {
  const Options options(argc, argv);
  if (options.words().size() != 1) {
    std::fputs(help, stderr);
    return 2;
  }
  const std::string& name = options.words()[0];
  const Work* work = nullptr;
  for (const Work& each : works) {
    if (name == each.name) work = &each;
  }
  if (!work) throw std::runtime_error("There is no work '" + name + "'; see bench_load --help.");
  allow_many_sockets();
  Realm realm;
  realm.target = read_target(options);
  if (options.flag("resume-tls", false)) realm.tls.resume_sessions();
  Watch watch;
  for (const std::string& each : options.all("watch")) watch.add(each);
  Job job{.realm = realm, .options = options, .watch = watch};
  job.report.add("work", name);
  work->run(job);
  job.report.add("wrong", job.wrong);
  if (job.wrong) job.report.add("first_wrong", job.first_wrong);
  std::puts(job.report.text().c_str());
  options.refuse_unread();
  return job.wrong ? 3 : 0;
}

}  // namespace
}  // namespace teahouse::bench

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    std::fputs(teahouse::bench::help, stdout);
    return 0;
  }
  try {
    return teahouse::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_load: %s\n", error.what());
    return 1;
  }
}
