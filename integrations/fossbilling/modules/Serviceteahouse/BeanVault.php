<?php

namespace Teahouse;

/** The row of a service in FOSSBilling's table service_teahouse, secrets encrypted by FOSSBilling. */
final class BeanVault implements Vault
{
    /** @var \Pimple\Container|\ArrayAccess */
    private $di;
    /** @var object a bean of RedBean */
    private $row;

    public function __construct($di, $row)
    {
        $this->di = $di;
        $this->row = $row;
    }

    public function get(string $name): string
    {
        $value = (string) $this->row->$name;
        if ($value === '' || !in_array($name, Vault::SECRETS, true)) {
            return $value;
        }
        $text = $this->di['crypt']->decrypt($value);
        if (!is_string($text)) {
            throw new Refused("The service's keys were encrypted with another salt: put that into config.php again, or make new keys.");
        }
        return $text;
    }

    public function keep(array $values): void
    {
        foreach ($values as $name => $value) {
            $this->row->$name = $value !== '' && in_array($name, Vault::SECRETS, true) ? $this->di['crypt']->encrypt($value) : $value;
        }
        $this->row->updated_at = date('Y-m-d H:i:s');
        $this->di['db']->store($this->row);
    }
}
