#include "modules/conferences/engine/janus_lines.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/random.h"

namespace teahouse::conferences {
namespace {

namespace json = boost::json;

json::object make_message(json::object body) { return {{"janus", "message"}, {"body", std::move(body)}}; }

json::object make_message(json::object body, const char* type, const std::string& sdp) {
  json::object message = make_message(std::move(body));
  message["jsep"] = json::object{{"type", type}, {"sdp", sdp}, {"trickle", true}};
  return message;
}

// "jsep": {"sdp": …}
std::string sdp_of(const json::object& answer) {
  const json::value* jsep = answer.if_contains("jsep");
  const json::value* sdp = jsep && jsep->is_object() ? jsep->get_object().if_contains("sdp") : nullptr;
  return sdp && sdp->is_string() ? std::string(sdp->get_string()) : std::string();
}

uint64_t handle_of(const json::object& answer) {
  const json::value* data = answer.if_contains("data");
  const json::value* id = data && data->is_object() ? data->get_object().if_contains("id") : nullptr;
  boost::system::error_code error;
  const auto number = id && id->is_number() ? id->to_number<uint64_t>(error) : 0;
  return error ? 0 : number;
}

// The contents that a feed has, as the line of its SDP names them.
std::vector<std::string> mids_in(std::string_view sdp) {
  std::vector<std::string> mids;
  constexpr std::string_view label = "\r\na=mid:";
  for (size_t at = sdp.find(label); at != sdp.npos; at = sdp.find(label, at)) {
    at += label.size();
    mids.emplace_back(sdp.substr(at, sdp.find('\r', at) - at));
  }
  return mids;
}

const Error& gone_error() {
  static const Error error{ErrorKind::service_unavailable, "The call's room at the engine is over."};
  return error;
}

}  // namespace

Janus::ItsRoom::ItsRoom(Janus& janus, const Limits& limits) : janus_(janus), name_(random_token(22)) {
  janus_.rooms_.insert(this);
  janus_.when_ready([this, limits, alive = std::weak_ptr(alive_)](const Error* error) {
    if (alive.expired()) return;
    if (error) return fail(*error);
    create(limits);
  });
}

Janus::ItsRoom::~ItsRoom() {
  janus_.rooms_.erase(this);
  if (state_ == State::open) {
    janus_.ask(janus_.control_, make_message({{"request", "destroy"}, {"room", name_}}), nullptr);
  }
  janus_.let_idle();
}

void Janus::ItsRoom::create(const Limits& limits) {
  json::object body{{"request", "create"},          {"room", name_},           {"publishers", limits.feeds_max},
                    {"is_private", true},           {"permanent", false},      {"description", "call"},
                    {"audiocodec", "opus"},         {"opus_fec", true},        {"videocodec", "vp8,vp9,h264"},
                    {"bitrate", limits.bits_per_s}, {"notify_joining", false}, {"fir_freq", 0}};
  janus_.ask(janus_.control_, make_message(std::move(body)), [this, alive = std::weak_ptr(alive_)](const auto& made) {
    if (alive.expired()) return;
    if (!made) return fail(made.error());
    state_ = State::open;
    settle(nullptr);
  });
}

void Janus::ItsRoom::fail(const Error& error) {
  state_ = State::over;
  settle(&error);
}

void Janus::ItsRoom::settle(const Error* error) {
  const std::deque<Work> waiting = std::move(waiting_);
  waiting_.clear();
  for (const Work& work : waiting) work(error);
}

void Janus::ItsRoom::when_open(Work work) {
  if (state_ == State::waiting) return waiting_.push_back(std::move(work));
  work(state_ == State::open ? nullptr : &gone_error());
}

void Janus::ItsRoom::note_mids(const std::string& feed, std::vector<std::string> mids) {
  mids_.insert_or_assign(feed, std::move(mids));
}

std::unique_ptr<MediaEngine::Line> Janus::ItsRoom::publish(const std::string& feed, const std::string& offer,
                                                           Events events) {
  return std::make_unique<ItsLine>(janus_, *this, ItsLine::Way::publish, feed, offer, std::move(events));
}

std::unique_ptr<MediaEngine::Line> Janus::ItsRoom::subscribe(const std::string& feed, Events events) {
  return std::make_unique<ItsLine>(janus_, *this, ItsLine::Way::subscribe, feed, "", std::move(events));
}

void Janus::ItsRoom::silence(const std::string& feed, bool is_silent) {
  if (state_ != State::open) return;
  for (const std::string& mid : mids_[feed]) {
    janus_.ask(
        janus_.control_,
        make_message({{"request", "moderate"}, {"room", name_}, {"id", feed}, {"mid", mid}, {"mute", is_silent}}),
        nullptr);
  }
}

Janus::ItsLine::ItsLine(Janus& janus, ItsRoom& room, Way way, std::string feed, std::string offer, Events events)
    : janus_(janus), way_(way), feed_(std::move(feed)), offer_(std::move(offer)), events_(std::move(events)) {
  janus_.lines_.insert(this);
  late_ = janus_.loop_.start_timer(up_ms, [this] { end("no media has come through in time"); });
  room.when_open([this, its = &room, alive = std::weak_ptr(alive_)](const Error* error) {
    if (alive.expired()) return;
    if (error) return end(error->text);
    janus_.attach([this, its, janus = &janus_, alive](const Result<json::object>& attached) {
      const uint64_t handle = attached ? handle_of(*attached) : 0;
      if (alive.expired()) {
        if (handle) janus->detach(handle);
        return;
      }
      if (!handle) return end(attached ? "the engine has no handle" : attached.error().text);
      // A room ends at the same time as its lines, or after them.
      take_handle(*its, handle);
    });
  });
}

Janus::ItsLine::~ItsLine() {
  janus_.lines_.erase(this);
  if (!handle_) return;
  janus_.by_handle_.erase(handle_);
  janus_.detach(handle_);
}

void Janus::ItsLine::take_handle(ItsRoom& room, uint64_t handle) {
  handle_ = handle;
  janus_.by_handle_[handle] = this;
  json::object message;
  if (way_ == Way::publish) {
    message =
        make_message({{"request", "joinandconfigure"}, {"ptype", "publisher"}, {"room", room.name()}, {"id", feed_}},
                     "offer", offer_);
    offer_.clear();
  } else {
    message = make_message({{"request", "join"},
                            {"ptype", "subscriber"},
                            {"room", room.name()},
                            {"streams", json::array{json::object{{"feed", feed_}}}}});
  }
  janus_.ask(handle_, message, [this, its = &room, alive = std::weak_ptr(alive_)](Result<json::object> answered) {
    if (!alive.expired()) describe(*its, std::move(answered));
  });
}

void Janus::ItsLine::describe(ItsRoom& room, Result<json::object> answered) {
  if (is_over_) return;
  const auto described = events_.described;  // it may destroy this
  if (!answered) return described(answered.error());
  std::string sdp = sdp_of(*answered);
  if (sdp.empty()) return described(Error{ErrorKind::bad_request, "The engine of calls finds nothing to send in it."});
  if (way_ == Way::publish) room.note_mids(feed_, mids_in(sdp));
  described(std::move(sdp));
}

void Janus::ItsLine::accept(const std::string& answer) {
  if (!handle_ || is_over_) return;
  janus_.ask(handle_, make_message({{"request", "start"}}, "answer", answer),
             [this, alive = std::weak_ptr(alive_)](const Result<json::object>& started) {
               if (!alive.expired() && !started) end(started.error().text);
             });
}

void Janus::ItsLine::hear(std::string_view event, std::string_view reason) {
  if (is_over_) return;
  if (event == "webrtcup") {
    late_.stop();
    const auto up = events_.up;  // it may destroy this
    return up();
  }
  if (event == "hangup" || event == "detached") end(std::string(reason.empty() ? "the engine has hung up" : reason));
}

void Janus::ItsLine::end(std::string why) {
  if (is_over_) return;
  is_over_ = true;
  late_.stop();
  janus_.loop_.post([this, why = std::move(why), alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    const auto over = events_.over;  // it may destroy this
    over(why);
  });
}

}  // namespace teahouse::conferences
