#include "store/bond.h"

#include "base/log.h"
#include "base/random.h"
#include "store/note_words.h"
#include "store/start_up.h"

namespace teahouse::store {
namespace {

constexpr const char* bond_store = "house";
constexpr const char* bond_key = "bond";
constexpr const char* of_two_houses =
    "control.db and data/ are of two different houses. Put both back from one backup of this one.";

std::string run_of(int64_t run) { return run == 0 ? "no run" : "run " + std::to_string(run); }

}  // namespace

// Side: the notes of one plane. Without an id it was never tied.
struct Bond::Side {
  std::string id;
  int64_t run = 0, begins = 0;  // of the control plane: the run that begins
  uint64_t highest = 0;         // tenant id
  bool is_readable = true;

  std::string told() const {
    return (id.empty() ? "knows of no run" : "is of " + run_of(run)) + " and of tenants up to number " +
           std::to_string(highest);
  }
};

std::vector<Migration> Bond::migrations() {
  return {{"bond/1", {"CREATE TABLE bond(id TEXT NOT NULL PRIMARY KEY, run BIGINT NOT NULL, begins BIGINT NOT NULL)"}}};
}

KeyValueStore Bond::notes() const { return data_.key_value(TenantId::server, bond_store); }

Result<Bond::Side> Bond::read_control(ControlPlane& control) {
  const auto answer = control.execute_now({"SELECT id, run, begins FROM bond", {}});
  if (!answer) return answer.error();
  Side side;
  if (answer->rows.empty()) return side;
  side.id = as_text(answer->rows[0][0]);
  side.run = as_int(answer->rows[0][1]);
  side.begins = as_int(answer->rows[0][2]);
  return side;
}

Result<Bond::Side> Bond::read_data() const {
  using Loaded = Result<std::optional<std::string>>;
  const auto loaded = wait_for<Loaded>([this](Executor& home) { return notes().load(home, bond_key); });
  const auto last = wait_for<Result<TenantId>>([this](Executor& home) { return data_.last_tenant(home); });
  if (!last) return last.error();
  Side side;
  side.highest = raw(*last);
  if (!loaded) {  // it is damaged; where the plane itself is, the note of this run fails too
    log::warning("store", "What data/ notes of its house can't be read: it is written anew. " + loaded.error().text);
    side.is_readable = false;
    return side;
  }
  return *loaded ? parse_data(**loaded, *last) : side;
}

Bond::Side Bond::parse_data(std::string_view note, TenantId last) {
  Side side;
  side.id = take_word(note);
  side.run = take_number(note);
  side.highest = std::max(raw(last), static_cast<uint64_t>(take_number(note)));
  return side;
}

Result<void> Bond::write_control(const Side& side) {
  const auto written =
      control_.execute_now({"INSERT INTO bond(id, run, begins) VALUES (?, ?, ?) "
                            "ON CONFLICT (id) DO UPDATE SET run = excluded.run, begins = excluded.begins",
                            {side.id, side.run, side.begins}});
  if (!written) return written.error();
  return {};
}

// "control.db" or "data/"; empty where they are of one time.
std::string Bond::find_older(const Side& control, const Side& data) {
  const bool is_begun = !data.id.empty() && control.begins == data.run;
  const bool never_began = data.id.empty() && control.run == 0;
  const bool same_run = control.run == data.run || is_begun || never_began;
  if (data.highest > control.highest || (!same_run && data.run > control.run)) return "control.db";
  // Tenants that the data plane does not know of are no sign: their notes may have failed, or had no time.
  return same_run ? "" : "data/";
}

std::string Bond::tell_older(const std::string& older, const Side& control, const Side& data) {
  return older + " is older than " + (older == "data/" ? "control.db" : "data/") + ": control.db " + control.told() +
         ", data/ " + data.told() + ".";
}

Result<std::string> Bond::compare(ControlPlane& control, TenantId drawn, std::string_view noted, TenantId last) {
  auto side = read_control(control);
  if (!side) return side.error();
  side->highest = raw(drawn);
  const Side data = parse_data(noted, last);
  if (!side->id.empty() && !data.id.empty() && side->id != data.id) return std::string(of_two_houses);
  const std::string older = find_older(*side, data);
  return older.empty() ? older : tell_older(older, *side, data);
}

Result<void> Bond::tie(TenantId drawn, bool accept_loss) {
  auto read = read_control(control_);
  if (!read) return read.error();
  Side control = *read;
  control.highest = raw(drawn);
  const auto data = read_data();
  if (!data) return data.error();

  if (!control.id.empty() && !data->id.empty() && control.id != data->id) {
    return Error{ErrorKind::internal_server_error, of_two_houses};
  }
  const std::string older = data->is_readable ? find_older(control, *data) : std::string();
  if (!older.empty()) {
    const std::string text = tell_older(older, control, *data);
    if (!accept_loss) {
      return Error{
          ErrorKind::internal_server_error,
          text + " Put back the " + older +
              " of this time, or control.db* and data/ of one backup (`teahouse backup` makes one while a server runs, "
              "which copying its folder does not). `teahouse "
              "serve --accept-loss` goes on with what is there."};
    }
    log::warning("store", "Going on with planes of two times: " + text);
  }
  highest_ = std::max(control.highest, data->highest);
  id_ = !control.id.empty() ? control.id : data->id.empty() ? random_token(22) : data->id;
  run_ = std::max(control.run, data->run) + 1;
  return begin_run();
}

Result<void> Bond::begin_run() {
  if (auto begins = write_control({id_, run_ - 1, run_}); !begins) return begins;
  const Lsn noted = store_note(highest_);
  auto begun = wait_for<Result<void>>([&](Executor& home) { return data_.wait(home, noted); });
  if (!begun) return begun;
  return write_control({id_, run_, run_});
}

Task<Result<void>> Bond::note_tenant(Executor& home, TenantId tenant) {
  const uint64_t number = raw(tenant);
  if (number <= highest_.load()) co_return Result<void>();
  auto noted = co_await data_.wait(home, store_note(number));
  if (noted) highest_ = std::max(highest_.load(), number);
  co_return noted;
}

Lsn Bond::store_note(uint64_t number) {
  const std::lock_guard lock(mutex_);
  noting_ = std::max(noting_, number);
  return notes().store(bond_key, id_ + " " + std::to_string(run_) + " " + std::to_string(noting_));
}

Result<bool> is_unused(ControlPlane& control, TenantId drawn) {
  const auto tied = control.execute_now({"SELECT 1 FROM bond WHERE run > 0", {}});
  if (!tied) return tied.error();
  return tied->rows.empty() && raw(drawn) == 0;
}

}  // namespace teahouse::store
