#include "tests/simulator/simulation.h"

#include <algorithm>
#include <map>
#include <utility>

namespace teahouse::simulator {
namespace {

constexpr int steps = 300;
constexpr int settling_steps = 3000;
// A run lasts less than two hours: what is kept for a day is there at its end by any clock of it.
constexpr int64_t clock_error_max_ms = 11LL * 3600 * 1000;
constexpr int64_t longest_step_ms = 400;
constexpr int quiet_turns = 10;
constexpr int64_t allocations_max = 200'000;

// A body that is none becomes a message that nobody has said.
std::vector<Said> read_said(const std::vector<std::string>& bodies) {
  std::vector<Said> all;
  all.reserve(bodies.size());
  for (const std::string& body : bodies) all.push_back(Said::parse(body).value_or(Said()));
  return all;
}

}  // namespace

Simulation::Simulation(Town& town, uint64_t seed, Cheat cheat, bool with_sites)
    : town_(town), chance_(seed), bytes_(chance_.next()), scene_{chance_, book_, rooms_, contacts_, trace_, cheat} {
  set_random_source(&bytes_);
  town_.control().begin_run();
  for (const Person& person : town.people()) {
    for (const char* resource : {"phone", "desk"}) {
      devices_.push_back(std::make_unique<Device>(scene_, person, resource));
    }
  }
  for (const TownTenant& tenant : town.tenants()) {
    if (with_sites) sites_.push_back(std::make_unique<Site>(scene_, town, tenant, *this));
  }
  start_server();
}

Simulation::~Simulation() {
  devices_.clear();
  sites_.clear();
  server_.reset();
  town_.control().end_run();
  set_random_source(nullptr);
}

std::string Simulation::run() {
  for (int i = 1; i <= steps && book_.violation().empty(); ++i) {
    trace_.begin_step(i);
    step();
  }
  if (book_.violation().empty()) finish();
  return book_.violation();
}

void Simulation::step() {
  act();
  server_->turn(chance_);
  for (const auto& device : devices_) {
    if (device->is_connected() && !chance_.one_in(3)) device->exchange();
  }
  for (const auto& site : sites_) {
    site->call(*server_);
    if (!chance_.one_in(3)) site->exchange();
    if (chance_.one_in(80)) site->lose_connection();
  }
  schedule_.run_due();
  server_->turn(chance_);
  if (chance_.one_in(3)) pass_ms(chance_.between(1, longest_step_ms));
  if (count_allocations() - allocations_before_ > allocations_max) book_.violate("too much memory is in use");
}

void Simulation::act() {
  if (chance_.one_in(25)) act_on_server();
  if (!sites_.empty() && chance_.one_in(3)) chance_.pick(sites_)->act();
  for (int i = 0; i < 3; ++i) act_by(*chance_.pick(devices_));
}

void Simulation::act_on_server() {
  switch (chance_.below(8)) {
    case 0: return chance_.one_in(2) ? kill_server() : stop_server();
    case 1:
      disk_fails_ = !disk_fails_;
      note(disk_fails_ ? "the disk fails" : "the disk recovers");
      disk_fails_ ? fail_disk() : book_.recover_disk();
      return disk_fails_ ? server_->plane().fail() : server_->plane().recover();
    case 2: note("the disk is slow"); return server_->plane().set_delay_ms(chance_.between(0, 3000));
    case 3: return turn_clock();
    case 4:
      note("six minutes go by");
      for (int i = 0; i < 36; ++i) {
        pass_ms(10'000);
        schedule_.run_due();
        server_->turn(chance_);
      }
      return;
    default: return server_->plane().set_delay_ms(20);
  }
}

void Simulation::act_by(Device& device) {
  if (!device.is_connected()) {
    if (!book_.is_removed(device.account()) && chance_.one_in(3)) device.connect(*server_);
    return;
  }
  if (chance_.one_in(40)) return device.reset();
  if (!device.is_ready()) return;
  switch (chance_.below(20)) {
    case 0: return device.acknowledge();
    case 10: return device.appear();
    case 1:
    case 2: return device.ask_for_acknowledgement();
    case 3:
      if (device.archive().is_idle()) device.archive().catch_up();
      return;
    case 4:
      if (chance_.one_in(4)) device.close();
      return;
    case 5: {
      const auto& other = chance_.pick(devices_);
      return device.say(other->name(), other->is_ready());
    }
    case 6:
    case 7:
    case 8:
    case 9: return device.say(chance_.pick(devices_)->account());
    case 11:
    case 12:
    case 13:
    case 14:
    case 15: return device.keeps_resource() ? void() : device.rooms().act();
    case 16:
    case 17: return device.contacts().act(chance_.pick(devices_)->account());
    case 18:
      if (chance_.one_in(6)) device.blocks().act(chance_.pick(devices_)->account());
      return;
    default: return;
  }
}

void Simulation::turn_clock() {
  const int64_t error_ms = chance_.one_in(2) ? chance_.between(-clock_error_max_ms, clock_error_max_ms)
                                             : clock_error_ms_ + chance_.between(-5000, 5000);
  const int64_t by_ms = error_ms - std::exchange(clock_error_ms_, error_ms);
  note("the wall clock is put by " + std::to_string(by_ms) + " ms");
  clock_.set_wall_ms(clock_.wall_ms() + by_ms);
}

void Simulation::kill_server() {
  note("the server is killed and started again");
  for (const auto& device : devices_) {
    device->reset();
    device->forget_session();
  }
  for (const auto& site : sites_) site->lose_connection();
  server_.reset();
  schedule_.clear();
  book_.kill();
  start_server();
}

// Its clients may resume. All that they have not read of their connections is lost with these.
void Simulation::stop_server() {
  note("the server is stopped and started again");
  server_->refuse_more();
  let_arrive(static_cast<int>(chance_.below(100)));  // no client waits long for a slow disk
  server_->end_streams();
  bool is_stored = let_arrive(settling_steps);
  if (is_stored) {
    server_->park();
    is_stored = let_arrive(settling_steps);
  }
  if (!is_stored) return kill_server();  // as an operator would who waited for the disk in vain
  for (const auto& device : devices_) device->reset();
  for (const auto& site : sites_) site->lose_connection();
  server_.reset();
  schedule_.clear();
  start_server();
}

// All that is under way inside the server arrives, and is on the disk; false: not in so many steps.
bool Simulation::let_arrive(int most_steps) {
  int quiet = 0;
  for (int i = 0; i < most_steps && quiet < quiet_turns; ++i) {
    schedule_.run_due();
    server_->turn(chance_);
    quiet = server_->plane().is_at_rest() ? quiet + 1 : 0;
    pass_ms(10);
    if (disk_fails_ && i > quiet_turns) return false;
  }
  return quiet == quiet_turns;
}

void Simulation::start_server() {
  disk_fails_ = false;
  book_.recover_disk();
  town_.control().set_dead(false);
  auto plane = std::make_unique<SimulatedPlane>(disk_, schedule_, chance_, scene_.cheat == Cheat::lose);
  server_ = std::make_unique<RunningServer>(town_, clock_, std::move(plane), chance_.between(60, 900));
}

void Simulation::fail_disk() {
  book_.fail_disk();
  rooms_.fail_disk();
  for (const auto& device : devices_) device->doubt_unhandled();
}

void Simulation::begin_removal(const std::string& account) {
  book_.begin_removal(account);
  contacts_.begin_removal(account);
  for (const std::string& room : rooms_of_town()) rooms_.begin_eviction(room, account);
  for (const auto& device : devices_) device->doubt_unhandled(account);
}

void Simulation::end_removal(const std::string& account) {
  book_.end_removal(account);
  for (const auto& device : devices_) device->doubt_unhandled(account);
}

void Simulation::begin_trouble(const std::string& domain) {
  book_.begin_trouble(domain);
  rooms_.begin_trouble();
  for (const auto& device : devices_) device->doubt_unhandled();
}

void Simulation::end_trouble(const std::string& domain) { book_.end_trouble(domain); }

void Simulation::finish() {
  if (disk_fails_) {
    server_->plane().recover();
    book_.recover_disk();
  }
  server_->plane().set_delay_ms(20);
  settle();
  if (book_.violation().empty()) compare_rooms();
  if (book_.violation().empty()) compare_contacts();
  for (const auto& device : devices_) device->compare_copies();
  note("everybody leaves");
  if (book_.violation().empty()) end_all_sessions();
  if (book_.violation().empty()) read_everything();
  if (book_.violation().empty()) book_.judge();
  if (book_.violation().empty()) contacts_.judge();
}

// Everything that is on its way arrives.
void Simulation::settle() {
  note("it becomes quiet");
  const auto is_settled = [this](const std::unique_ptr<Device>& device) {
    return !device->is_connected() || (device->is_ready() && device->is_idle() && device->archive().is_idle());
  };
  int quiet = 0;
  const bool done = exchange_until([&] {
    for (const auto& site : sites_) site->restore();
    for (const auto& device : devices_) {
      if (device->is_ready()) device->ask_for_acknowledgement();
    }
    const bool is_quiet = std::all_of(devices_.begin(), devices_.end(), is_settled) &&
                          std::all_of(sites_.begin(), sites_.end(), [](const auto& site) { return site->is_idle(); }) &&
                          server_->plane().committed() == server_->plane().appended();
    quiet = is_quiet ? quiet + 1 : 0;
    return quiet > quiet_turns;
  });
  if (!done) book_.violate("it never becomes quiet");
}

// Those in a room know of each other, and have heard the same.
void Simulation::compare_rooms() {
  for (const std::string& room : rooms_of_town()) {
    std::vector<Device*> inside;
    for (const auto& device : devices_) {
      if (device->is_ready() && device->rooms().is_in(room)) inside.push_back(device.get());
    }
    std::vector<uint64_t> stays;
    for (Device* each : inside) {
      stays.push_back(each->rooms().stay_in(room));
      for (Device* other : inside) {
        if (!each->rooms().nicks_in(room).contains(other->rooms().nick())) {
          book_.violate("lost: " + each->name() + " in " + room + " does not know of " + other->name());
        }
      }
      if (each->rooms().nicks_in(room) != inside.front()->rooms().nicks_in(room)) {
        book_.violate("in " + room + " " + each->name() + " and " + inside.front()->name() + " see others there");
      }
    }
    rooms_.compare_last(room, stays);
  }
}

// Each sees as available the sessions of its contacts that are. Of those without a connection nobody knows whether they
// wait to be resumed still.
void Simulation::compare_contacts() {
  for (const auto& device : devices_) {
    if (!device->is_available() || !device->contacts().has_roster() || device->may_miss_presence()) continue;
    for (const auto& other : devices_) {
      const bool is_known = !contacts_.is_doubted(device->account(), other->account()) &&
                            !book_.blocks().has_parted(device->account(), other->account());
      if (book_.blocks().shut_since(other->account(), device->account())) {
        // One that has itself blocked the other does not hear that it went.
        if (!book_.blocks().has_blocked(device->account(), other->account())) compare_blocked(*device, *other);
      } else if (other->account() != device->account() && is_known) {
        compare_contact(*device, *other);
      }
    }
  }
}

void Simulation::compare_blocked(Device& device, const Device& other) {
  const Contacts& contacts = device.contacts().contacts();
  const auto found = contacts.available.find(other.account());
  if (found != contacts.available.end() && !found->second.empty()) {
    book_.violate("blocked: " + device.name() + " sees " + *found->second.begin() + " of " + other.account());
  }
}

void Simulation::compare_contact(Device& device, const Device& other) {
  const Contacts& contacts = device.contacts().contacts();
  const auto found = contacts.available.find(other.account());
  const bool may_see = contacts.has_to(other.account());
  if (found != contacts.available.end() && !found->second.empty() && !may_see) {
    return book_.violate("crossed: " + device.name() + " sees " + *found->second.begin() + " of " + other.account());
  }
  if (!other.is_ready() || !may_see) return;
  const bool sees = found != contacts.available.end() && found->second.contains(other.resource());
  if (sees != other.is_available()) {
    book_.violate("presence: " + device.name() + " sees " + other.name() + (sees ? " as available" : " as away"));
  }
}

// Those that wait to be resumed run out.
void Simulation::end_all_sessions() {
  for (const auto& device : devices_) {
    device->reset();
    device->forget_session();
  }
  if (!exchange_until([this] { return server_->find_left_over().empty(); })) {
    book_.violate("left behind, although everybody is gone: " + server_->find_left_over());
  }
}

// The devices of a person one after the other: the first gets what waits.
void Simulation::read_everything() {
  std::map<std::string, std::vector<Said>> wholes;
  for (const auto& device : devices_) {
    device->connect(*server_);
    const auto settled = [&] { return device->is_ready() && device->archive().is_idle(); };
    bool done = exchange_until(settled);
    device->appear();
    if (done && !device->contacts().has_roster()) device->contacts().fetch_roster();
    if (done) device->archive().catch_up();
    done = done && exchange_until(settled);
    if (done) device->archive().fetch();
    done = done && exchange_until(settled);
    if (!done) return book_.violate(device->name() + " can't log in and read its archive at the end");
    const std::vector<Said> whole = read_said(device->archive().whole());
    book_.compare_archive(device->name(), whole, read_said(device->archive().had()));
    contacts_.see(device->account(), device->contacts().contacts());
    if (wholes.emplace(device->account(), whole).second) book_.see_archive(device->account(), whole);
    if (device == devices_.back()) read_rooms(*device);
  }
}

void Simulation::read_rooms(Device& device) {
  for (const std::string& room : rooms_of_town()) {
    if (!is_hall(room)) continue;
    device.archive().fetch_of(room);
    if (!exchange_until([&] { return device.archive().is_idle(); })) {
      return book_.violate(device.name() + " can't read the archive of " + room);
    }
    if (!device.archive().is_whole()) continue;  // there is no such room, or it is banned
    std::vector<Spoken> whole;
    for (const std::string& body : device.archive().whole()) whole.push_back(Spoken::parse(body).value_or(Spoken()));
    rooms_.see_archive(room, whole);
  }
}

bool Simulation::exchange_until(const std::function<bool()>& done) {
  for (int i = 0; i < settling_steps && book_.violation().empty(); ++i) {
    trace_.begin_step(trace_.step() + 1);
    server_->turn(chance_);
    schedule_.run_due();
    for (const auto& device : devices_) device->exchange(true);
    for (const auto& site : sites_) {
      site->call(*server_);
      site->exchange();
    }
    server_->turn(chance_);
    if (done()) return true;
    pass_ms(i < 100 ? 10 : 1000);
  }
  return false;
}

}  // namespace teahouse::simulator
