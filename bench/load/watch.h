// Watch: the CPU time and memory that servers have used, each a process with all its descendants.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace teahouse::bench {

struct Usage {
  double cpu_s = 0;      // user and system, ended children included
  int64_t rss_kib = 0;   // what is shared between processes counts in each
  int64_t peak_kib = 0;  // the most of it, of each process since forget_peaks(): their sum, if at different times
};

class Watch {
 public:
  // "server=1234"; throws std::runtime_error on anything else.
  void add(const std::string& name_and_pid);
  const std::vector<std::string>& names() const { return names_; }
  std::vector<Usage> take() const;  // in the order of names()
  void forget_peaks() const;        // of processes that are the same user's, or for root

 private:
  std::vector<std::string> names_;
  std::vector<int> pids_;
};

double own_cpu_s();
// The CPU time of all processes on all cores, and that which the machine's own host took away.
double machine_cpu_s();
// The kernel's slab and sockets, for all processes.
int64_t kernel_kib();

}  // namespace teahouse::bench
