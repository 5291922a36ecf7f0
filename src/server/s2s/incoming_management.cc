// Stream management of a stream from another server (XEP-0198).
//
// A stream is resumed at the home where the peer's new one is. Its count is at that of the old one: a parcel goes there
// and takes it, once all that came is handled, and another brings the number back. The old stream ends before, if it is
// still there.
#include "base/random.h"
#include "server/c2s/stream_management.h"
#include "server/home.h"
#include "server/s2s/federation.h"
#include "server/s2s/incoming.h"
#include "server/s2s/resumptions.h"
#include "xml/values.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::s2s {

struct Incoming::Taken {
  std::weak_ptr<Incoming> stream;
  std::string id;
  std::optional<uint32_t> h;
  void arrive(Home& /*here*/) const {
    if (const auto there = stream.lock()) there->on_taken(id, h);
  }
};

struct Incoming::TakeCount {
  std::weak_ptr<HandledCount> count;
  Place asker;
  Taken answer;
  void arrive(Home& here) const {
    const Homes& homes = here.shared().homes;
    const auto there = count.lock();
    if (!there) return homes.send(asker, answer);
    there->take([&homes, asker = asker, answer = answer](uint32_t h) mutable {
      answer.h = h;
      homes.send(asker, std::move(answer));
    });
  }
};

void Incoming::on_management(const xml::Element& element) {
  const std::string_view name = element.name();
  if (name == "a" || name == "r") {
    if (!count_) return xml_.send(c2s::StreamManagement::make_failed(ErrorKind::unexpected_request));
    if (name == "r") return count_->request();
    const auto h = c2s::StreamManagement::parse_count(element, "h");
    if (!h) return end("invalid-xml", "An acknowledgement has a number h.");
    if (*h != 0) end("undefined-condition", "More stanzas were acknowledged than sent: none were on this stream.");
    return;
  }
  if (!has_pairs() || count_ || is_resuming_) {
    return xml_.send(c2s::StreamManagement::make_failed(ErrorKind::unexpected_request));
  }
  if (name == "enable") return enable(xml::parse_boolean(element.attribute("resume").value_or("")).value_or(false));
  if (name == "resume") return resume(element);
  xml_.send(c2s::StreamManagement::make_failed(ErrorKind::unexpected_request));
}

// The peer's new stream proves the domains of its header again, and no others: so those alone make it its own.
void Incoming::enable(bool is_resumable) {
  count_from(0);
  std::string out;
  xml::Writer writer(out);
  writer.open("enabled", ns::sm);
  const std::string id = random_token(22);
  const Pair pair{ours_, peer_};
  if (is_resumable && has(pair) &&
      federation_->house().resumptions->add(id, {federation_->home().place(), pair, count_})) {
    resume_id_ = id;
    writer.attribute("id", id).attribute("resume", "true").attribute("max", std::to_string(resume_max_s));
  }
  writer.close();
  xml_.send(std::move(out));
}

void Incoming::count_from(uint32_t h) {
  count_ = std::make_shared<HandledCount>(federation_->home(), h);
  count_->on_answer = [this](uint32_t handled) { tell_handled(handled); };
  count_->on_taken = [this] {
    count_->on_answer = nullptr;
    resume_id_.clear();
    end("conflict", "The stream was resumed on another connection.");
  };
}

void Incoming::resume(const xml::Element& element) {
  const std::string id(element.attribute("previd").value_or(""));
  const auto h = c2s::StreamManagement::parse_count(element, "h");
  if (!h) return xml_.send(c2s::StreamManagement::make_failed(ErrorKind::bad_request));
  if (*h != 0) return end("undefined-condition", "More stanzas were acknowledged than sent: none were on that stream.");
  // Somebody else's id must look like one that never was.
  const auto found = federation_->house().resumptions->take(id, {ours_, peer_});
  if (!found) return xml_.send(c2s::StreamManagement::make_failed(ErrorKind::item_not_found));
  is_resuming_ = true;
  xml_.transport().hold();
  const Place here = federation_->home().place();
  federation_->home().shared().homes.send(found->place, TakeCount{found->count, here, {weak_from_this(), id, {}}});
}

void Incoming::on_taken(const std::string& id, std::optional<uint32_t> h) {
  is_resuming_ = false;
  if (xml_.is_over()) return;
  if (!h) {
    xml_.send(c2s::StreamManagement::make_failed(ErrorKind::item_not_found));
    return xml_.transport().release();
  }
  count_from(*h);
  if (federation_->house().resumptions->add(id, {federation_->home().place(), {ours_, peer_}, count_})) resume_id_ = id;
  std::string out;
  xml::Writer(out).open("resumed", ns::sm).attribute("previd", id).attribute("h", std::to_string(*h)).close();
  xml_.send(std::move(out));
  xml_.transport().release();
}

void Incoming::tell_handled(uint32_t h) {
  if (!xml_.is_over()) xml_.send("<a xmlns='" + std::string(ns::sm) + "' h='" + std::to_string(h) + "'/>");
}

void Incoming::stop() {
  if (count_) tell_handled(count_->handled());
  end("system-shutdown", "The server is being shut down.");
}

}  // namespace teahouse::s2s
