<?php

namespace Teahouse;

/**
 * The fields of a Blesta service; Blesta encrypts those that are told to be secret. It stores what a module's call gives back, and of a call that
 * failed nothing: so a tenant's name is in the fields of a pending order before the server is asked, and comes back among what the order form sent.
 * A customer can slip in fields there. A name counts only with the seal that was made here for it, lest an order takes over another's tenant.
 */
final class FieldsVault implements Vault
{
    private const NAMES = array('tenant' => 'teahouse_tenant', 'domain' => 'teahouse_tenant_domain', 'site' => 'teahouse_site',
        'api_key' => 'teahouse_api_key', 'signing_secret' => 'teahouse_signing_secret');
    private const SEAL = 'teahouse_seal';
    private const ENCRYPTED = array('teahouse_api_key', 'teahouse_signing_secret', self::SEAL);
    /** What an order form brings back: the name and its seal. */
    public const OF_ORDERS = array('teahouse_tenant', 'teahouse_tenant_domain', self::SEAL);

    /** @var array field => text */
    private $values;
    /** @var string */
    private $operator_key;
    /** @var callable|null gets each field that changes: (string, string, bool whether it is secret) */
    private $store;

    private function __construct(array $values, string $operator_key, ?callable $store)
    {
        $this->values = $values;
        $this->operator_key = $operator_key;
        $this->store = $store;
    }

    /** Of one that is there; `$store` for calls after which Blesta stores nothing by itself. */
    public static function ofService($service, string $operator_key, ?callable $store = null): self
    {
        $values = array();
        foreach ($service->fields as $field) {
            $values[$field->key] = (string) $field->value;
        }
        return new self($values, $operator_key, $store);
    }

    /** Of one that is ordered, or pending. */
    public static function ofOrder(array $sent, string $operator_key): self
    {
        $values = array();
        foreach (self::OF_ORDERS as $field) {
            $values[$field] = isset($sent[$field]) && is_string($sent[$field]) ? $sent[$field] : '';
        }
        $vault = new self($values, $operator_key, null);
        return hash_equals($vault->seal(), $values[self::SEAL]) ? $vault : new self(array(), $operator_key, null);
    }

    public function get(string $name): string
    {
        return $this->values[self::NAMES[$name]] ?? '';
    }

    public function keep(array $values): void
    {
        foreach ($values as $name => $value) {
            $this->values[self::NAMES[$name]] = $value;
            if ($this->store) {
                call_user_func($this->store, self::NAMES[$name], $value, in_array($name, Vault::SECRETS, true));
            }
        }
    }

    /** The domain that was ordered, by which Blesta names the service; it stays when the tenant has gone. */
    public function ordered(): string
    {
        return $this->values['teahouse_domain'] ?? '';
    }

    /** All of it, as Blesta takes it. */
    public function fields(string $ordered): array
    {
        $values = array('teahouse_domain' => $ordered);
        foreach (self::NAMES as $name => $field) {
            $values[$field] = $this->get($name);
        }
        $values[self::SEAL] = $this->get('tenant') === '' ? '' : $this->seal();
        $fields = array();
        foreach ($values as $field => $value) {
            $fields[] = array('key' => $field, 'value' => $value, 'encrypted' => $value !== '' && in_array($field, self::ENCRYPTED, true) ? 1 : 0);
        }
        return $fields;
    }

    private function seal(): string
    {
        return hash_hmac('sha256', "a tenant's name\n" . $this->get('tenant') . "\n" . $this->get('domain'), $this->operator_key);
    }
}
