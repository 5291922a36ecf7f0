// Where people reach the pages of modules at a tenant's hosts.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>

namespace teahouse {

struct Shared;

// "https://shop.example"; behind public.url, at HttpRoute::also_below, "https://im.example.org/at/shop.example".
std::string find_page_address(const Shared& shared, const std::string& domain, std::string_view also_below);

// The page of an invitation (modules/invites), which its token opens.
inline constexpr char invite_page_path[] = "/invite/{token}";
inline constexpr char invite_page_below[] = "/at";
std::string make_invite_url(const Shared& shared, const std::string& domain, std::string_view token);

// The page that joins a call (modules/jingle). The link stands behind the #, which no browser sends and no server logs.
inline constexpr char call_page_path[] = "/call";
std::string make_call_url(const Shared& shared, const std::string& domain, std::string_view link);

}  // namespace teahouse
