// CapsModule: what clients can do, asked of them once for each hash that a home does not know; and the hashes of what
// the server says of itself to a tenant's users, in the stream's features: made when first needed, until the tenant
// changes.
//
// All tenants of a home share its answers: an answer is kept under a hash that it fits, so it says the same from
// whichever client it came. A client that answers by something else has said nothing, and the next one that names the
// hash is asked.
//
// Thread: its home loop.
// Limits: known_max hashes are remembered, the longest unused one goes; asked_at_once clients are asked for one hash;
// waiting_max wait for answers, and where one more comes, one of the largest crowd (Waiting) counts as one that does
// not answer; so does a client that has not answered open_max questions; an answer is waited for answer_ms to answer_ms
// + sweep_ms. Spec: XEP-0115, XEP-0390.
#pragma once

#include <list>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "modules/caps/waiting.h"
#include "modules/disco/disco_module.h"
#include "server/module_context.h"

namespace teahouse {

class CapsModule final : public Module {
 public:
  static constexpr size_t known_max = 2000, waiting_max = 10'000, asked_at_once = 4, open_max = 8;
  static constexpr int64_t answer_ms = 20'000, sweep_ms = 5'000;

  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;
  void detach() override;

  // Calls back, now or later, with the features that the client's presence names; null where the client does not tell.
  // The client is asked in the name of `asker`, an account of this home. An earlier call for the same asker and client
  // that waits is called back no more: the client shows something else by now.
  using Learned = caps::Learned;
  void learn(const Resident& asker, const Jid& client, const caps::CapsName& name, Learned done);

 private:
  struct Question {
    std::string id;
    BareJid asker;
    Jid client;
    int64_t until_ms;
  };
  struct Line {
    caps::CapsName name;
    std::set<uint64_t> waits;     // their numbers
    std::vector<Question> asked;  // one for each client
  };
  using Known = std::list<std::pair<std::string, caps::FeaturesPtr>>;  // the last used first

  struct OwnCaps {
    std::string features;            // XML; empty where what the server says has no hash
    std::vector<std::string> nodes;  // of disco#info, as the features name them
  };
  const OwnCaps& own_caps(const HostPtr& host);
  OwnCaps make_own_caps(const HostPtr& host) const;
  Flow take_answer(const Inbound& inbound);
  caps::FeaturesPtr find(const std::string& key);
  void remember(const std::string& key, caps::FeaturesPtr features);
  void ask_next(const std::string& key);
  void ask(Line& line, const caps::Wait& wait);
  caps::Wait leave(uint64_t number);
  void close(const Question& question);
  void fail(const std::string& key, const std::string& id);
  void start_sweeping();
  void sweep();

  ModuleContext* context_ = nullptr;
  DiscoModule* disco_ = nullptr;
  std::unordered_map<TenantId, OwnCaps> own_;
  Known known_;
  std::unordered_map<std::string, Known::iterator> by_key_;
  std::unordered_map<std::string, Line> lines_;         // by the key of the hash; none without a wait or question
  std::unordered_map<std::string, std::string> asked_;  // a question's id -> the key
  std::unordered_map<std::string, size_t> open_;        // questions by client
  caps::Waiting waiting_;
  net::Timer sweep_timer_;
};

}  // namespace teahouse
