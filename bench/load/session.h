// Session: one client, from connecting to bound and available, then stanzas; it can be lost and resumed (XEP-0198).
//
// Lifetime: as a Channel's. Errors: whatever goes wrong ends in on_lost, with a sentence.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bench/load/channel.h"
#include "bench/load/scram_client.h"

namespace teahouse::bench {

// Realm: the parts that all sessions share.
struct Realm {
  Target target;
  Poller poller;
  TlsContext tls{TlsContext::Role::client};
  SaltedPasswords salted;
};

class Session final : private Channel::Events {
 public:
  class Events {
   public:
    virtual ~Events() = default;
    virtual void on_ready(Session&) {}
    virtual void on_stanza(Session&, std::string_view) {}  // once it is ready
    virtual void on_lost(Session&, std::string_view) {}    // also when leave() is done
  };

  // `number` is the maker's own.
  Session(Realm& realm, User user, size_t number, Events& events);

  void start();
  void send(std::string_view stanza) { channel_.send(stanza); }
  void leave();  // ends the stream politely; on_lost follows, with no words
  void cut() {
    channel_.close();
    ready_ = false;
  }  // as when the network is gone; on_lost does not follow
  // As a client that hangs. The buffer is the kernel's (socket.h); what is not read is not answered either.
  void limit_receive_buffer(int bytes) { channel_.limit_receive_buffer(bytes); }
  void stop_reading() { channel_.stop_reading(); }
  void go_on_reading() { channel_.go_on_reading(); }
  void stop_acknowledging() { acknowledges_ = false; }  // reads on, and answers no <r/>
  bool is_ready() const { return ready_; }
  bool was_resumed() const { return resumed_; }
  bool is_leaving() const { return leaving_; }
  size_t queued_bytes() const { return channel_.queued_bytes(); }
  const User& user() const { return user_; }
  const std::string& jid() const { return jid_; }  // as the server bound it
  size_t number() const { return number_; }

 private:
  enum class Step { connect, header, features, proceed, sasl, bind, resume, enable, settle, ready };

  void on_connected() override;
  void on_element(std::string_view element) override;
  void on_closed(std::string_view why) override;

  void on_features(std::string_view features);
  void authenticate();
  bool signs_in_by_token() const { return realm_.target.mechanism.starts_with("HT-"); }
  void authenticate_by_sasl2();
  void on_sasl2_success(std::string_view element);
  void on_sasl(std::string_view element);
  void bind();
  void on_bound(std::string_view element);
  void settle();
  void get_ready();
  bool on_stream_management(std::string_view element);
  void fail(const std::string& why);

  Realm& realm_;
  const User user_;
  const size_t number_;
  Events& events_;
  Channel channel_;
  Step step_ = Step::connect;
  bool authenticated_ = false, ready_ = false, leaving_ = false, resumed_ = false;
  bool acknowledges_ = true;
  std::string jid_;
  std::optional<ScramClient> scram_;
  std::string token_;  // by which it signs in again
  std::string resume_id_;
  uint32_t handled_ = 0;  // stanzas, since <enabled/>
};

}  // namespace teahouse::bench
