#include "modules/conferences/engine/janus_process.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace teahouse::conferences {
namespace {

constexpr char socket_name[] = "api";
constexpr rlim_t files_max = 65'536;

// Between fork and exec: only what is safe there. The parent may have gone before the signal was asked for.
[[noreturn]] void become_janus(const char* program, const char* folder, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (getppid() != parent) _exit(127);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max < files_max ? files.rlim_max : files_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  const int nowhere = open("/dev/null", O_RDWR);
  if (nowhere < 0 || chdir(folder) != 0) _exit(127);
  for (const int fd : {0, 1, 2}) dup2(nowhere, fd);
  syscall(SYS_close_range, 3U, ~0U, 0U);
  umask(077);
  char* const arguments[] = {const_cast<char*>("janus"), const_cast<char*>("-F"), const_cast<char*>("."), nullptr};
  char* const environment[] = {const_cast<char*>("PATH=/usr/bin:/bin"), nullptr};
  execve(program, arguments, environment);
  _exit(127);
}

Result<void> write_folder(const JanusSettings& settings) {
  namespace fs = std::filesystem;
  const auto fail = [&settings](const std::string& why) {
    return Error{ErrorKind::service_unavailable,
                 "The folder of group calls' engine, '" + settings.folder + "', can't be written: " + why + "."};
  };
  std::error_code error;
  fs::remove_all(settings.folder, error);
  if (!error) fs::create_directories(settings.folder, error);
  if (!error) fs::permissions(settings.folder, fs::perms::owner_all, error);
  if (error) return fail(error.message());
  for (const ConfigFile& file : make_janus_config(settings)) {
    std::ofstream out(settings.folder + "/" + file.name, std::ios::binary);
    out << file.text;
    if (!out.flush()) return fail(std::strerror(errno));
  }
  return {};
}

}  // namespace

JanusProcess::JanusProcess(net::Loop& loop, JanusSettings settings, std::function<void()> ended)
    : loop_(loop), settings_(std::move(settings)), ended_(std::move(ended)) {}

JanusProcess::~JanusProcess() { stop(); }

Result<void> JanusProcess::start() {
  auto written = write_folder(settings_);
  if (!written) return written;
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) become_janus(settings_.program.c_str(), settings_.folder.c_str(), parent);
  const int watched = child < 0 ? -1 : static_cast<int>(syscall(SYS_pidfd_open, child, 0U));
  if (watched < 0) {
    const std::string why = std::strerror(errno);
    if (child > 0) {
      kill(child, SIGKILL);
      waitpid(child, nullptr, 0);
    }
    return Error{ErrorKind::service_unavailable, "The engine of group calls can't be started: " + why + "."};
  }
  child_ = child;
  watched_ = watched;
  loop_.watch(watched_, EPOLLIN, *this);
  return {};
}

void JanusProcess::stop() {
  if (child_ <= 0) return;
  kill(child_, SIGKILL);
  forget();
}

// It is dead, or about to be: nothing waits long here.
void JanusProcess::forget() {
  loop_.unwatch(watched_);
  waitpid(child_, nullptr, 0);
  close(watched_);
  child_ = watched_ = -1;
  std::error_code ignored;
  std::filesystem::remove_all(settings_.folder, ignored);
}

void JanusProcess::on_ready(uint32_t) {
  forget();
  ended_();
}

// By the folder's descriptor: an address of a Unix socket has 107 characters at most, and a path may have more.
int JanusProcess::connect() const {
  const int folder = open(settings_.folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return -1;
  const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(folder) + "/" + socket_name;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const bool is_connected = fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(folder);
  if (is_connected) return fd;
  if (fd >= 0) close(fd);
  return -1;
}

}  // namespace teahouse::conferences
