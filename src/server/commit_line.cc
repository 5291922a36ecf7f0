#include "server/commit_line.h"

#include <algorithm>

#include "server/session.h"
#include "server/session_directory.h"

namespace teahouse {

void CommitLine::on_committed(Lsn lsn) {
  checker_.check();
  committed_ = std::max(committed_, lsn);
  std::vector<uint64_t> waiting;
  waiting.swap(waiting_);
  std::sort(waiting.begin(), waiting.end());
  waiting.erase(std::unique(waiting.begin(), waiting.end()), waiting.end());
  for (const uint64_t number : waiting) {
    if (Session* session = sessions_.find(number)) session->flush();
  }
  while (!work_.empty() && work_.begin()->first <= committed_) {
    const auto work = std::move(work_.begin()->second);
    work_.erase(work_.begin());
    work();
  }
}

void CommitLine::wait(const Session& session) { waiting_.push_back(session.number()); }

void CommitLine::when_committed(Lsn lsn, std::function<void()> work) {
  if (lsn <= committed_) {
    work();
  } else {
    work_.emplace(lsn, std::move(work));
  }
}

}  // namespace teahouse
