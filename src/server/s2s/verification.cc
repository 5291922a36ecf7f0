#include "server/s2s/verification.h"

#include <utility>

#include "server/home.h"

namespace teahouse::s2s {

Verification::Verification(const PeerStream::Way& way, DialbackWord shown, std::string stream_id, Done done)
    : way_(way),
      shown_(std::move(shown)),
      stream_id_(std::move(stream_id)),
      done_(std::move(done)),
      stream_(std::make_shared<PeerStream>(way, Pair{shown_.to, shown_.from}, *this)) {}

Verification::~Verification() {
  if (stream_) stream_->let_go();
}

void Verification::start() {
  clock_ = way_.home.loop().start_timer(way_.house.connect_timeout_ms, [this] {
    tell(Error{ErrorKind::remote_server_timeout, "it did not answer in time"});
  });
  stream_->start();
}

void Verification::on_features(const xml::Element& /*features*/) {
  stream_->send(write_dialback({true, shown_.to, shown_.from, {}, stream_id_, shown_.key, {}}));
}

void Verification::on_element(const xml::Element& element) {
  const auto word = read_dialback(element);
  if (!word || !word->is_verify || word->id != stream_id_ || word->from != shown_.from || word->to != shown_.to) return;
  if (word->type.empty()) return;
  if (word->type == "error") { return tell(Error{ErrorKind::remote_server_timeout, "it can't say: " + word->reason}); }
  tell(word->type == "valid");
}

void Verification::tell(Result<bool> answer) {
  clock_.stop();
  if (const auto stream = std::exchange(stream_, nullptr)) stream->let_go();
  if (const auto done = std::exchange(done_, nullptr)) done(std::move(answer));
}

}  // namespace teahouse::s2s
