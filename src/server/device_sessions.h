// The sessions of an account's devices: which of them are there, and how they end when a device is shut out.
//
// Thread: the account's home.
// Spec: XEP-0494.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "account/devices.h"
#include "xmpp/jid.h"

namespace teahouse {

class Home;
class Resident;

// A device that is kept, or a session whose client did not say which device it is, or is not kept: then it has an id of
// its own for as long as it is there, no more than its resource is known, and no token.
struct DeviceEntry {
  Device device;
  bool is_kept = true;
  bool is_connected = false;
};
// Those that are kept, and then the other sessions. `resident`: null where the account is not in memory.
std::vector<DeviceEntry> list_devices(std::vector<Device> kept, const Resident* resident, int64_t now_ms);

// Ends the sessions of the device; those that wait to be resumed too. An empty id: all of the account's.
void end_device_sessions(Home& home, const BareJid& account, std::string_view device);
// Ends the sessions that were signed in by the certificate of this number.
void end_certificate_sessions(Home& home, const BareJid& account, uint64_t certificate);
// Ends all sessions of the account; those that wait to be resumed too.
void end_account_sessions(Home& home, const BareJid& account, std::string_view condition, std::string_view text);
// Ends all sessions of the account but the one of this full JID, with this stream error.
void end_other_sessions(Home& home, const BareJid& account, std::string_view spared, std::string_view condition,
                        std::string_view text);

}  // namespace teahouse
