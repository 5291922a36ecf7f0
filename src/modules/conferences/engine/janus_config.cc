#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "modules/conferences/engine/janus_process.h"

namespace teahouse::conferences {
namespace {

// All that Debian's build has, but the VideoRoom and the Unix socket.
constexpr std::array plugins_off = {"audiobridge", "duktape",   "echotest", "lua",       "nosip",    "recordplay",
                                    "sip",         "streaming", "textroom", "videocall", "voicemail"};
constexpr std::array transports_off = {"http", "mqtt", "nanomsg", "rabbitmq", "websockets"};

template <size_t count>
std::string list_libraries(const std::array<const char*, count>& names) {
  std::string list;
  for (const char* name : names) list.append(list.empty() ? "" : ",").append("libjanus_").append(name).append(".so");
  return list;
}

std::string join(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all.append(all.empty() ? "" : ",").append(text);
  return all;
}

}  // namespace

// Janus reads the files of the folder that it runs in. It is told no folder for events and loggers that has something.
std::vector<ConfigFile> make_janus_config(const JanusSettings& settings) {
  const std::string addresses = join(settings.addresses);
  const std::string where = settings.are_local ? "  ice_enforce_list = \"" + addresses + "\"\n"
                                               : "  nat_1_1_mapping = \"" + addresses + "\"\n";
  std::string core;
  core.append("general: {\n  debug_level = 1\n  debug_colors = false\n  log_to_stdout = false\n")
      .append("  events_folder = \"none\"\n  loggers_folder = \"none\"\n")
      .append("  session_timeout = 60\n  hide_dependencies = true\n  server_name = \"media\"\n}\n")
      .append("media: {\n  rtp_port_range = \"")
      .append(std::to_string(settings.first_port) + "-" + std::to_string(settings.last_port))
      .append("\"\n}\nnat: {\n  ice_lite = false\n  ice_tcp = false\n  full_trickle = false\n  mdns_enabled = false\n")
      .append(where)
      .append("}\nplugins: {\n  disable = \"")
      .append(list_libraries(plugins_off))
      .append("\"\n}\ntransports: {\n  disable = \"")
      .append(list_libraries(transports_off))
      .append("\"\n}\nevents: {\n  broadcast = false\n}\n");
  return {{"janus.jcfg", std::move(core)},
          {"janus.transport.pfunix.jcfg",
           "general: {\n  enabled = true\n  events = false\n  json = \"compact\"\n  path = \"api\"\n"
           "  type = \"SOCK_SEQPACKET\"\n}\nadmin: {\n  admin_enabled = false\n}\n"},
          {"janus.plugin.videoroom.jcfg", "general: {\n  string_ids = true\n  events = false\n}\n"}};
}

Result<void> check_janus(const JanusSettings& settings) {
  if (::access(settings.program.c_str(), X_OK) == 0) return {};
  return Error{ErrorKind::service_unavailable,
               "There are no group calls: their engine, Janus, is not at '" + settings.program +
                   "'. Install it (apt-get install janus), or say with calls.engine where it is."};
}

}  // namespace teahouse::conferences
