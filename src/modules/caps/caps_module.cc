#include "modules/caps/caps_module.h"

#include <algorithm>

#include "base/random.h"
#include "crypto/encoding.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr std::string_view caps_id_prefix = "caps-";
constexpr std::string_view software = "urn:teahouse";  // what the server names itself in XEP-0115

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
      .xeps =
          {{115, "1.6.0", "Entity Capabilities",
            "what clients say is read, and no answer is trusted without a hash; the server's own are in the stream's "
            "features"},
           {390, "0.3.2", "Entity Capabilities 2.0", "the same; SHA-1 and SHA-256 of clients, SHA-256 of its own"}},
      .host_features = {ns::caps, ns::caps_optimized},
      .needs = {"disco"}};
  return info;
}

void CapsModule::attach(ModuleContext& context) {
  context_ = &context;
  disco_ = &context.need<DiscoModule>("disco");
  disco_->is_own_node = [this](const HostPtr& host, std::string_view node) {
    const auto& nodes = own_caps(host).nodes;
    return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
  };
  context.on(&Hooks::stream_features,
             [this](const HostPtr& host, xml::Writer& writer) { writer.raw(own_caps(host).features); });
  context.on(&Hooks::tenant_changed, [this](const TenantPtr& tenant) { own_.erase(tenant->id); });
  context.on(&Hooks::tenant_removed, [this](const TenantPtr& tenant) { own_.erase(tenant->id); });
  context.on_inbound(InboundPhase::handle, StanzaKind::iq, [this](Inbound& inbound) { return take_answer(inbound); });
}

void CapsModule::detach() { disco_->is_own_node = nullptr; }

const CapsModule::OwnCaps& CapsModule::own_caps(const HostPtr& host) {
  const auto found = own_.find(host->tenant->id);
  return found != own_.end() ? found->second : own_.emplace(host->tenant->id, make_own_caps(host)).first->second;
}

CapsModule::OwnCaps CapsModule::make_own_caps(const HostPtr& host) const {
  const auto info = xml::Document::parse_own(SharedBytes(disco_->make_host_info(*host)));
  if (!info) return {};
  const auto sha1 = caps::digest_of(caps::CapsName::Method::verification_string, crypto::Hash::sha1, info->root());
  const auto sha256 = caps::digest_of(caps::CapsName::Method::hash_set, crypto::Hash::sha256, info->root());
  if (!sha1 || !sha256) return {};
  const std::string ver = crypto::to_base64(*sha1), hash = crypto::to_base64(*sha256);
  OwnCaps own;
  xml::Writer writer(own.features);
  writer.open("c", ns::caps).attribute("hash", "sha-1").attribute("node", software).attribute("ver", ver).close();
  writer.open("c", ns::caps_optimized).open("hash", ns::hashes).attribute("algo", "sha-256").text(hash).close().close();
  own.nodes = {std::string(software) + "#" + ver, std::string(ns::caps_optimized) + "#sha-256." + hash};
  return own;
}

void CapsModule::learn(const Resident& asker, const Jid& client, const caps::CapsName& name, Learned done) {
  if (const auto earlier = waiting_.find(asker.jid(), client)) leave(*earlier);
  const std::string key = name.key();
  if (const auto features = find(key)) return done(features);
  const auto open = open_.find(client.str());
  if (open != open_.end() && open->second >= open_max) return done(nullptr);
  Learned given_up;
  if (waiting_.count() >= waiting_max) given_up = leave(waiting_.find_in_crowd()).done;
  Line& line = lines_.try_emplace(key, Line{name, {}, {}}).first->second;
  const TenantId tenant = context_->tenant_at(client.domainpart()).value_or(TenantId{});
  const caps::Wait wait{std::move(done), asker.host(), asker.jid(), client, tenant, key};
  line.waits.insert(waiting_.add(wait));
  if (line.asked.size() < asked_at_once && !is_asked(line.asked, client)) ask(line, wait);
  if (given_up) given_up(nullptr);
}

// It is in its line no more; a question in its name goes on.
caps::Wait CapsModule::leave(uint64_t number) {
  caps::Wait wait = waiting_.take(number);
  const auto line = lines_.find(wait.key);
  line->second.waits.erase(number);
  if (line->second.waits.empty() && line->second.asked.empty()) lines_.erase(line);
  return wait;
}

// Asks those that wait, in their order: a liar delays the others, but keeps them from nothing.
void CapsModule::ask_next(const std::string& key) {
  while (true) {
    const auto found = lines_.find(key);
    if (found == lines_.end()) return;
    Line& line = found->second;
    if (line.waits.empty()) {
      if (line.asked.empty()) lines_.erase(found);
      return;
    }
    const auto next = std::find_if(line.waits.begin(), line.waits.end(),
                                   [&](uint64_t wait) { return !is_asked(line.asked, waiting_.at(wait).client); });
    if (next == line.waits.end() || line.asked.size() >= asked_at_once) return;
    ask(line, caps::Wait(waiting_.at(*next)));
  }
}

// The answer, an error, may come before this ends.
void CapsModule::ask(Line& line, const caps::Wait& wait) {
  std::string payload;
  xml::Writer(payload).open("query", ns::disco_info).attribute("node", line.name.node).close();
  Stanza question = Stanza::make(StanzaKind::iq, StanzaType::get, std::move(payload));
  question.id = std::string(caps_id_prefix) + random_token(12);
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
  if (is_request(iq) || !iq.id.starts_with(caps_id_prefix) || !iq.to->is_bare()) return Flow::go_on;
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
  std::vector<Learned> learning;
  for (const uint64_t each : ended.waits) learning.push_back(waiting_.take(each).done);
  for (const Question& each : ended.asked) close(each);
  remember(key, features);
  for (const Learned& each : learning) each(features);
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
  std::vector<Learned> failed;
  for (auto each = line.waits.begin(); each != line.waits.end();) {
    if (waiting_.at(*each).client != client) {
      ++each;
      continue;
    }
    failed.push_back(waiting_.take(*each).done);
    each = line.waits.erase(each);
  }
  ask_next(key);
  for (const Learned& each : failed) each(nullptr);
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
