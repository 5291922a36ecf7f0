#include "modules/caps/caps_module.h"

#include <algorithm>

#include "base/random.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr std::string_view id_prefix = "caps-";

bool is_asked(const auto& questions, const Jid& client) {
  return std::any_of(questions.begin(), questions.end(), [&](const auto& each) { return each.client == client; });
}
// REQUIRES: it is one of them.
const auto& find_question(const auto& questions, const std::string& id) {
  return *std::find_if(questions.begin(), questions.end(), [&](const auto& each) { return each.id == id; });
}

}  // namespace

const ModuleInfo& CapsModule::info() const {
  static const ModuleInfo info{
      .name = "caps",
      .summary = "What clients can do, by the hashes in their presence.",
      .xeps = {{115, "1.6.0", "Entity Capabilities",
                "what clients say is read; the server names no hash of its own, and trusts no answer without one"},
               {390, "0.3.2", "Entity Capabilities 2.0", "the same; SHA-1 and SHA-256"}}};
  return info;
}

void CapsModule::attach(ModuleContext& context) {
  context_ = &context;
  context.on_inbound(InboundPhase::handle, StanzaKind::iq, [this](Inbound& inbound) { return take_answer(inbound); });
}

void CapsModule::learn(const Resident& asker, const Jid& client, const caps::CapsName& name, Learned done) {
  const std::string key = name.key();
  if (const auto features = find(key)) return done(features);
  const auto open = open_.find(client.str());
  if (waiting_ >= waiting_max || (open != open_.end() && open->second >= open_max)) return done(nullptr);
  Line& line = lines_.try_emplace(key, Line{name, {}, {}}).first->second;
  line.waits.push_back({std::move(done), asker.host(), asker.jid(), client});
  ++waiting_;
  if (line.asked.size() < asked_at_once && !is_asked(line.asked, client)) ask(line, Wait(line.waits.back()));
}

// Asks those that wait, in their order: a liar delays the others, but keeps them from nothing.
void CapsModule::ask_next(const std::string& key) {
  while (true) {
    const auto found = lines_.find(key);
    if (found == lines_.end()) return;
    Line& line = found->second;
    if (line.waits.empty()) {
      lines_.erase(found);
      return;
    }
    const auto next = std::find_if(line.waits.begin(), line.waits.end(),
                                   [&](const Wait& wait) { return !is_asked(line.asked, wait.client); });
    if (next == line.waits.end() || line.asked.size() >= asked_at_once) return;
    ask(line, Wait(*next));
  }
}

// The answer, an error, may come before this ends.
void CapsModule::ask(Line& line, const Wait& wait) {
  std::string payload;
  xml::Writer(payload).open("query", ns::disco_info).attribute("node", line.name.node).close();
  Stanza question = Stanza::make(StanzaKind::iq, StanzaType::get, std::move(payload));
  question.id = std::string(id_prefix) + random_token(12);
  question.from = wait.asker;
  question.to = wait.client;
  const int64_t until_ms = context_->clock().monotonic_ms() + answer_ms;
  line.asked.push_back({question.id, wait.asker, wait.client, until_ms});
  asked_.emplace(question.id, line.name.key());
  ++open_[wait.client.str()];
  start_sweeping();
  // An account that is not in memory any more asks nothing; the question ends as one without an answer.
  Resident* asker = context_->find_resident(*wait.host->tenant, wait.asker.str());
  if (asker) context_->route_for(*asker, std::move(question));
}

Flow CapsModule::take_answer(const Inbound& inbound) {
  const Stanza& iq = inbound.stanza;
  if (is_request(iq) || !iq.id.starts_with(id_prefix) || !iq.to->is_bare()) return Flow::go_on;
  const auto asked = asked_.find(iq.id);
  if (asked == asked_.end()) return Flow::go_on;
  const std::string key = asked->second;
  Line& line = lines_.at(key);
  const Question& question = find_question(line.asked, iq.id);
  if (question.client != *iq.from || question.asker != inbound.resident.jid()) return Flow::go_on;
  const auto query = iq.type == StanzaType::result ? iq.child("query", ns::disco_info) : std::nullopt;
  const auto features = query ? caps::verify(line.name, *query) : nullptr;
  if (!features) {
    fail(key, std::string(iq.id));
    return Flow::stop;
  }
  const Line ended = std::move(line);
  lines_.erase(key);
  waiting_ -= ended.waits.size();
  for (const Question& each : ended.asked) close(each);
  remember(key, features);
  for (const Wait& each : ended.waits) each.done(features);
  return Flow::stop;
}

void CapsModule::close(const Question& question) {
  asked_.erase(question.id);
  const auto open = open_.find(question.client.str());
  if (--open->second == 0) open_.erase(open);
}

// The client has not told what it can do.
void CapsModule::fail(const std::string& key, const std::string& id) {
  Line& line = lines_.at(key);
  const Jid client = find_question(line.asked, id).client;
  close(find_question(line.asked, id));
  std::erase_if(line.asked, [&](const Question& each) { return each.id == id; });
  std::deque<Wait> going_on, failed;
  for (Wait& each : line.waits) (each.client == client ? failed : going_on).push_back(std::move(each));
  line.waits = std::move(going_on);
  waiting_ -= failed.size();
  ask_next(key);
  for (const Wait& each : failed) each.done(nullptr);
}

caps::FeaturesPtr CapsModule::find(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  known_.splice(known_.begin(), known_, found->second);
  return found->second->second;
}

void CapsModule::remember(const std::string& key, caps::FeaturesPtr features) {
  known_.emplace_front(key, std::move(features));
  by_key_.insert_or_assign(key, known_.begin());
  if (known_.size() <= known_max) return;
  by_key_.erase(known_.back().first);
  known_.pop_back();
}

void CapsModule::start_sweeping() {
  if (sweep_timer_.running()) return;
  sweep_timer_ = context_->loop().start_timer(sweep_ms, [this] { sweep(); });
}

void CapsModule::sweep() {
  const int64_t now_ms = context_->clock().monotonic_ms();
  std::vector<std::pair<std::string, std::string>> late;
  for (const auto& [key, line] : lines_) {
    for (const Question& question : line.asked) {
      if (question.until_ms <= now_ms) late.emplace_back(key, question.id);
    }
  }
  for (const auto& [key, id] : late) {
    if (asked_.contains(id)) fail(key, id);
  }
  if (!asked_.empty()) start_sweeping();
}

}  // namespace teahouse
