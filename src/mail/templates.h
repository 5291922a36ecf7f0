// Templates: what mails say, in English and then in Chinese: nobody knows which of them the reader has.
//
// Thread: any.
#pragma once

#include <string>

#include "mail/mail.h"
#include "tenant/quota_warnings.h"

namespace teahouse::mail {

// To nobody yet.
Mail make_quota_mail(const Quota& quota);
Mail make_test_mail();

// Where the tenant's owner is reached: the first address of its contact `admin`; empty without.
std::string owner_address(const Tenant& tenant);

}  // namespace teahouse::mail
