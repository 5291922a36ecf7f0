<?php

namespace Box\Mod\Serviceteahouse\Api;

/** What customers do with their own orders; each call takes order_id. */
class Client extends \FOSSBilling\Api\AbstractApi
{
    public function new_api_key($data): bool
    {
        return $this->getService()->press((int) ($data['order_id'] ?? 0), 'newApiKey', $this->getIdentity());
    }

    public function new_signing_secret($data): bool
    {
        return $this->getService()->press((int) ($data['order_id'] ?? 0), 'newSigningSecret', $this->getIdentity());
    }
}
