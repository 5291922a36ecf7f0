#include "server/s2s/handled_count.h"

#include <utility>

#include "server/home.h"

namespace teahouse::s2s {

// Of one stanza. The count may be gone when it is told.
class HandledCount::Ticket final : public CommitTicket {
 public:
  Ticket(const Home& origin, std::weak_ptr<HandledCount> count, uint32_t number)
      : origin_(origin.place()), homes_(origin.shared().homes), count_(std::move(count)), number_(number) {}
  ~Ticket() override { homes_.hand(origin_, Complete{count_, number_, highest()}); }

 private:
  struct Complete {
    std::weak_ptr<HandledCount> count;
    uint32_t number;
    Lsn lsn;
    void arrive(Home& /*here*/) const {
      if (const auto there = count.lock()) there->on_complete(number, lsn);
    }
  };
  const Place origin_;
  const Homes& homes_;
  const std::weak_ptr<HandledCount> count_;
  const uint32_t number_;
};

TicketPtr HandledCount::receive() {
  pending_.push_back({});
  return std::make_shared<Ticket>(home_, weak_from_this(), ++received_);
}

void HandledCount::on_complete(uint32_t number, Lsn lsn) {
  const uint32_t place = number - handled_ - 1;  // mod 2^32
  if (place >= pending_.size()) return;
  pending_[place] = {true, lsn};
  count();
}

void HandledCount::count() {
  const Lsn committed = home_.commits().committed();
  while (!pending_.empty() && pending_.front().is_complete && pending_.front().lsn <= committed) {
    pending_.pop_front();
    ++handled_;
  }
  if (is_asked_ && static_cast<int32_t>(handled_ - asked_until_) >= 0) answer();
  if (pending_.empty()) {
    for (const auto& taker : std::exchange(takers_, {})) taker(handled_);
  } else if (pending_.front().is_complete && !std::exchange(waits_, true)) {
    home_.commits().when_committed(pending_.front().lsn, [self = weak_from_this()] {
      const auto there = self.lock();
      if (!there) return;
      there->waits_ = false;
      there->count();
    });
  }
}

void HandledCount::request() {
  asked_until_ = received_;
  if (pending_.empty()) return answer();
  if (std::exchange(is_asked_, true)) return;
  timer_ = home_.loop().start_timer(answer_timeout_ms, [this] { answer(); });
}

void HandledCount::answer() {
  is_asked_ = false;
  timer_.stop();
  if (on_answer) on_answer(handled_);
}

void HandledCount::take(std::function<void(uint32_t h)> taken) {
  on_answer = nullptr;
  if (const auto told = std::exchange(on_taken, nullptr)) told();
  if (pending_.empty()) return taken(handled_);
  // Until then nobody else has it.
  takers_.push_back([kept = shared_from_this(), taken = std::move(taken)](uint32_t h) { taken(h); });
}

}  // namespace teahouse::s2s
