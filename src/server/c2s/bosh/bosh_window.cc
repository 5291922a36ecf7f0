#include "server/c2s/bosh/bosh_window.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::c2s {
namespace {

bool are_equal_keys(std::string_view one, std::string_view other) {
  return crypto::constant_time_equal(lower_ascii(one), lower_ascii(other));
}

}  // namespace

BoshWindow::Verdict BoshWindow::receive(const Request& request, int64_t now_ms) {
  const int64_t rid = request.rid;
  if (const auto asked = asked_.find(rid); asked != asked_.end()) {
    return repeat(asked->second.repeats, asked->second.key, request.key, Verdict::again);
  }
  if (rid < next_) {
    const auto told = std::find_if(told_.begin(), told_.end(), [rid](const Told& each) { return each.rid == rid; });
    if (told == told_.end()) return Verdict::not_found;
    return repeat(told->repeats, told->key, request.key, Verdict::answered);
  }
  const int64_t most = terms_.requests + (request.may_exceed ? 1 : 0);
  if (rid >= next_ + most) return Verdict::not_found;
  if (static_cast<int64_t>(asked_.size()) >= most || is_too_soon(request, now_ms)) return Verdict::too_many;
  asked_.emplace(rid, Asked{request.key, request.newkey});
  last_ms_ = now_ms;
  last_was_empty_ = request.is_empty;
  last_answer_was_empty_ = false;
  return Verdict::taken;
}

// A client repeats a request word by word; what is not its own does not know the key.
BoshWindow::Verdict BoshWindow::repeat(int& repeats, const std::string& kept, const std::string& key,
                                       Verdict verdict) const {
  if (!are_equal_keys(kept, key)) return Verdict::not_found;
  return ++repeats > repeats_max ? Verdict::too_many : verdict;
}

// Sections 11 (overactivity) and 12 (polling). A poll that one with words has overtaken on its way came in time.
bool BoshWindow::is_too_soon(const Request& request, int64_t now_ms) const {
  if (is_first_ || !request.is_empty || request.may_exceed || now_ms - last_ms_ >= terms_.polling_ms) return false;
  if (terms_.hold == 0) return last_was_empty_ && last_answer_was_empty_;
  const bool is_overtaken = !asked_.empty() && asked_.rbegin()->first > request.rid;
  return !is_overtaken && static_cast<int64_t>(asked_.size()) + 1 == terms_.requests;
}

std::optional<int64_t> BoshWindow::take_next() {
  const auto next = asked_.find(next_);
  if (next == asked_.end()) return std::nullopt;
  const Asked& asked = next->second;
  const bool is_first = std::exchange(is_first_, false);
  if (!expected_.empty() && !is_first && !are_equal_keys(crypto::to_hex(crypto::sha1(asked.key)), expected_)) {
    has_wrong_key_ = true;
  }
  expected_ = asked.newkey.empty() ? asked.key : asked.newkey;
  return next_++;
}

void BoshWindow::finish(int64_t rid) {
  if (const auto asked = asked_.find(rid); asked != asked_.end()) asked->second.is_finished = true;
}

std::optional<int64_t> BoshWindow::oldest() const {
  if (asked_.empty() || !is_taken(asked_.begin()->first)) return std::nullopt;
  return asked_.begin()->first;
}

bool BoshWindow::is_finished(int64_t rid) const {
  const auto asked = asked_.find(rid);
  return asked != asked_.end() && asked->second.is_finished;
}

int64_t BoshWindow::waiting() const { return std::distance(asked_.begin(), asked_.lower_bound(next_)); }

void BoshWindow::answer(int64_t rid, SharedBytes answer, bool has_payload) {
  const auto asked = asked_.find(rid);
  assert(asked != asked_.end() && asked == asked_.begin());
  told_.push_back({rid, std::move(asked->second.key), std::move(answer), asked->second.repeats});
  asked_.erase(asked);
  while (static_cast<int64_t>(told_.size()) > terms_.requests) told_.pop_front();
  last_answer_was_empty_ = !has_payload;
}

SharedBytes BoshWindow::find_answer(int64_t rid) const {
  for (const Told& told : told_) {
    if (told.rid == rid) return told.answer;
  }
  return {};
}

}  // namespace teahouse::c2s
