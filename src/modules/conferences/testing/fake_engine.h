// FakeEngine: a MediaEngine without media: tests say what becomes of its lines.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "modules/conferences/engine/media_engine.h"

namespace teahouse::conferences::testing {

class FakeEngine final : public MediaEngine {
 public:
  struct ItsLine final : Line {
    ItsLine(FakeEngine& its, bool publishes, std::string its_feed, std::string its_offer, Events its_events)
        : engine(its),
          is_publisher(publishes),
          feed(std::move(its_feed)),
          offer(std::move(its_offer)),
          events(std::move(its_events)) {
      engine.lines.push_back(this);
    }
    ~ItsLine() override { std::erase(engine.lines, this); }
    void accept(const std::string& sdp) override { answer = sdp; }

    FakeEngine& engine;
    const bool is_publisher;
    const std::string feed, offer;
    Events events;
    std::string answer;
  };
  struct ItsRoom final : Room {
    explicit ItsRoom(FakeEngine& its) : engine(its) { ++engine.rooms; }
    ~ItsRoom() override { --engine.rooms; }
    std::unique_ptr<Line> publish(const std::string& feed, const std::string& offer, Events events) override {
      return std::make_unique<ItsLine>(engine, true, feed, offer, std::move(events));
    }
    std::unique_ptr<Line> subscribe(const std::string& feed, Events events) override {
      return std::make_unique<ItsLine>(engine, false, feed, "", std::move(events));
    }
    void silence(const std::string& feed, bool is_silent) override {
      engine.told.push_back(feed + (is_silent ? " silent" : " heard"));
    }
    FakeEngine& engine;
  };
  std::unique_ptr<Room> open(const Limits&) override { return std::make_unique<ItsRoom>(*this); }

  // The SDP of one voice, as Janus writes it; `setup` of DTLS.
  static std::string sdp(const std::string& direction, const std::string& setup) {
    return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=fingerprint:sha-256 " +
           fingerprint() + "\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 127.0.0.1\r\na=" + direction +
           "\r\na=mid:0\r\na=rtcp-mux\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=setup:" + setup +
           "\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\na=rtcp-fb:111 transport-cc\r\n"
           "a=ssrc:1 cname:janus\r\na=candidate:1 1 udp 2015363327 192.0.2.9 41000 typ host\r\n"
           "a=candidate:2 1 udp 2015363583 fe80::1 41001 typ host\r\na=end-of-candidates\r\n";
  }
  static std::string fingerprint() {
    std::string text = "AB";
    for (int i = 1; i < 32; ++i) text += ":AB";
    return text;
  }

  // The engine describes all lines that wait for it.
  void describe_all() {
    for (ItsLine* line : std::vector(lines)) {
      const auto described = std::exchange(line->events.described, nullptr);
      if (described) described(line->is_publisher ? sdp("recvonly", "active") : sdp("sendonly", "actpass"));
    }
  }
  ItsLine& publisher(const std::string& feed) {
    return **std::ranges::find_if(lines, [&](ItsLine* line) { return line->is_publisher && line->feed == feed; });
  }

  std::vector<ItsLine*> lines;
  std::vector<std::string> told;
  int rooms = 0;
};

}  // namespace teahouse::conferences::testing
