// network_of: the network that an address belongs to, which is counted where a limit is by address. site_of: a wider
// one, in which one customer may have many networks.
#pragma once

#include <string>
#include <string_view>

namespace teahouse {

// "192.0.2.1" is itself, and so is a text that is no address; of "2001:db8::1" the eight bytes of its /64, all of whose
// addresses are one customer's; "::ffff:192.0.2.1" is 192.0.2.1.
std::string network_of(std::string_view address);

// Of an IPv6 address its /48, which providers give to one customer at most; of others network_of().
std::string site_of(std::string_view address);

}  // namespace teahouse
