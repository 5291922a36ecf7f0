// ChildProcess: runs one DISABLED_ test of this test program in a process of its own, to be killed or to fail there,
// and reads the numbers that it reports. A fork alone would not do: RocksDB's threads don't come along.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

namespace teahouse::testing {

class ChildProcess {
 public:
  // `test` is "Suite.DISABLED_Name"; it finds `argument` in child_argument().
  ChildProcess(const std::string& test, const std::string& argument) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
    const std::string filter = "--gtest_filter=" + test, report = std::to_string(ends[1]);
    pid_ = fork();
    if (pid_ == 0) {
      fcntl(ends[1], F_SETFD, 0);
      setenv("TEAHOUSE_CHILD_ARGUMENT", argument.c_str(), 1);
      setenv("TEAHOUSE_CHILD_REPORT", report.c_str(), 1);
      execl("/proc/self/exe", "child", filter.c_str(), "--gtest_also_run_disabled_tests", "--gtest_brief=1", nullptr);
      _exit(127);
    }
    close(ends[1]);
    reports_ = ends[0];
  }
  ~ChildProcess() {
    kill_now();
    wait_for_end();
    close(reports_);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // The next number that the child reported; none when it has ended.
  std::optional<uint64_t> next() {
    uint64_t number = 0;
    const ssize_t size = read(reports_, &number, sizeof number);
    if (size != sizeof number) return std::nullopt;
    return number;
  }
  void kill_now() {
    if (pid_ > 0) kill(pid_, SIGKILL);
  }
  // True when it ended by itself, and well.
  bool wait_for_end() {
    if (pid_ > 0) waitpid(pid_, &status_, 0);
    pid_ = -1;
    return WIFEXITED(status_) && WEXITSTATUS(status_) == 0;
  }

 private:
  pid_t pid_ = -1;
  int reports_ = -1, status_ = 0;
};

// In the child.
inline std::optional<std::string> child_argument() {
  const char* argument = std::getenv("TEAHOUSE_CHILD_ARGUMENT");
  if (!argument) return std::nullopt;
  return argument;
}
inline void report(uint64_t number) {
  const auto end = static_cast<int>(std::strtol(std::getenv("TEAHOUSE_CHILD_REPORT"), nullptr, 10));
  if (write(end, &number, sizeof number) != sizeof number) _exit(1);
}

}  // namespace teahouse::testing
