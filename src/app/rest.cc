// It takes rounds. A round ends when all loops have done what was posted to them before it and know that what was
// appended is on disk, and both planes have answered what they were asked before it. Answers make new posts and
// questions, so that a round after which something had been written or asked is followed by another. A round does not
// see posts: that no work goes on from loop to loop is taken for granted after `quiet_rounds`, which is more than any
// work takes between two questions (one for the other home, one back, and so again for a room).
#include "app/rest.h"

#include <atomic>
#include <future>

namespace teahouse {
namespace {

constexpr int quiet_rounds = 10;

struct Round {
  std::atomic<size_t> parts_left;
  std::atomic<bool> is_quiet = true, is_over = false;
  std::promise<bool> ended;  // false: the disk takes nothing

  explicit Round(size_t parts) : parts_left(parts) {}
  void end_part() {
    if (parts_left.fetch_sub(1) == 1) end(true);
  }
  void end(bool is_whole) {
    if (!is_over.exchange(true)) ended.set_value(is_whole);
  }
};
using RoundPtr = std::shared_ptr<Round>;

void wait_for_loop(Home& home, const RoundPtr& round) {
  const Lsn appended = home.data().appended();
  if (appended > home.commits().committed()) round->is_quiet = false;
  home.commits().when_committed(appended, [round] { round->end_part(); });
}

// The control plane's answers come in the order of the questions.
Task<void> wait_for_planes(store::ControlPlane& control, Home& home, RoundPtr round) {
  auto storing = home.data().wait(home.loop(), home.data().appended());
  const auto stored = co_await storing;
  if (!stored) {
    round->end(false);
    co_return;
  }
  store::Statement last{"SELECT 1", {}};
  auto asking = control.execute(home.loop(), std::move(last));
  co_await asking;
  round->end_part();
}

}  // namespace

bool come_to_rest(const std::vector<std::unique_ptr<Worker>>& workers, store::ControlPlane& control,
                  store::Questions& questions, std::chrono::milliseconds most) {
  const auto until = std::chrono::steady_clock::now() + most;
  for (int quiet = 0; quiet < quiet_rounds;) {
    const auto round = std::make_shared<Round>(workers.size() + 2);
    for (const auto& worker : workers) {
      worker->loop().post([&home = worker->home(), round] { wait_for_loop(home, round); });
    }
    if (questions.when_answered([round] { round->end_part(); })) round->is_quiet = false;
    workers.front()->loop().post(
        [&control, &home = workers.front()->home(), round] { spawn(wait_for_planes(control, home, round)); });
    auto ended = round->ended.get_future();
    if (ended.wait_until(until) != std::future_status::ready || !ended.get()) return false;
    quiet = round->is_quiet ? quiet + 1 : 0;
  }
  return true;
}

}  // namespace teahouse
