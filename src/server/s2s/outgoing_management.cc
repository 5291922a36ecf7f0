// Stream management of a stream to another server (XEP-0198): the peer counts our stanzas, and says how many it has.
#include <utility>

#include "base/log.h"
#include "server/c2s/stream_management.h"
#include "server/home.h"
#include "server/s2s/outgoing.h"
#include "xml/values.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::s2s {
namespace {

constexpr size_t resume_id_bytes_max = 4000;  // XEP-0198 section 3

}  // namespace

// Nobody knows any more how much the peer has had of a stream that broke.
void Outgoing::forget_count() {
  is_counted_ = false;
  resume_id_.clear();
  if (queue_->has_unacknowledged()) {
    log::warning("s2s", "A stream could not be resumed: the peer may get some stanzas twice",
                 {{"ours", pair_.ours}, {"peer", pair_.peer}});
  }
  queue_->begin_count();
}

void Outgoing::ask_to_count() {
  state_ = State::counting;
  has_progressed_ = false;
  std::string out;
  xml::Writer writer(out);
  if (resume_id_.empty()) {
    writer.open("enable", ns::sm).attribute("resume", "true").close();
  } else {
    writer.open("resume", ns::sm).attribute("previd", resume_id_).attribute("h", "0").close();
  }
  stream_->send(std::move(out));
}

void Outgoing::on_count(const xml::Element& element) {
  if (element.is("resumed", ns::sm)) return on_resumed(element);
  if (element.is("enabled", ns::sm)) {
    forget_count();
    is_counted_ = true;
    if (xml::parse_boolean(element.attribute("resume").value_or("")).value_or(false)) {
      resume_id_ = element.attribute("id").value_or("");
      if (resume_id_.size() > resume_id_bytes_max) resume_id_.clear();
    }
    return ready();
  }
  if (!element.is("failed", ns::sm)) return;
  if (resume_id_.empty()) {
    forget_count();
    return ready();
  }
  // It may know how many it had all the same (XEP-0198 section 5).
  if (element.attribute("h")) acknowledge(element);
  forget_count();
  ask_to_count();
}

void Outgoing::on_resumed(const xml::Element& element) {
  if (resume_id_.empty() || !acknowledge(element)) return overcounted();
  is_counted_ = true;
  queue_->for_each_unacknowledged([this](const Stanza& stanza) { stream_->send(stanza); });
  ready();
}

// One at a time: the next when this one is answered, and in a while where the answer told of nothing new. Something new
// must come in time.
void Outgoing::request() {
  if (std::exchange(has_asked_, true)) return;
  stream_->send("<r xmlns='" + std::string(ns::sm) + "'/>");
  if (overdue_.running()) return;
  overdue_ = way_.home.loop().start_timer(way_.house.connect_timeout_ms, [this] {
    std::exchange(stream_, nullptr)->let_go();
    on_broke({ErrorKind::remote_server_timeout, "it acknowledges nothing"}, false, 0);
  });
}

void Outgoing::on_acknowledged(const xml::Element& element) {
  const size_t before = queue_->count();
  if (!acknowledge(element)) return overcounted();
  ask_again_.stop();
  if (queue_->count() < before) {
    overdue_.stop();
    has_asked_ = false;
  } else {
    // It has nothing more yet: what else is said needs no question of its own meanwhile.
    has_asked_ = true;
    ask_again_ = way_.home.loop().start_timer(ask_again_ms, [this] {
      has_asked_ = false;
      pump();
    });
  }
  pump();
}

bool Outgoing::acknowledge(const xml::Element& element) {
  const auto h = c2s::StreamManagement::parse_count(element, "h");
  const size_t before = queue_->count();
  if (!h || !queue_->acknowledge(*h)) return false;
  if (queue_->count() < before) {
    has_progressed_ = true;
    back_off_ms_ = 0;
  }
  return true;
}

// Its counts can't be believed, so that what it has is not known.
void Outgoing::overcounted() {
  resume_id_.clear();
  std::exchange(stream_, nullptr)->end("undefined-condition", "More stanzas were acknowledged than sent.");
  on_broke({ErrorKind::remote_server_timeout, "it acknowledges what was never sent"}, false, 0);
}

}  // namespace teahouse::s2s
