#include "store/clock_watch.h"

#include <cstdlib>

#include "base/log.h"
#include "store/note_words.h"
#include "store/start_up.h"

namespace teahouse::store {
namespace {

constexpr const char* clock_store = "house";
constexpr const char* clock_key = "clock";

}  // namespace

Result<void> ClockWatch::begin(int64_t newest_ms) {
  using Loaded = Result<std::optional<std::string>>;
  const auto noted = wait_for<Loaded>(
      [this](Executor& home) { return plane_.key_value(TenantId::server, clock_store).load(home, clock_key); });
  if (!noted) log::warning("store", "What data/ notes of the clock can't be read: " + noted.error().text);
  const int64_t wall_ms = clock_.wall_ms();
  looked_ms_ = clock_.monotonic_ms();
  if (noted && *noted) {
    std::string_view text = **noted;
    newest_ms_ = take_number(text);
    doubted_ms_ = take_number(text);
    doubted_for_ms_ = take_number(text);
    believed_ = doubted_ms_ == 0;
  } else {
    newest_ms_ = std::max(newest_ms, plane_.arrivals().first_ms());
    if (newest_ms_ <= 1) newest_ms_ = wall_ms;  // nothing is stored that could be removed
  }
  // However long the house was off, a doubted clock goes on from what it said.
  if (!is_believed() && wall_ms >= doubted_ms_ - day_ms) doubted_ms_ = wall_ms;
  const bool was_doubted = !is_believed();
  look();
  if (was_doubted && !is_believed()) say_doubt(wall_ms);
  return {};
}

void ClockWatch::say_doubt(int64_t wall_ms) const {
  log::warning("server",
               "The wall clock is more than a day ahead of all that is known here: nothing is trimmed and no guest is "
               "removed until the server has run for a day. Put the clock right; or, if it is right, say so: teahouse "
               "serve --believe-clock",
               {{"clock", format_time(wall_ms)}, {"last_known", format_time(newest_ms_)}});
}

void ClockWatch::look() {
  const int64_t wall_ms = clock_.wall_ms(), monotonic_ms = clock_.monotonic_ms();
  const int64_t ran_ms = monotonic_ms - looked_ms_;
  looked_ms_ = monotonic_ms;
  if (wall_ms <= newest_ms_ + std::max(day_ms, ran_ms)) {
    trust(wall_ms);
  } else if (is_believed() || std::abs(wall_ms - doubted_ms_ - ran_ms) > day_ms) {
    doubt(wall_ms);
  } else {
    doubted_ms_ = wall_ms;
    doubted_for_ms_ += ran_ms;
    if (doubted_for_ms_ >= day_ms) trust(wall_ms);
  }
  store();
}

void ClockWatch::believe() {
  trust(clock_.wall_ms());
  store();
}

void ClockWatch::doubt(int64_t wall_ms) {
  if (is_believed()) say_doubt(wall_ms);
  believed_ = false;
  doubted_ms_ = wall_ms;
  doubted_for_ms_ = 0;
}

void ClockWatch::trust(int64_t wall_ms) {
  if (!is_believed()) log::warning("server", "The wall clock is believed again", {{"clock", format_time(wall_ms)}});
  newest_ms_ = std::max(newest_ms_, wall_ms);
  doubted_ms_ = doubted_for_ms_ = 0;
  believed_ = true;
}

void ClockWatch::store() {
  plane_.key_value(TenantId::server, clock_store)
      .store(clock_key,
             std::to_string(newest_ms_) + " " + std::to_string(doubted_ms_) + " " + std::to_string(doubted_for_ms_));
}

}  // namespace teahouse::store
