// How the push services of an account are told what waits for it: one iq at a time to each, and pauses.
#include "base/random.h"
#include "modules/push/services.h"

namespace teahouse::push {
namespace {

constexpr std::string_view push_id_prefix = "push-";

int64_t count_requests(const Roster& roster) {
  return std::count_if(roster.items().begin(), roster.items().end(),
                       [](const auto& item) { return item.second.subscription.pending_in; });
}

}  // namespace

void Services::wake(Resident& resident, Summary summary) {
  State* state = states_->find(resident);
  if (!state || state->lines.empty()) return;
  summary.requests = count_requests(roster_->of(resident));
  std::vector<std::string> ids;  // an answer may come, and disable one, while others are told
  for (Line& line : state->lines) {
    line.waits = summary;
    ids.push_back(line.service.id);
  }
  for (const std::string& id : ids) publish(resident, id);
}

void Services::cancel(Resident& resident) {
  State* state = states_->find(resident);
  if (!state) return;
  for (Line& line : state->lines) {
    line.waits.reset();
    line.under_way.reset();
    if (line.asked.empty()) line.timer.stop();
  }
}

net::Timer Services::start_timer(const Resident& resident, const Line& line, int64_t delay_ms) {
  return context_->loop().start_timer(delay_ms, [this, host = resident.host(), account = resident.jid(),
                                                 id = line.service.id] { on_timer(host, account, id); });
}

void Services::on_timer(const HostPtr& host, const BareJid& account, const std::string& id) {
  Resident* resident = context_->find_resident(*host->tenant, account.str());
  Line* line = resident ? find(*resident, id) : nullptr;
  if (!line) return;
  if (!line->asked.empty()) pause(*resident, *line);
  publish(*resident, id);
}

void Services::publish(Resident& resident, const std::string& id) {
  Line* line = find(resident, id);
  const int64_t now_ms = context_->clock().monotonic_ms();
  if (!line || !line->waits || !line->asked.empty() || now_ms < line->trouble.quiet_until_ms) return;
  if (!context_->is_at(*resident.host())) return;
  Stanza iq = Stanza::make(StanzaKind::iq, StanzaType::set, make_publish(line->service, *line->waits));
  iq.id = std::string(push_id_prefix) + random_token(22);
  iq.from = resident.jid();
  iq.to = line->service.jid;
  line->under_way = std::exchange(line->waits, std::nullopt);
  line->asked = iq.id;
  line->timer = start_timer(resident, *line, answer_ms);
  resident.stay_until(now_ms + answer_ms);
  context_->route_for(resident, std::move(iq));  // the answer may come before this ends
}

Flow Services::take_answer(const Inbound& inbound) {
  const Stanza& iq = inbound.stanza;
  if (is_request(iq) || !iq.id.starts_with(push_id_prefix) || !iq.to->is_bare()) return Flow::go_on;
  State* state = states_->find(inbound.resident);
  if (!state) return Flow::go_on;
  const auto line = std::ranges::find_if(
      state->lines, [&iq](const Line& each) { return each.asked == iq.id && each.service.jid == *iq.from; });
  if (line == state->lines.end()) return Flow::go_on;
  const std::string id = line->service.id;
  const Answer answer = read_answer(iq);
  line->last_ms = context_->clock().wall_ms();
  line->was_taken = answer == Answer::taken;
  if (answer == Answer::taken) {
    ++*counts_.accepted;
    line->asked.clear();
    line->under_way.reset();
    line->timer.stop();
    if (line->trouble.failures > 0) note_trouble(inbound.resident, *line, {});
    publish(inbound.resident, id);
  } else if (answer == Answer::never || (answer == Answer::later && line->trouble.failures + 1 >= later_max)) {
    ++*counts_.gone;
    (void)remove(inbound.resident, id);
  } else {
    pause(inbound.resident, *line);
  }
  return Flow::stop;
}

void Services::note_trouble(const Resident& resident, Line& line, Trouble trouble) {
  line.trouble = trouble;
  const std::string key = resident.jid().str() + ' ' + line.service.id;
  if (trouble.failures == 0) {
    troubles_.erase(key);
    return;
  }
  if (troubles_.size() >= troubles_max) troubles_.clear();
  troubles_.insert_or_assign(key, trouble);
}

// A publish that failed goes again when the pause is over, or with the next wake after a long one.
void Services::pause(Resident& resident, Line& line) {
  ++*counts_.failed;
  const int64_t now_ms = context_->clock().monotonic_ms();
  const int failures = line.trouble.failures;
  const int64_t pause_ms = std::min(first_pause_ms << std::min(failures, 20), pause_max_ms);
  note_trouble(resident, line, {failures + 1, now_ms + pause_ms});
  line.asked.clear();
  if (!line.waits) line.waits = std::exchange(line.under_way, std::nullopt);
  line.timer.stop();
  if (!line.waits || pause_ms > retried_pause_ms) return;
  resident.stay_until(now_ms + pause_ms + answer_ms);
  line.timer = start_timer(resident, line, pause_ms);
}

}  // namespace teahouse::push
