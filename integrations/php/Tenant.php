<?php

namespace Teahouse;

/** The tenant of one service that was sold, from its making to its end. Every step may be repeated. */
final class Tenant
{
    private const KEY_LABEL = 'billing';
    private const FIRST_KEY_LABEL = 'first key';  // that the server gives to the key it makes with the tenant

    /** @var Api */
    private $api;
    /** @var Vault */
    private $vault;

    public function __construct(Api $api, Vault $vault)
    {
        $this->api = $api;
        $this->vault = $vault;
    }

    /**
     * Makes it, or finishes what a call before began. Its name has a random end that is kept before the server is asked: a tenant of that name
     * is this service's own, though the answer that told of it was lost, and nobody else's can have it.
     */
    public function create(string $domain, string $plan, bool $guests): void
    {
        $domain = strtolower(trim($domain));
        if ($domain === '') {
            throw new Refused('The service has no domain: fill it in, as shop.example, and create it again.');
        }
        if ($this->vault->get('tenant') === '') {
            self::reserve($this->vault, $domain);
        }
        $name = $this->vault->get('tenant');
        if (!preg_match('/^[a-z0-9-]{1,63}$/D', $name)) {
            throw new Refused("The service's properties could not be kept; nothing was made.");
        }
        $tenant = $this->find($name);
        if ($tenant && $this->vault->get('domain') !== $domain) {
            throw new Refused("This service has a tenant for $tenant[domain] already: terminate it before you create one for $domain.");
        }
        if (!$tenant) {
            $this->vault->keep(array('domain' => $domain));
            $fields = array('name' => $name, 'domain' => $domain, 'origins' => array("https://$domain", "https://www.$domain"), 'guests' => $guests);
            try {
                $tenant = $this->api->call('POST', array('tenants'), $plan === '' ? $fields : $fields + array('plan' => $plan));
            } catch (Refused $refused) {
                $tenant = $refused->status() === 409 ? $this->find($name) : null;  // made meanwhile by the same call of another
                if (!$tenant) {
                    throw $refused;
                }
            }
        }
        $this->adopt($tenant);
    }

    /** Keeps a name before the server is asked; for products that keep nothing of a call that failed, in a call of its own. */
    public static function reserve(Vault $vault, string $domain): void
    {
        $domain = strtolower(trim($domain));
        $vault->keep(array('tenant' => self::nameFor($domain), 'domain' => $domain));
    }

    public function suspend(string $reason): void
    {
        $reason = trim($reason);
        $this->call('POST', array('suspend'), array('reason' => $reason === '' ? 'Suspended by the provider.' : $reason));
    }

    public function resume(): void
    {
        $this->call('POST', array('resume'));
    }

    /** With all that it has. One that is gone, or never was, is removed. */
    public function remove(): void
    {
        if ($this->vault->get('tenant') !== '') {
            try {
                $this->call('DELETE');
            } catch (Refused $refused) {
                if ($refused->status() !== 404) {
                    throw $refused;
                }
            }
        }
        $this->vault->keep(array_fill_keys(array('tenant', 'domain', 'site', 'api_key', 'signing_secret'), ''));
    }

    public function changePlan(string $plan): void
    {
        if ($plan === '') {
            throw new Refused('The product has no plan: choose one that the server has.');
        }
        $this->call('PATCH', array(), array('plan' => $plan));
    }

    /** Makes a key, keeps it, and revokes those that were made here before; keys that the owner made stay. */
    public function newApiKey(): void
    {
        $made = $this->call('POST', array('keys'), array('label' => self::KEY_LABEL));
        $this->vault->keep(array('api_key' => $made['api_key']));
        foreach ($this->call('GET', array('keys'))['keys'] as $key) {
            if ($key['id'] !== $made['id'] && in_array($key['label'], array(self::KEY_LABEL, self::FIRST_KEY_LABEL), true)) {
                $this->call('DELETE', array('keys', (string) $key['id']));
            }
        }
    }

    /** The one before stays good until the next is made. */
    public function newSigningSecret(): void
    {
        $this->vault->keep(array('signing_secret' => $this->call('POST', array('signing-secrets'))['signing_secret']));
    }

    public function state(): array
    {
        return $this->call('GET');
    }

    public function usage(): array
    {
        return $this->call('GET', array('usage'));
    }

    /** The tenant that has this domain, or none. */
    public static function ofDomain(Api $api, string $domain): array
    {
        $domain = strtolower(trim($domain));
        return $domain === '' ? array() : $api->call('GET', array('tenants'), array('domain' => $domain))['tenants'];
    }

    /** Of a usage: what lies on the server's disk and what may, in MB as billing products count; 0: unlimited. */
    public static function disk(array $usage): array
    {
        $archive = $usage['limits']['archive_bytes'];
        $files = $usage['limits']['files_total_bytes'];
        $limit = $archive['limit'] < 0 || $files['limit'] < 0 ? 0 : $archive['limit'] + $files['limit'];
        return array('used' => (int) ceil(($archive['used'] + $files['used']) / 1048576), 'limit' => (int) ceil($limit / 1048576));
    }

    private static function nameFor(string $domain): string
    {
        return trim(substr(trim(preg_replace('/[^a-z0-9]+/', '-', $domain), '-'), 0, 46) . '-' . bin2hex(random_bytes(8)), '-');
    }

    private function find(string $name): ?array
    {
        try {
            return $this->api->call('GET', array('tenants', $name));
        } catch (Refused $refused) {
            if ($refused->status() === 404) {
                return null;
            }
            throw $refused;
        }
    }

    /** Keeps what the owner is shown. Keys that an answer told which was lost are made anew. */
    private function adopt(array $tenant): void
    {
        $this->vault->keep(array('site' => $tenant['site']) + array_intersect_key($tenant, array_flip(Vault::SECRETS)));
        if ($this->vault->get('api_key') === '') {
            $this->newApiKey();
        }
        if ($this->vault->get('signing_secret') === '') {
            $this->newSigningSecret();
        }
    }

    private function call(string $method, array $path = array(), array $fields = array()): array
    {
        $name = $this->vault->get('tenant');
        if ($name === '') {
            throw new Refused('This service has no tenant yet: create it first.');
        }
        return $this->api->call($method, array_merge(array('tenants', $name), $path), $fields);
    }
}
