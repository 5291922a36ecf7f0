// gloox logs in with STARTTLS: gloox_login PORT JID PASSWORD CA_FILE. It prints the SASL exchange, and whether it has a
// session.
#include <gloox/client.h>
#include <gloox/connectionlistener.h>
#include <gloox/loghandler.h>

#include <iostream>
#include <string>

class Login : public gloox::ConnectionListener, public gloox::LogHandler {
 public:
  Login(const gloox::JID& jid, const char* password, int port, const char* ca) : client_(jid, password) {
    client_.setServer("127.0.0.1");
    client_.setPort(port);
    client_.setCACerts({ca});
    client_.registerConnectionListener(this);
    client_.logInstance().registerLogHandler(gloox::LogLevelDebug, gloox::LogAreaXmlOutgoing, this);
  }
  bool run() {
    client_.connect();
    return in_;
  }

 private:
  void onConnect() override {
    in_ = true;
    client_.disconnect();
  }
  void onDisconnect(gloox::ConnectionError error) override {
    std::cout << "ended: error " << error << ", login " << client_.authError() << "\n";
  }
  bool onTLSConnect(const gloox::CertInfo& info) override {
    std::cout << "TLS: " << info.protocol << ", status " << info.status << "\n";
    return true;
  }
  void handleLog(gloox::LogLevel, gloox::LogArea, const std::string& message) override {
    if (message.find("urn:ietf:params:xml:ns:xmpp-sasl") != std::string::npos) std::cout << message << "\n";
  }

  gloox::Client client_;
  bool in_ = false;
};

int main(int count, char** arguments) {
  if (count != 5) return 2;
  Login login(gloox::JID(arguments[2]), arguments[3], std::stoi(arguments[1]), arguments[4]);
  std::cout << (login.run() ? "logged in" : "not logged in") << "\n";
}
