// Simulation: one run of a house, from a seed: people with devices, a server that is killed and started again, a disk
// that is slow or fails, clocks; and at the end the judgement.
//
// Thread: one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/simulator/allocations.h"
#include "tests/simulator/site.h"

namespace teahouse::simulator {

class Simulation final : public Site::Events {
 public:
  // `with_sites`: tenants' servers and the operator call the HTTP API as well.
  Simulation(Town& town, uint64_t seed, Cheat cheat, bool with_sites);
  ~Simulation() override;

  // The rule that was broken, in words; empty: none.
  std::string run();
  Trace& trace() { return trace_; }
  const Book& book() const { return book_; }
  size_t said() const { return book_.count() + rooms_.count(); }

 private:
  void step();
  void act();
  void act_on_server();
  void act_by(Device& device);
  void fail_disk();
  // Site::Events
  void begin_removal(const std::string& account) override;
  void end_removal(const std::string& account) override;
  void begin_trouble(const std::string& domain) override;
  void end_trouble(const std::string& domain) override;
  void kill_server();
  void stop_server();
  bool let_arrive(int most_steps);
  void start_server();
  void turn_clock();
  void pass_ms(int64_t ms) { clock_.advance_ms(ms); }
  void finish();
  void settle();
  void compare_rooms();
  void compare_contacts();
  void compare_blocked(Device& device, const Device& other);  // by the other
  void compare_contact(Device& device, const Device& other);
  void end_all_sessions();
  void read_everything();
  void read_rooms(Device& device);
  bool exchange_until(const std::function<bool()>& done);
  void note(const std::string& what) { trace_.add("house", what); }

  const int64_t allocations_before_ = count_allocations();
  Town& town_;
  FakeClock clock_;
  Chance chance_, bytes_;
  Schedule schedule_{clock_};
  store::MemoryRows disk_;
  Book book_;
  RoomBook rooms_{book_};
  ContactBook contacts_{book_};
  Trace trace_{clock_};
  Scene scene_;
  std::unique_ptr<RunningServer> server_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::vector<std::unique_ptr<Site>> sites_;
  int64_t clock_error_ms_ = 0;  // by which the wall clock is ahead
  bool disk_fails_ = false;
};

}  // namespace teahouse::simulator
