#include "server/resident.h"

namespace teahouse {

Session* Resident::find_session(std::string_view resourcepart) const {
  checker_.check();
  for (const auto& session : sessions_) {
    if (session->jid().resourcepart() == resourcepart) return session.get();
  }
  return nullptr;
}

Session& Resident::add_session(std::unique_ptr<Session> session) {
  checker_.check();
  sessions_.push_back(std::move(session));
  return *sessions_.back();
}

std::unique_ptr<Session> Resident::remove_session(Session& session) {
  checker_.check();
  for (auto at = sessions_.begin(); at != sessions_.end(); ++at) {
    if (at->get() != &session) continue;
    auto removed = std::move(*at);
    sessions_.erase(at);
    return removed;
  }
  return nullptr;
}

bool Resident::has_available_resource() const {
  return std::any_of(sessions_.begin(), sessions_.end(),
                     [](const auto& session) { return session->is_available() && session->priority() >= 0; });
}

bool Resident::has_all_sessions() const {
  const int64_t limit = tenant().limits().sessions_per_account;
  return limit >= 0 && sessions_.size() >= static_cast<size_t>(limit);
}

}  // namespace teahouse
