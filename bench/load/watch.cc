#include "bench/load/watch.h"

#include <sys/resource.h>
#include <unistd.h>
#include <ctime>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace teahouse::bench {
namespace {

struct Process {
  int parent = 0;
  Usage usage;  // without the CPU of its own
};

// All of a process's threads, those that ended too, to the nanosecond; proc(5) has hundredths of a second.
double read_cpu_s(int pid) {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// Fields of proc(5) after the name, which may hold anything but ends with ") ".
bool read_process(const std::filesystem::path& folder, Process& process) {
  std::ifstream file(folder / "stat");
  std::string line;
  if (!std::getline(file, line)) return false;
  std::istringstream fields(line.substr(line.rfind(')') + 2));
  std::string skipped;
  double children_user = 0, children_system = 0;
  fields >> skipped >> process.parent;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  fields >> children_user >> children_system;
  for (int i = 0; i < 5; ++i) fields >> skipped;
  int64_t bytes = 0, pages = 0;
  fields >> bytes >> pages;
  process.usage.cpu_s = (children_user + children_system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  process.usage.rss_kib = pages * sysconf(_SC_PAGESIZE) / 1024;
  return true;
}

std::map<int, Process> read_all() {
  std::map<int, Process> processes;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    int pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ptr != name.data() + name.size()) continue;
    Process process;
    if (read_process(entry.path(), process)) processes.emplace(pid, process);
  }
  return processes;
}

// The kernel's own mark of the most that was resident, so that no peak falls between two looks; proc(5), VmHWM.
int64_t read_peak_kib(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  std::string name;
  int64_t kib = 0;
  while (file >> name) {
    if (name == "VmHWM:") {
      file >> kib;
      break;
    }
    std::getline(file, name);
  }
  return kib;
}

bool descends(const std::map<int, Process>& processes, int pid, int ancestor) {
  for (; pid != ancestor; pid = processes.at(pid).parent) {
    if (!processes.contains(pid)) return false;
  }
  return true;
}

}  // namespace

void Watch::add(const std::string& name_and_pid) {
  const size_t equals = name_and_pid.find('=');
  int pid = 0;
  if (equals != std::string::npos) {
    std::from_chars(name_and_pid.data() + equals + 1, name_and_pid.data() + name_and_pid.size(), pid);
  }
  if (pid <= 0) throw std::runtime_error("--watch takes NAME=PID, not '" + name_and_pid + "'.");
  names_.push_back(name_and_pid.substr(0, equals));
  pids_.push_back(pid);
}

std::vector<Usage> Watch::take() const {
  std::vector<Usage> usages(pids_.size());
  const auto processes = read_all();
  for (size_t i = 0; i < pids_.size(); ++i) {
    for (const auto& [pid, process] : processes) {
      if (!descends(processes, pid, pids_[i])) continue;
      usages[i].cpu_s += read_cpu_s(pid) + process.usage.cpu_s;
      usages[i].rss_kib += process.usage.rss_kib;
      usages[i].peak_kib += read_peak_kib(pid);
    }
  }
  return usages;
}

void Watch::forget_peaks() const {
  constexpr char forget_peak = '5';  // proc(5), clear_refs
  const auto processes = read_all();
  for (const auto& [pid, process] : processes) {
    for (const int watched : pids_) {
      if (descends(processes, pid, watched)) {
        std::ofstream("/proc/" + std::to_string(pid) + "/clear_refs") << forget_peak;
      }
    }
  }
}

double own_cpu_s() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double machine_cpu_s() {
  std::ifstream file("/proc/stat");
  std::string name;
  double user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, soft_irq = 0, steal = 0;
  file >> name >> user >> nice >> system >> idle >> waiting >> irq >> soft_irq >> steal;
  return (user + nice + system + irq + soft_irq + steal) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

int64_t kernel_kib() {
  std::ifstream file("/proc/meminfo");
  std::string name, unit;
  int64_t kib = 0, sum = 0;
  while (file >> name >> kib) {
    if (name == "Slab:" || name == "KernelStack:" || name == "PageTables:") sum += kib;
    std::getline(file, unit);
  }
  return sum;
}

}  // namespace teahouse::bench
