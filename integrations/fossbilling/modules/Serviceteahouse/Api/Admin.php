<?php

namespace Box\Mod\Serviceteahouse\Api;

/** What staff do who may manage this module. */
class Admin extends \FOSSBilling\Api\AbstractApi
{
    /** Is the server there, and is the key good? A sentence says what is wrong. */
    public function test($data): bool
    {
        $this->checkPermissions('serviceteahouse', 'manage');
        return $this->getService()->test();
    }

    /** Names of the server's plans. */
    public function plans($data): array
    {
        $this->checkPermissions('serviceteahouse', 'manage');
        return $this->getService()->plans();
    }

    /** Takes order_id and plan. */
    public function change_plan($data): bool
    {
        $this->checkPermissions('serviceteahouse', 'manage');
        return $this->getService()->changePlan((int) ($data['order_id'] ?? 0), (string) ($data['plan'] ?? ''));
    }

    /** Takes order_id. */
    public function new_api_key($data): bool
    {
        $this->checkPermissions('serviceteahouse', 'manage');
        return $this->getService()->press((int) ($data['order_id'] ?? 0), 'newApiKey');
    }

    /** Takes order_id. */
    public function new_signing_secret($data): bool
    {
        $this->checkPermissions('serviceteahouse', 'manage');
        return $this->getService()->press((int) ($data['order_id'] ?? 0), 'newSigningSecret');
    }
}
