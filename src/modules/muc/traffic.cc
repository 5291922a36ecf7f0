#include "modules/muc/traffic.h"

#include "modules/muc/config.h"
#include "server/module_context.h"

namespace teahouse::muc {
namespace {

// Made where the call takes it: to move a stanza costs nearly as much as to copy it.
Stanza copy_for(const Stanza& stanza, const FullJid& recipient) {
  Stanza copy = stanza;
  copy.to = recipient;
  return copy;
}

}  // namespace

void Traffic::send(Stanza stanza, TicketPtr ticket) {
  push({[this, stanza = std::move(stanza), ticket = std::move(ticket)]() mutable {
          context_.route(std::move(stanza), std::move(ticket));
        },
        Lsn::none, nullptr});
}

void Traffic::answer(Stanza stanza) {
  const bool is_stopped = gate_ > context_.committed() && context_.disk().has(store::DiskHealth::data_waits);
  is_stopped || is_full() ? context_.route(std::move(stanza)) : send(std::move(stanza));
}

bool Traffic::is_full() const { return line_.size() > waiting_max; }

Error Traffic::full() {
  return {ErrorKind::resource_constraint, "The room is busier than the server's disk: try again soon."};
}

void Traffic::send_all(Stanza stanza, Recipients recipients) {
  push({[this, stanza = std::move(stanza), recipients = std::move(recipients)] {
          for (const FullJid& each : *recipients) context_.route(copy_for(stanza, each));
        },
        Lsn::none, nullptr});
}

void Traffic::wait_for(Lsn lsn) {
  await(ticket_, lsn);
  gate_ = std::max(gate_, lsn);
  if (lsn <= context_.committed()) return;
  push({{}, lsn, nullptr});
  context_.when_committed(lsn, [self = shared_from_this()] { self->pump(); });
}

void Traffic::run(std::function<void()> work) { push({std::move(work), Lsn::none, nullptr}); }

std::function<void(std::vector<Stanza>)> Traffic::reserve() {
  auto ready = std::make_shared<bool>(false);
  auto stanzas = std::make_shared<std::vector<Stanza>>();
  push({[this, stanzas] {
          for (Stanza& stanza : *stanzas) context_.route(std::move(stanza));
        },
        Lsn::none, ready});
  return [self = shared_from_this(), ready, stanzas](std::vector<Stanza> found) {
    *stanzas = std::move(found);
    *ready = true;
    self->pump();
  };
}

void Traffic::push(Item item) {
  line_.push_back(std::move(item));
  if (held_ == 0) pump();
}

void Traffic::pump() {
  if (held_ > 0 || pumping_) return;
  const auto self = shared_from_this();  // the room may go while its last words leave
  pumping_ = true;
  while (!line_.empty() && line_.front().gate <= context_.committed() &&
         (!line_.front().ready || *line_.front().ready)) {
    const auto work = std::move(line_.front().work);
    line_.pop_front();
    if (work) work();
    if (held_ > 0) break;
  }
  pumping_ = false;
}

}  // namespace teahouse::muc
